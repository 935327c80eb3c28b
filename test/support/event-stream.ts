/** The frames of AWS's event streams, as a service sends them. */
import { crc32 } from "node:zlib";

/** An event with a name, or an exception. */
export function frame(name: string, payload: unknown, kind: "event" | "exception" = "event"): Buffer {
  const body = Buffer.from(JSON.stringify(payload));
  const headers = Buffer.concat([
    header(":message-type", kind),
    header(kind === "event" ? ":event-type" : ":exception-type", name),
    header(":content-type", "application/json"),
  ]);
  const total = 12 + headers.length + body.length + 4;
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(total, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const start = Buffer.concat([prelude, checksum(prelude), headers, body]);
  return Buffer.concat([start, checksum(start)]);
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}

function checksum(bytes: Uint8Array): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes) >>> 0);
  return sum;
}

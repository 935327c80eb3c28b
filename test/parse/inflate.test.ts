import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflateObject, inflatePublic, makeDirectInflate } from "../../src/parse/inflate.ts";
import { makeScanBuffer } from "../../src/parse/kernel.ts";
import { makePlainScanBuffer } from "./plain-scanner.ts";

const direct = makeDirectInflate();
if (direct === null) throw new Error("this Node has no zlib handle of the known shape");
const limit = 1 << 24;
const ways = [
  ["the public interface", inflatePublic],
  ["the handle", direct],
] as const;
const memories = [
  ["plain memory", makePlainScanBuffer],
  ["the kernel's memory", makeScanBuffer],
] as const;
const cases = ways.flatMap(([way, inflate]) => memories.map(([memory, make]) => ({ way, memory, inflate, make })));

describe.each(cases)("inflating through $way into $memory", ({ inflate, make }) => {
  const scanBuffer = make();
  const content = (length: number): Buffer => Buffer.from(scanBuffer.reserve(length).subarray(0, length));

  it.each([1, 65_536, 3_000_000, 9_000_000])("gives back %i bytes, noise and not", (size) => {
    for (const bytes of [randomBytes(size), Buffer.alloc(size, "abc")]) {
      expect(inflate(gzipSync(bytes, { level: 1 }), scanBuffer, limit)).toEqual({ length: size, problem: null });
      expect(content(size).equals(bytes)).toBe(true);
    }
  });

  it("joins members and ignores zeros behind them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        fc.nat(9),
        (parts, zeros) => {
          const wanted = Buffer.concat(parts);
          const stream = Buffer.concat([...parts.map((part) => gzipSync(part)), Buffer.alloc(zeros)]);
          expect(inflate(stream, scanBuffer, limit)).toEqual({ length: wanted.length, problem: null });
          expect(content(wanted.length).equals(wanted)).toBe(true);
        },
      ),
    );
  });

  it("refuses a stream cut anywhere", () => {
    const stream = gzipSync(randomBytes(100));
    for (let length = 2; length < stream.length; length++) {
      expect(inflate(stream.subarray(0, length), scanBuffer, limit).problem).toBe("gzip stream is truncated");
    }
  });

  it("refuses a stream with any bit changed in data or checksum", () => {
    const stream = gzipSync(Buffer.from("spillway ".repeat(20)));
    for (let at = 10; at < stream.length; at++) {
      const changed = Buffer.from(stream);
      changed[at] = (changed[at] ?? 0) ^ 4;
      expect(inflate(changed, scanBuffer, limit).problem, `byte ${at}`).not.toBeNull();
    }
  });

  it("stops at the limit and not before it", () => {
    const stream = gzipSync(Buffer.alloc(5_000_000));
    expect(inflate(stream, scanBuffer, 5_000_000)).toEqual({ length: 5_000_000, problem: null });
    expect(inflate(stream, scanBuffer, 4_999_999).problem).toBe("holds more than 4999999 bytes when inflated");
    expect(inflate(stream, scanBuffer, limit).length).toBe(5_000_000);
  });
});

describe("inflateObject", () => {
  it("takes what is not gzip as it stands", () => {
    const scanBuffer = makePlainScanBuffer();
    expect(inflateObject(Buffer.from("{}"), scanBuffer, 2)).toEqual({ length: 2, problem: null });
    expect(scanBuffer.reserve(2).toString("latin1", 0, 2)).toBe("{}");
    expect(inflateObject(Buffer.from("{} "), scanBuffer, 2).problem).toBe("holds more than 2 bytes when inflated");
  });

  it("refuses empty objects", () => {
    const scanBuffer = makePlainScanBuffer();
    expect(inflateObject(new Uint8Array(), scanBuffer, limit).problem).toBe("file is empty");
    expect(inflateObject(gzipSync(""), scanBuffer, limit).problem).toBe("file is empty when inflated");
  });
});

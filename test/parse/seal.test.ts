import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sealInflated, sealOf, sealStored } from "../../src/parse/seal.ts";

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
const log = Buffer.from('{"Records":[{"eventVersion":"1.11"}]}');
const whole = gzipSync(log);

describe("a seal", () => {
  it("is the hash of what one gzip stream holds, however it was compressed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 0, max: 9 }), (content, level) => {
        const seal = { sha256: sha256(content), flaw: null };
        const bytes = gzipSync(content, { level });
        expect(sealOf(bytes)).toEqual(seal);
        expect(sealStored(bytes)).toEqual(seal);
        expect(sealInflated(bytes, content)).toEqual(seal);
      }),
    );
  });

  it("is refused for anything behind the stream, whatever Node's gunzip makes of it", () => {
    const tail = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat({ max: 600 }).map((length) => new Uint8Array(length + 1)),
      fc.uint8Array({ maxLength: 200 }).map((content) => gzipSync(content)),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), tail, (content, behind) => {
        const bytes = Buffer.concat([gzipSync(content), behind]);
        for (const seal of [sealOf(bytes), sealStored(bytes)])
          expect(seal).toEqual({ sha256: null, flaw: "trailing-bytes" });
      }),
    );
  });

  it("is refused when the content that is known came from several members", () => {
    for (const bytes of [
      Buffer.concat([gzipSync(""), whole]),
      Buffer.concat([whole, gzipSync("")]),
      Buffer.concat([gzipSync(log.subarray(0, 9)), gzipSync(log.subarray(9))]),
    ]) {
      expect(gunzipSync(bytes)).toEqual(log);
      expect(sealInflated(bytes, log)).toEqual({ sha256: null, flaw: "trailing-bytes" });
    }
  });

  it.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["plain JSON", log],
    ["a cut stream", whole.subarray(0, -1)],
    ["a stream without its end", whole.subarray(0, 20)],
    ["a wrong check sum", Buffer.concat([whole.subarray(0, -8), Buffer.from([1, 2, 3, 4]), whole.subarray(-4)])],
    ["a wrong length", Buffer.concat([whole.subarray(0, -4), Buffer.from([1, 2, 3, 4])])],
    ["a flag that does not exist", Buffer.concat([whole.subarray(0, 3), Buffer.from([0x80]), whole.subarray(4)])],
    ["another method", Buffer.concat([whole.subarray(0, 2), Buffer.from([9]), whole.subarray(3)])],
  ])("%s has none", (_, bytes) => {
    expect(sealOf(bytes)).toEqual({ sha256: null, flaw: "format" });
    expect(sealStored(bytes)).toEqual({ sha256: null, flaw: "format" });
  });

  it("is not taken of a bomb", () => {
    expect(sealOf(gzipSync(Buffer.alloc(1 << 20)), 1 << 16)).toEqual({ sha256: null, flaw: "format" });
  });

  it("reads past a name, a comment, extra fields and a check of the header", () => {
    const head = [0x1f, 0x8b, 8, 4 | 8 | 16 | 2, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, 0x61, 0, 0x62, 0x63, 0];
    const crc = Buffer.from([0, 0]);
    const bytes = Buffer.concat([Buffer.from(head), crc, whole.subarray(10)]);
    expect(sealOf(bytes)).toEqual({ sha256: sha256(log), flaw: null });
  });
});

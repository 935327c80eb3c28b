import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeScanBuffer } from "../../src/parse/kernel.ts";
import { makePlainScanBuffer } from "./plain-scanner.ts";
import type { ScanBuffer } from "../../src/parse/scan-buffer.ts";
import { logText } from "./log-texts.ts";

const kernel = makeScanBuffer();
const plain = makePlainScanBuffer();

interface Found {
  readonly marks: readonly number[];
  readonly hits: readonly number[];
  readonly closed: boolean;
}

function skim(scanBuffer: ScanBuffer, bytes: Uint8Array, level: number): Found {
  scanBuffer.reserve(bytes.length).set(bytes);
  const { marks, markCount, hits, hitCount, closed } = scanBuffer.skim(bytes.length, level);
  return { marks: [...marks.subarray(0, markCount)], hits: [...hits.subarray(0, hitCount)], closed };
}

/** One character after the other, with nothing clever. */
function naive(text: string, level: number): Found {
  const marks: number[] = [];
  let [depth, inside, escaped] = [0, false, false];
  text.split("").forEach((character, at) => {
    if (character === '"' && !escaped) inside = !inside;
    else if (!inside && "{[".includes(character) && depth++ <= level) marks.push(at);
    else if (!inside && "}]".includes(character) && --depth <= level) marks.push(at);
    escaped = character === "\\" && !escaped;
  });
  const hits = [...text.matchAll(/(?=bedrock|\\u006|\\u007)/g)].map((match) => match.index);
  return { marks, hits, closed: depth === 0 && !inside };
}

const piece = fc.constantFrom(
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  "\\\\",
  "bedrock",
  "bedroc",
  "b",
  "k",
  "\\u0062",
  "\\u007a",
  "u006",
  "Y_y\u007f",
  ",",
  " ",
  "x".repeat(57),
  "\\".repeat(63),
);
const soup = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(""));
const level = fc.integer({ min: 0, max: 3 });

describe.each([
  ["kernel", kernel],
  ["plain scanner", plain],
])("%s", (_, scanBuffer) => {
  it("finds what a naive search finds", () => {
    fc.assert(
      fc.property(soup, level, (text, at) => {
        expect(skim(scanBuffer, Buffer.from(text), at)).toEqual(naive(text, at));
      }),
      { numRuns: 3000 },
    );
  });

  it("sees nothing of what an earlier, longer text left behind", () => {
    skim(scanBuffer, Buffer.from(`"${"{bedrock".repeat(200)}`), 2);
    expect(skim(scanBuffer, Buffer.from(`{}bedroc`), 2)).toEqual({ marks: [0, 1], hits: [], closed: true });
  });

  it("finds every bracket and needle of a long text, also over the borders of its lists", () => {
    const records = 100_000;
    const text = `{"Records":[${"{},".repeat(records)}"${"bedrock".repeat(records)}"]}`;
    const found = skim(scanBuffer, Buffer.from(text), 2);
    expect(found.marks.length).toBe(2 * records + 4);
    expect(found.hits.length).toBe(records);
    expect(found.closed).toBe(true);
  });
});

describe("kernel", () => {
  it("agrees with the plain scanner on any bytes and on log texts", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      logText.map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, level, (content, at) => {
        expect(skim(kernel, content, at)).toEqual(skim(plain, content, at));
      }),
      { numRuns: 1000 },
    );
  });

  it("is the one that its source compiles to", { timeout: 60_000 }, () => {
    const script = fileURLToPath(new URL("../../scripts/build-kernel.mjs", import.meta.url));
    const built = execFileSync(process.execPath, [script, "--print"], { encoding: "utf8" });
    expect(readFileSync(new URL("../../src/parse/kernel-binary.ts", import.meta.url), "utf8")).toBe(built);
  });
});

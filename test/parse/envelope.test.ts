import { describe, expect, it } from "vitest";
import { findElements } from "../../src/parse/envelope.ts";
import { makePlainScanBuffer } from "./plain-scanner.ts";

const scanBuffer = makePlainScanBuffer();

/** The records as texts, null where the text has to be parsed as a whole. */
function elements(text: string, from = 0): string[] | null {
  const length = Buffer.byteLength(text);
  const bytes = scanBuffer.reserve(length);
  bytes.write(text);
  const found = findElements(bytes, from, length, scanBuffer);
  if (found === null) return null;
  return Array.from({ length: found.count }, (_, k) => {
    const at = found.first + 2 * k;
    return bytes.toString("utf8", found.structuralIndex.marks[at], (found.structuralIndex.marks[at + 1] ?? 0) + 1);
  });
}

describe("findElements", () => {
  it.each<[string, string[]]>([
    [`{"Records":[{"a":1},{"b":[{}]}]}`, [`{"a":1}`, `{"b":[{}]}`]],
    [` { "Records" :\n[ {"a":"]}"} ,\t{} ] }\r\n`, [`{"a":"]}"}`, `{}`]],
    [`{"Records":[]}`, []],
    [`{"Records": [ ] }`, []],
    [`[{},{"a":{}}]`, [`{}`, `{"a":{}}`]],
    [` [ ] `, []],
  ])("cuts %j", (text, wanted) => {
    expect(elements(text)).toEqual(wanted);
  });

  it("starts behind a BOM", () => {
    expect(elements(`\ufeff{"Records":[{}]}`, 3)).toEqual(["{}"]);
  });

  it.each([
    "",
    "{",
    "[",
    "{}",
    `{"Records":`,
    `{"Records":[`,
    `{"Records":[]`,
    `{"Records":[{}]}}`,
    `{"Records":[{}]},`,
    `{"Records":[{}]} {}`,
    `{"Records":[{}],"a":1}`,
    `{"Records":[{}]"a"}`,
    `{"Records":[{} {}]}`,
    `{"Records":[{},,{}]}`,
    `{"Records":[{},]}`,
    `{"Records":[,{}]}`,
    `{"Records":[1]}`,
    `{"Records":[{},"{}"]}`,
    `{"Records":[[]]}`,
    `{"Records":[{]]}`,
    `{"Records":[{"a":"}]}`,
    `{"Records":{}}`,
    `{"records":[{}]}`,
    `{"Record":[{}]}`,
    `{"a":[],"Records":[{}]}`,
    `[{}}`,
    `[{}]]`,
    `[{}][]`,
    `[{}],`,
    `[1]`,
    `17`,
    `"[{}]"`,
  ])("leaves %j to the parser", (text) => {
    expect(elements(text)).toBeNull();
  });
});

/** The texts that a spreadsheet would run, as one pattern for JavaScript and DuckDB. */

/** Blanks and marks that a spreadsheet skips before it looks for a formula, as ranges of code points. */
const skipped: readonly (readonly [number, number])[] = [
  [0x00, 0x20],
  [0x7f, 0xa0],
  [0x16_80, 0x16_80],
  [0x20_00, 0x20_0f],
  [0x20_28, 0x20_2f],
  [0x20_5f, 0x20_60],
  [0x30_00, 0x30_00],
  [0xfe_ff, 0xfe_ff],
];

/** `=`, `+`, `-`, `@` and their full-width forms. */
const signs: readonly number[] = [0x3d, 0x2b, 0x2d, 0x40, 0xff_1d, 0xff_0b, 0xff_0d, 0xff_20];

/**
 * A sign at the start of a text or after blanks, or a tab or line break at the start. Apostrophes before that belong to the rule:
 * a text that got one differs from a text that had one, and removing one undoes it.
 */
function pattern(letter: (code: number) => string): string {
  const blanks = skipped.map(([first, last]) => `${letter(first)}-${letter(last)}`).join("");
  return `^'*(?:[${blanks}]*[${signs.map(letter).join("")}]|[\\t\\r\\n])`;
}

export const formulaPattern: string = pattern((code) => `\\u${code.toString(16).padStart(4, "0")}`);

/** In the syntax of RE2. */
export const formulaPatternRe2: string = pattern((code) => `\\x{${code.toString(16)}}`);

/** JSON texts with a choice that a serialiser would not make: escapes, blanks, keys that stand twice. */

const blankMark = "\ue000";

export class JsonText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** With these blanks wherever JSON allows some. */
  spaced(blanks: string): string {
    return this.#text.replaceAll(blankMark, blanks);
  }

  /** A string in which the characters chosen by `seed` are escaped. */
  static string(text: string, seed: number): JsonText {
    let state = seed | 0;
    const units = Array.from({ length: text.length }, (_, i) => {
      state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 1;
      const unit = text.charCodeAt(i);
      if (unit === 0xe000) return "?";
      const escape = seed % 3 === 0 && (state & 7) === 0;
      if (!escape) return JSON.stringify(text[i]).slice(1, -1);
      const hex = unit.toString(16).padStart(4, "0");
      return `\\u${(state & 8) === 0 ? hex : hex.toUpperCase()}`;
    });
    // Halves of a pair that were quoted one by one come out as escapes, which is JSON too.
    return new JsonText(`"${units.join("")}"`);
  }

  static object(entries: readonly (readonly [string, JsonText])[], seed: number): JsonText {
    const fields = entries.map(
      ([key, value]) => `${JsonText.string(key, seed).#text}${blankMark}:${blankMark}${value.#text}`,
    );
    return new JsonText(`{${blankMark}${fields.join(`${blankMark},${blankMark}`)}${blankMark}}`);
  }

  static list(this: void, values: readonly JsonText[]): JsonText {
    return new JsonText(`[${blankMark}${values.map((value) => value.#text).join(`${blankMark},`)}]`);
  }
}

/** How characters that cannot be seen are shown: a name that hides something must not look like one that does not. */

/* oxlint-disable no-control-regex -- these are the characters that the module is about */

/** Half of a surrogate pair is one too. Left as they are: the joiners U+200C and U+200D, without which families of emoji and Persian words fall apart. */
const hidden =
  /[\uD800-\uDFFF\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u2064\u2066-\u206F\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E007F}]/gu;

/** One line, every character of which shows. */
export function visibleText(text: string): string {
  return text.replaceAll(hidden, picture);
}

/** ASCII's control characters have pictures of their own; others show their number. */
function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x24_00 + code);
  if (code === 0x7f) return "\u2421";
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** The covering of other people's text for a terminal, since control characters could move its cursor or words. */

// oxlint-disable-next-line no-control-regex -- these characters are the ones to cover
const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g;

/** Text with control and direction characters written as `\u001b`; line breaks and tabs stay. In JSON that is the same value. */
export function terminalText(text: string): string {
  return text.replaceAll(controls, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** One line of covered text: control characters and line breaks become blanks. */
export function terminalLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- as above
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/g, " ");
}

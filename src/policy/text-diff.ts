/** The difference between two texts, line by line, as `diff -u` writes it. */

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

const around = 3;

/** The diff; empty if the texts are equal. `before` is undefined for a new file. */
export function unifiedDiff(name: string, before: string | undefined, after: string): string {
  if (before === after) return "";
  const lines = alignLines(before === undefined ? [] : splitLines(before), splitLines(after));
  const path = name.replace(/^\/+/, "");
  const head = `--- ${before === undefined ? "/dev/null" : `a/${path}`}\n+++ b/${path}\n`;
  return head + hunks(lines).join("");
}

function splitLines(text: string): string[] {
  const lines = text.split("\n");
  // a text that ends with a line feed has no empty last line
  if (lines.at(-1) === "") lines.pop();
  else lines.push("\\ No newline at end of file");
  return lines;
}

/** The alignment by the longest common subsequence; policies are short enough for the whole table. */
function alignLines(before: readonly string[], after: readonly string[]): Line[] {
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: Line[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [old, fresh] = [before[row], after[column]];
    if (old !== undefined && old === fresh) {
      lines.push({ mark: " ", text: old });
      row += 1;
      column += 1;
    } else if (old !== undefined && (fresh === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ mark: "-", text: old });
      row += 1;
    } else {
      lines.push({ mark: "+", text: fresh ?? "" });
      column += 1;
    }
  }
  return lines;
}

function hunks(lines: readonly Line[]): string[] {
  const kept = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ mark }) => mark !== " "),
  );
  const written: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let start = 0; start < lines.length;) {
    let end = start;
    while (end < lines.length && kept[end] === kept[start]) end += 1;
    const part = lines.slice(start, end);
    if (kept[start] === true) written.push(hunk(part, oldLine, newLine));
    oldLine += part.filter(isOld).length;
    newLine += part.filter(isNew).length;
    start = end;
  }
  return written;
}

const noNewline = "\\ No newline at end of file";
const isOld = ({ mark, text }: Line): boolean => mark !== "+" && text !== noNewline;
const isNew = ({ mark, text }: Line): boolean => mark !== "-" && text !== noNewline;

function hunk(lines: readonly Line[], oldLine: number, newLine: number): string {
  const [oldCount, newCount] = [lines.filter(isOld).length, lines.filter(isNew).length];
  const range = (line: number, count: number): string => `${count === 0 ? line - 1 : line},${count}`;
  const body = lines.map(({ mark, text }) => (text === noNewline ? text : `${mark}${text}`));
  return `@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${body.join("\n")}\n`;
}

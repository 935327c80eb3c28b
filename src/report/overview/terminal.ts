/** The drawing of the overview: colours, bars, columns. */

export interface Layout {
  readonly width: number;
  readonly color: boolean;
}

const codes = { bold: [1, 22], dim: [2, 22], yellow: [33, 39], red: [31, 39], green: [32, 39] } as const;

export function paint(layout: Layout, style: keyof typeof codes, text: string): string {
  if (!layout.color || text === "") return text;
  const [on, off] = codes[style];
  return `\u001B[${on}m${text}\u001B[${off}m`;
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of at most `width` characters, in eighths. Anything above nothing shows at least a hair. */
export function bar(share: number, width: number): string {
  const units = Math.max(share > 0 ? 1 : 0, Math.round(Math.min(1, share) * width * 8));
  return "█".repeat(units >> 3) + (eighths[units & 7] ?? "");
}

/** Words in lines no longer than `width`, all but the first indented. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

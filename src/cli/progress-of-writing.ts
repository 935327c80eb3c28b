/** The moving line on a terminal while a result is written. */
import { statSync } from "node:fs";
import { basename } from "node:path";
import type { Effects } from "../effects.ts";
import { terminalLine } from "../terminal-text.ts";

const redrawEveryMs = 250;

export interface WritingDisplay {
  /** Names the file whose size shows the progress. */
  readonly watch: (file: string) => void;
  /** Wipes the line before other output. */
  readonly end: () => void;
}

/** Shows the progress, unless stderr is not a terminal or the result itself appears on one. */
export function showWriting({ stderr, stdout, now }: Effects, target: string | undefined): WritingDisplay {
  if (stderr.isTTY !== true || (target === undefined && stdout.isTTY === true)) return { watch() {}, end() {} };
  const started = now().getTime();
  const name = terminalLine(target === undefined ? "the result" : basename(target));
  let timer: NodeJS.Timeout | undefined;
  let drawn = false;
  const draw = (file: string): void => {
    const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const seconds = Math.round((now().getTime() - started) / 1000);
    const text = `writing ${name}: ${(bytes / 1e6).toFixed(0)} MB, ${seconds} s`;
    stderr.write(`\r\u001B[K${text.slice(0, (stderr.columns ?? 80) - 1)}`);
    drawn = true;
  };
  return {
    watch(file) {
      timer ??= setInterval(draw, redrawEveryMs, file).unref();
    },
    end() {
      clearInterval(timer);
      if (drawn) stderr.write("\r\u001B[K");
    },
  };
}

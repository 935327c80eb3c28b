/** Owns progress on stderr: one moving line on a terminal, a log line now and then elsewhere. */
import type { Effects } from "../effects.ts";
import type { Progress } from "../ingest/ingest.ts";

const redrawEveryMs = 100;
const logEveryMs = 10_000;
const barCells = 24;

export interface ProgressDisplay {
  readonly update: (progress: Progress) => void;
  /** Wipes the moving line, so that results stand alone. */
  readonly end: () => void;
}

export function createProgress(effects: Effects): ProgressDisplay {
  const terminal = effects.stderr.isTTY === true;
  let last = terminal ? 0 : effects.now().getTime();
  let drawn = false;
  return {
    update(progress) {
      const time = effects.now().getTime();
      if (time - last < (terminal ? redrawEveryMs : logEveryMs)) return;
      last = time;
      if (!terminal) {
        effects.log.info(progressText(progress), {
          listed: progress.listed,
          done: progress.done,
          rawBytes: progress.rawBytes,
          bedrockEvents: progress.bedrock,
          ...(progress.standing === "" ? {} : { standing: progress.standing }),
        });
        return;
      }
      drawn = true;
      const width = effects.stderr.columns ?? 80;
      effects.stderr.write(`\r\u001B[K${`${bar(progress)} ${progressText(progress)}`.slice(0, width - 1)}`);
    },
    end() {
      if (drawn) effects.stderr.write("\r\u001B[K");
      drawn = false;
    },
  };
}

function bar(progress: Progress): string {
  const share = progress.listed === 0 ? 0 : Math.min(1, progress.done / progress.listed);
  const full = Math.round(share * barCells);
  return `${"█".repeat(full)}${"░".repeat(barCells - full)}`;
}

function progressText({ done, listed, listingDone, rawBytes, bedrock, standing }: Progress): string {
  const n = (value: number): string => value.toLocaleString("en-US");
  const of = `${n(done)} of ${n(listed)}${listingDone ? "" : "+"} objects`;
  const text = `${of}, ${(rawBytes / 1e6).toFixed(0)} MB, ${n(bedrock)} Bedrock events`;
  return standing === "" ? text : `${text}; ${standing}`;
}

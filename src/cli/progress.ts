/** The progress on stderr: one moving line on a terminal, a log line now and then elsewhere. */
import type { Effects } from "../effects.ts";
import type { LogFields } from "../log.ts";
import type { IngestProgress } from "../ingest/ingest.ts";

const redrawEveryMs = 100;
const logEveryMs = 10_000;
const barCells = 24;

export interface ProgressBar {
  /** Shows the progress; `fields` are for a log line in JSON. */
  readonly update: (done: number, all: number, text: string, fields: LogFields) => void;
  /** Wipes the moving line before results are printed. */
  readonly end: () => void;
}

export interface ProgressDisplay {
  readonly update: (progress: IngestProgress) => void;
  /** Wipes the moving line before results are printed. */
  readonly end: () => void;
}

/** The display of an ingest's progress. */
export function createProgress(effects: Effects): ProgressDisplay {
  const bar = createBar(effects);
  return {
    update: (progress) => {
      const { listed, done, rawBytes, bedrock, sourceProgress } = progress;
      const fields = {
        listed,
        done,
        rawBytes,
        bedrockEvents: bedrock,
        ...(sourceProgress === "" ? {} : { sourceProgress }),
      };
      bar.update(done, listed, progressText(progress), fields);
    },
    end: bar.end,
  };
}

export function createBar(effects: Effects): ProgressBar {
  const terminal = effects.stderr.isTTY === true;
  let last = terminal ? 0 : effects.now().getTime();
  let drawn = false;
  return {
    update(done, all, text, fields) {
      const time = effects.now().getTime();
      if (time - last < (terminal ? redrawEveryMs : logEveryMs)) return;
      last = time;
      if (!terminal) {
        effects.log.info(text, fields);
        return;
      }
      drawn = true;
      const width = effects.stderr.columns ?? 80;
      effects.stderr.write(`\r\u001B[K${`${barText(done, all)} ${text}`.slice(0, width - 1)}`);
    },
    end() {
      if (drawn) effects.stderr.write("\r\u001B[K");
      drawn = false;
    },
  };
}

function barText(done: number, all: number): string {
  const share = all === 0 ? 0 : Math.min(1, done / all);
  const full = Math.round(share * barCells);
  return `${"█".repeat(full)}${"░".repeat(barCells - full)}`;
}

function progressText({ done, listed, listingDone, rawBytes, bedrock, sourceProgress }: IngestProgress): string {
  const n = (value: number): string => value.toLocaleString("en-US");
  const of = `${n(done)} of ${n(listed)}${listingDone ? "" : "+"} objects`;
  const text = `${of}, ${(rawBytes / 1e6).toFixed(0)} MB, ${n(bedrock)} Bedrock events`;
  return sourceProgress === "" ? text : `${text}; ${sourceProgress}`;
}

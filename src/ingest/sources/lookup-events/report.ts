/** The messages while event histories are read: beginnings, progress and failures. */
import type { SpillwayError } from "../../../errors.ts";
import type { Logger } from "../../../log.ts";
import { type Checkpoint, type Scan, type Task, historyDays, horizon, shareRead } from "./checkpoint.ts";
import type { Place } from "./page-objects.ts";
import type { Seconds } from "./times.ts";

export class LookupReport {
  readonly #log: Logger;
  /** The histories being read, without mantle's, which are small. */
  readonly #open = new Map<string, Scan>();
  #finished = 0;
  #saidClock = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  begin(place: Place, { complete }: Checkpoint, now: Seconds): void {
    const first = horizon(now);
    if (!place.everyDay || complete === null || complete >= first) return;
    this.#log.warn(
      `${nameOf(place)}: the last complete run ended on ${complete}; what happened from then to ${first} has left the event history`,
      { next: "The bucket of a trail still has it, if there is a trail: spillway ingest s3://BUCKET" },
    );
  }

  task(place: Place, { scan, resumed, kind }: Task): void {
    if (!place.everyDay) return;
    this.#open.set(nameOf(place), scan);
    const { from, to, oldest } = scan;
    if (resumed) this.#log.info(`${nameOf(place)}: going on at ${oldest ?? to}, back to ${from}`);
    else this.#log.info(`${nameOf(place)}: reading back from ${to} to ${from}${kind === "asked" ? ", as asked" : ""}`);
  }

  page(place: Place, scan: Scan): void {
    if (place.everyDay) this.#open.set(nameOf(place), scan);
  }

  done(place: Place): void {
    if (this.#open.delete(nameOf(place))) this.#finished++;
  }

  failed(where: string, { message, next }: SpillwayError): void {
    this.#log.warn(`${where}: ${message}`, { next });
  }

  clock(offsetMs: number): void {
    if (this.#saidClock) return;
    this.#saidClock = true;
    const minutes = Math.round(Math.abs(offsetMs) / 60_000);
    this.#log.warn(
      `the clock of this machine is ${minutes} minutes ${offsetMs > 0 ? "behind" : "ahead of"} the one of AWS; the latter is used`,
    );
  }

  tooOld(from: string, first: string): void {
    this.#log.warn(`--from ${from}: the event history holds ${historyDays} days; it is read from ${first} on`);
  }

  /** The progress line: the share read, and the time that the slowest history has reached. */
  progress(): string {
    const scans = [...this.#open];
    if (scans.length === 0) return "";
    const total = scans.length + this.#finished;
    const share = (this.#finished + scans.reduce((sum, [, scan]) => sum + shareRead(scan), 0)) / total;
    const [slowest] = scans.toSorted(([, a], [, b]) => shareRead(a) - shareRead(b));
    const at = slowest?.[1].oldest ?? slowest?.[1].to ?? "";
    return `event history ${Math.floor(share * 100)} % of the time asked for, ${slowest?.[0] ?? ""} at ${at}`;
  }
}

function nameOf({ region, account }: Place): string {
  return `${region} in ${account}`;
}

/** The way through the event history of one account, Region and event source: page by page, with a checkpoint after each. */
import { SpillwayError } from "../../../errors.ts";
import type { TrailObject } from "../../listing/source.ts";
import {
  type AskedWindow,
  type Checkpoint,
  type Scan,
  type Task,
  advanceScan,
  finishScan,
  firstTask,
  isBehind,
  nextWindow,
  restartScan,
  startScan,
} from "./checkpoint.ts";
import { type LookupClient, type LookupPage, type LookupRequest, TokenRefused } from "./client.ts";
import { type Place, oldestOf, pageObjects } from "./page-objects.ts";
import { type Seconds, secondsOf } from "./times.ts";

/** A page: its objects, and the checkpoint to store once they are committed. */
export interface Step {
  readonly objects: readonly TrailObject[];
  readonly checkpoint: Checkpoint;
}

export interface Walk {
  readonly client: Pick<LookupClient, "page" | "clockOffsetMs">;
  readonly place: Place;
  readonly checkpoint: Checkpoint;
  readonly asked: AskedWindow;
  /** This machine's clock. */
  readonly now: () => Date;
  readonly onTask: (task: Task) => void;
  readonly onPage: (scan: Scan) => void;
  /** Called with how far the clock is behind AWS's. */
  readonly onClock: (offsetMs: number) => void;
}

/** The difference of clocks to ignore: the rounding of a Date header, and the time of the answer. */
const clockToleranceMs = 60_000;
/** Restarts without progress after which an expired token is not the cause. */
const fruitlessRestarts = 5;

/** The steps through a history. @throws SpillwayError as LookupClient */
export async function* walk(walked: Walk): AsyncGenerator<Step> {
  const { asked } = walked;
  let offsetMs = 0;
  const now = (): Seconds => secondsOf(new Date(walked.now().getTime() + offsetMs));
  let { checkpoint } = walked;
  let task = firstTask(checkpoint, asked, now());
  let first: LookupPage | undefined = await firstPage(walked, task);
  const ahead = await walked.client.clockOffsetMs();
  if (Math.abs(ahead) > clockToleranceMs) {
    walked.onClock(ahead);
    offsetMs = ahead;
    // The window was planned by the wrong clock; a resumed one by AWS's.
    if (!task.resumed) {
      task = firstTask(checkpoint, asked, now());
      first = undefined;
    }
  }
  for (;;) {
    walked.onTask(task);
    for await (const step of walkWindow(walked, checkpoint, task, first, now)) {
      checkpoint = step.checkpoint;
      yield step;
    }
    first = undefined;
    const mayFollow = task.resumed && task.kind === "scan" && asked.to === null;
    if (!mayFollow || !isBehind(checkpoint, now())) return;
    task = { kind: "scan", scan: startScan(nextWindow(checkpoint, now())), resumed: false };
  }
}

/** The first page; undefined if the token of an earlier run is refused. */
async function firstPage({ client, place }: Walk, { scan }: Task): Promise<LookupPage | undefined> {
  try {
    return await client.page(requestOf(place, scan));
  } catch (thrown) {
    if (thrown instanceof TokenRefused) return undefined;
    throw thrown;
  }
}

async function* walkWindow(
  { client, place, onPage }: Walk,
  begun: Checkpoint,
  { kind, scan: start }: Task,
  first: LookupPage | undefined,
  now: () => Seconds,
): AsyncGenerator<Step> {
  let checkpoint = begun;
  let scan = start;
  let page = first;
  let fruitless = 0;
  for (;;) {
    try {
      page ??= await client.page(requestOf(place, scan));
    } catch (thrown) {
      if (!(thrown instanceof TokenRefused)) throw thrown;
      if (++fruitless > fruitlessRestarts) throw stuck(place, scan);
      scan = restartScan(scan, now());
      continue;
    }
    const objects = pageObjects(place, scan, page);
    if (page.token === null) {
      checkpoint = finishScan(checkpoint, scan, kind);
      yield { objects, checkpoint };
      return;
    }
    const next = advanceScan(scan, page.token, oldestOf(page));
    if (next.oldest !== scan.oldest) fruitless = 0;
    scan = next;
    page = undefined;
    onPage(scan);
    checkpoint = kind === "scan" ? { ...checkpoint, scan } : { ...checkpoint, asked: scan };
    yield { objects, checkpoint };
  }
}

function requestOf({ eventSource }: Place, { from, end, token }: Scan): LookupRequest {
  return { eventSource, from, end, token };
}

function stuck({ account, region }: Place, { oldest, end }: Scan): SpillwayError {
  return new SpillwayError(
    "source-unreachable",
    `the event history of ${region} in ${account} refuses every token it gives at ${oldest ?? end}`,
    { next: "Run the same command again later: it goes on from there." },
  );
}

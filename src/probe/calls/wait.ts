/** The wait for the events of a probe, which takes about a quarter of an hour. */
import { type Timing, realTiming } from "../../ingest/sources/lookup-events/pace.ts";
import type { Found } from "./evidence.ts";
import type { Probe } from "./probe-file.ts";

const betweenLooksMs = 30_000;

export interface Wait {
  readonly look: () => Promise<Found>;
  readonly forMs: number;
  /** Called after each look that did not find everything. */
  readonly onLook: (missing: number) => void;
  readonly signal: AbortSignal | undefined;
  readonly timing?: Timing;
}

/** The evidence of the last look: everything, or what came in time. */
export async function waitForEvents(probe: Probe, wait: Wait): Promise<Found> {
  const { now, sleep } = wait.timing ?? realTiming;
  const deadline = now() + wait.forMs;
  for (;;) {
    const found = await wait.look();
    const missing = openCalls(probe, found);
    const left = deadline - now();
    if (missing === 0 || left <= 0) return found;
    wait.onLook(missing);
    await sleep(Math.min(betweenLooksMs, left), wait.signal);
  }
}

/** The number of calls whose outcome and Region the logs do not have yet. */
export function openCalls(probe: Probe, found: Found): number {
  return probe.calls.filter(({ request_id: id, ended_at: end }) => {
    if (id === null) return end === null;
    const evidence = found.get(id.toLowerCase());
    return evidence === undefined || (evidence.outcome === "served" && evidence.servedRegion === null);
  }).length;
}

/** The records of a probe's calls in the event history of the source Region. */
import type { ServiceAccess } from "../../aws/access.ts";
import { LookupClient } from "../../ingest/sources/lookup-events/client.ts";
import { type Timing, realTiming } from "../../ingest/sources/lookup-events/pace.ts";
import { secondsOf, shift } from "../../ingest/sources/lookup-events/times.ts";
import { type Probe, requestIdsOf } from "./probe-file.ts";

const eventSource = "bedrock.amazonaws.com";
/** Seconds added around the calls: for clocks, and for completions, which have the time of the stream's end. */
const aroundSeconds = 120;
/** The most pages to read, of fifty events each; with more calls in these minutes, the warehouse is the better place to look. */
const mostPages = 200;

export interface LookedUp {
  /** Whole records as JSON. */
  readonly records: readonly string[];
  /** Whether there were more pages than that. */
  readonly wasCut: boolean;
}

/** Looks up the records. @throws SpillwayError as LookupClient */
export async function lookUp(
  probe: Probe,
  access: ServiceAccess,
  signal: AbortSignal | undefined,
  timing: Timing = realTiming,
): Promise<LookedUp> {
  const ids = requestIdsOf(probe);
  if (ids.length === 0) return { records: [], wasCut: false };
  const last = probe.calls
    .map(({ started_at: start, ended_at: end }) => end ?? start)
    .toSorted()
    .at(-1);
  const from = shift(secondsOf(new Date(probe.started_at)), -aroundSeconds);
  const end = shift(secondsOf(new Date(last ?? probe.started_at)), aroundSeconds);
  const client = new LookupClient(access, timing, signal);
  const records: string[] = [];
  try {
    let token: string | null = null;
    for (let page = 0; page < mostPages; page++) {
      const answer = await client.page({ eventSource, from, end, token });
      for (const { text } of answer.records)
        if (text !== null && ids.some((id) => text.toLowerCase().includes(id))) records.push(text);
      if (answer.token === null) return { records, wasCut: false };
      token = answer.token;
    }
    return { records, wasCut: true };
  } finally {
    await client.close();
  }
}

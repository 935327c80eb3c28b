/** The LookupEvents source: from `lookup-events:REGION,...` to trail objects, one for each day of a page of the event history. */
import { SpillwayError } from "../../../errors.ts";
import { silentLogger } from "../../../log.ts";
import { mapParallel, mergeParallel } from "../../listing/parallel.ts";
import type { ListedChunk, ObjectSource, SourceMemory } from "../../listing/source.ts";
import { type Checkpoint, historyDays, horizon, nothingRead, parseCheckpoint } from "./checkpoint.ts";
import { LookupClient } from "./client.ts";
import { parseLookupName } from "./name.ts";
import { type LookupOptions, accessesOf, askedWindow, checkLookupOptions } from "./options.ts";
import type { Place } from "./page-objects.ts";
import { realTiming } from "./pace.ts";
import { readAhead } from "./read-ahead.ts";
import { LookupReport } from "./report.ts";
import { secondsOf } from "./times.ts";
import { walk } from "./walk.ts";

/**
 * The event sources to look up: a lookup takes one attribute, and these give all Bedrock calls of a Region, completions included; a listing for each
 * operation would miss new ones. Only the first is expected to hold much: mantle's inference is data events.
 */
const eventSources = ["bedrock.amazonaws.com", "bedrock-mantle.amazonaws.com"] as const;
/** Histories read at once; each has its own two calls a second. */
const readers = 64;
const starters = 8;
/** Pages of a history that may wait while a batch is committed. */
const pagesAhead = 4;

interface Opened {
  readonly client: LookupClient;
  readonly account: string;
}

/**
 * Opens the event histories of the Regions in `name`, in every account of the options.
 * @throws SpillwayError `usage` here; from `list()` `source-empty` for days that no event history reaches; `credentials`, `source-denied` and
 *   `source-unreachable` after all other histories have been read
 */
export function lookupSource(name: string, options: LookupOptions = {}): ObjectSource {
  const regions = parseLookupName(name);
  checkLookupOptions(options);
  const report = new LookupReport(options.log ?? silentLogger);
  return {
    name,
    finished: async ({ complete, now }) => {
      const first = horizon(secondsOf(now)).slice(0, 10);
      const from = options.from === undefined || options.from < first ? first : options.from;
      const days = { from, to: options.to ?? null };
      const all = { below: ["lookup:"], except: [], accounts: [], pairs: [] };
      // every day of a finished window has an object, so the ledger knows the accounts
      return await Promise.resolve(
        complete ? { listed: { source: name, now, days: [{ ...all, regions, ...days }] } } : {},
      );
    },
    progress: () => report.progress(),
    async *list(memory) {
      const accesses = accessesOf(regions, options);
      const over = new AbortController();
      const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
      const clients = accesses.map((access) => new LookupClient(access, options.timing ?? realTiming, signal));
      try {
        yield* readAll(clients, memory, options, report);
      } finally {
        // This also stops the reading ahead.
        over.abort();
        await Promise.all(clients.map((client) => client.close()));
      }
    },
  };
}

async function* readAll(
  clients: readonly LookupClient[],
  memory: SourceMemory,
  options: LookupOptions,
  report: LookupReport,
): AsyncGenerator<ListedChunk> {
  const now = options.now ?? ((): Date => new Date());
  const scope = options.endpoint === undefined ? "lookup-events" : `lookup-events ${options.endpoint}`;
  const failures: SpillwayError[] = [];
  const isStopped = (): boolean => options.signal?.aborted === true;
  let unfinished = 0;

  /** Notes a history that cannot be read; the others go on. */
  const failed = (thrown: unknown, where: string): void => {
    unfinished++;
    if (isStopped()) return;
    if (!(thrown instanceof SpillwayError)) throw thrown;
    // A single one is reported as the error that ends the run.
    if (clients.length > 1 && !failures.some(({ message }) => message === thrown.message)) report.failed(where, thrown);
    failures.push(thrown);
  };

  checkDays(options, report, now());
  const opened = (await mapParallel(clients, starters, (client) => open(client, failed))).filter(
    (each) => each !== undefined,
  );
  const remembered = await memory.read(scope);
  const streams = opened.map(
    ({ client, account }) =>
      async function* read(): AsyncGenerator<ListedChunk> {
        const { region } = client.access;
        try {
          // One after the other: they share two calls a second.
          for (const [index, eventSource] of eventSources.entries()) {
            const place: Place = { account, region, eventSource, everyDay: index === 0 };
            yield* readHistory(client, place, scope, remembered, options, report);
          }
        } catch (thrown) {
          failed(thrown, `${region} in ${account}`);
        }
      },
  );
  yield* mergeParallel(
    streams.map((stream) => () => readAhead(stream(), pagesAhead)),
    readers,
  );
  // An empty chunk: the run sees that it was stopped before everything was read.
  if (isStopped() && unfinished > 0) yield { objects: [] };
  else if (failures.length > 0) throw summed(failures, opened.length === 0);
}

async function open(
  client: LookupClient,
  failed: (thrown: unknown, where: string) => void,
): Promise<Opened | undefined> {
  try {
    return { client, account: await client.accountId() };
  } catch (thrown) {
    const { region, roles } = client.access;
    failed(thrown, roles.length === 0 ? region : `${region} as ${roles.at(-1)?.arn ?? ""}`);
    return undefined;
  }
}

async function* readHistory(
  client: LookupClient,
  place: Place,
  scope: string,
  remembered: ReadonlyMap<string, string>,
  options: LookupOptions,
  report: LookupReport,
): AsyncGenerator<ListedChunk> {
  const name = `${place.account}/${place.region}/${place.eventSource}`;
  const stored = remembered.get(name);
  const checkpoint: Checkpoint = (stored === undefined ? undefined : parseCheckpoint(stored)) ?? nothingRead;
  const now = options.now ?? ((): Date => new Date());
  report.begin(place, checkpoint, secondsOf(now()));
  const steps = walk({
    client,
    place,
    checkpoint,
    asked: askedWindow(options),
    now,
    onTask: (task) => report.task(place, task),
    onPage: (scan) => report.page(place, scan),
    onClock: (offsetMs) => report.clock(offsetMs),
  });
  for await (const step of steps) {
    yield { objects: step.objects, states: [{ scope, name, value: JSON.stringify(step.checkpoint) }] };
  }
  report.done(place);
}

/** Checks for days that no event history reaches, or not yet. */
function checkDays({ from, to }: LookupOptions, report: LookupReport, now: Date): void {
  const today = secondsOf(now).slice(0, 10);
  const first = horizon(secondsOf(now)).slice(0, 10);
  if (from !== undefined && from > today) {
    throw new SpillwayError("usage", `--from ${from} is in the future`, { next: `Today is ${today}, UTC.` });
  }
  if (to !== undefined && to < first) {
    throw new SpillwayError(
      "source-empty",
      `--to ${to} is before the event history begins: it holds ${historyDays} days`,
      { next: `The first day that can be read is ${first}; for older days read the bucket of a trail.` },
    );
  }
  if (from !== undefined && from < first) report.tooOld(from, first);
}

/** Several failures as one; the warnings have named each. */
function summed(failures: readonly SpillwayError[], nothingRead: boolean): SpillwayError {
  const [first] = failures;
  if (first === undefined) throw new Error("no failure to speak of");
  const others = failures.length - 1;
  if (others === 0) return first;
  const rest = nothingRead ? "" : "; the rest was read";
  return new SpillwayError(first.code, `${first.message} (and ${others} more like it, see above${rest})`, {
    ...(first.next === undefined ? {} : { next: first.next }),
    cause: first,
  });
}

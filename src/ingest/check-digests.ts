/** The check of CloudTrail's digests within an ingest: log files by the hashes that reading them took, never read again. */
import { dayMs, dayOf } from "../day.ts";
import { SpillwayError } from "../errors.ts";
import type { Archive, Area, DigestFile, LogFile, ReadLogs, TimeRange, Unread } from "../integrity/archive.ts";
import { type CheckedRow, type Step } from "../integrity/check-area.ts";
import { parseLogName } from "../integrity/digest-name.ts";
import { listingMargin } from "../integrity/log-index.ts";
import { inOrder } from "../integrity/in-order.ts";
import type { KeySource, PublicKey } from "../integrity/public-keys.ts";
import { Tally } from "../integrity/tally.ts";
import { type VerifyOptions, areasOf, verifyAreas } from "../integrity/verify.ts";
import type { Seal } from "../parse/seal.ts";
import type {
  CheckedPlace,
  DigestEntry,
  DigestStore,
  LedgerLog,
  LedgerPlace,
  LogVerdict,
} from "../store/digest-store.ts";
import { untilStopped } from "../until-stopped.ts";
import { askedOf, logsTogether } from "./ledger-logs.ts";

/** What `ingest --verify` needs besides its sources. */
export interface VerifyPlan {
  /** Where the digests of the sources lie. */
  readonly archives: readonly Archive[];
  readonly keys: KeySource;
  readonly signatures?: ((file: DigestFile) => string | null) | undefined;
  /** The keys that were used, with where they come from; asked for when everything is judged. */
  readonly usedKeys: () => readonly { readonly key: PublicKey; readonly source: string }[];
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  readonly onProgress?: ((step: Step) => void) | undefined;
}

export interface DigestCheck {
  readonly tally: Tally;
  /** What could not be looked at, each in a sentence. */
  readonly gaps: readonly string[];
}

/** Digests and log files that are not valid yet may become so for some days: backfill digests come late. */
const recentMs = 7 * dayMs;
const rowsAtOnce = 20_000;
/** Characters of digest files that are kept until they are saved. */
const bodiesAtOnce = 16 << 20;
const areasAtOnce = 8;

/** Judges what is new since the last check and keeps it in the warehouse. */
export async function checkDigests(
  plan: VerifyPlan,
  store: DigestStore,
  now: Date,
  signal?: AbortSignal,
): Promise<DigestCheck> {
  const { archives, keys, signatures, accounts, regions, onProgress } = plan;
  const refused = new Set<string>();
  const options = {
    archives,
    range: { from: null, to: null },
    now,
    keys,
    signatures,
    accounts,
    regions,
    onProgress,
    onRefused: ({ message }: SpillwayError) => void refused.add(message),
    readLogs: () => sealsOfLedger,
  };
  const tally = new Tally();
  const found = (await reachableAreas(options, refused)).map((area) => ({ area, place: placeOf(area) }));
  const open = await store.openSince(
    found.map(({ place }) => place),
    now.getTime() - recentMs,
  );
  const ranges = found.flatMap(({ area, place }, index) => {
    const { first = null, last = null, since = null, files = 0 } = open[index] ?? {};
    // The ledger has nothing of it.
    if (first === null || last === null) return [];
    // The first time all that was loaded is judged.
    const range = { from: since ?? (area.isCopy ? null : first), to: null };
    return [{ area, place, range, last, files }];
  });
  const logs = logsTogether(
    ranges.map(({ place, range, files }) => ({ place, range: widened(range), files })),
    store,
  );
  const plans = ranges.map((range, index): Planned => ({ ...range, logs: logs[index] ?? (() => Promise.resolve([])) }));
  // A copy holds what there was when it was made, and nothing can be missed in it that came later.
  const copied = plans.filter(({ area }) => area.isCopy).reduce((latest, { last }) => Math.max(latest, last), 0);
  const streams = plans.map(
    (planned) =>
      async function* (): AsyncGenerator<{ planned: Planned; rows: Rows | null }> {
        const { area, range } = planned;
        const time = area.isCopy ? new Date(Math.min(now.getTime(), copied)) : now;
        for await (const rows of verifyAreas([ledgerArea(planned, store)], { ...options, range, now: time }))
          yield { planned, rows };
        yield { planned, rows: null };
      },
  );
  try {
    const saving = new Saving(store);
    for await (const { planned, rows } of untilStopped(inOrder(streams, areasAtOnce), signal)) {
      for (const row of rows ?? []) tally.add(row);
      await (rows === null ? saving.endArea(planned) : saving.add(planned, rows));
    }
    await saving.end();
  } finally {
    const used = plan.usedKeys();
    await store.finish(used.map(({ key, source }) => ({ ...key, source })));
  }
  return { tally, gaps: [...archives.flatMap((archive) => archive.gaps), ...refused] };
}

/** An archive out of reach is a gap: the others are judged all the same. */
async function reachableAreas(options: VerifyOptions, refused: Set<string>): Promise<readonly Area[]> {
  const areas: Area[] = [];
  for (const archive of options.archives) {
    try {
      areas.push(...(await areasOf({ ...options, archives: [archive] })));
    } catch (thrown) {
      if (!(thrown instanceof SpillwayError)) throw thrown;
      refused.add(thrown.message);
    }
  }
  const known = new Map(areas.map((area) => [JSON.stringify(placeOf(area)), area]));
  return [...known.values()];
}

/** As the walk asks for it. */
function widened({ from, to }: TimeRange): TimeRange {
  return { from: from === null ? null : from - listingMargin, to: to === null ? null : to + listingMargin };
}

type Rows = readonly CheckedRow[];

/** An account and Region with the range that is checked now. */
interface Planned {
  readonly area: Area;
  readonly place: LedgerPlace;
  readonly range: TimeRange;
  /** Delivery of its newest log file. */
  readonly last: number;
  /** Its log files in the ledger, to be taken once. */
  readonly logs: () => Promise<readonly LedgerLog[]>;
}

function placeOf(area: Area): LedgerPlace {
  const { base, accountId, region } = area;
  return { accountId, region, below: area.uriOf(`${base}AWSLogs/`) };
}

/** The area with the log files of the ledger in place of those of the listing. */
function ledgerArea({ area, place, range, logs: take }: Planned, store: DigestStore): Area {
  const listed = new Map<string, Promise<ReadonlySet<string>>>();
  let isFirst = true;
  return {
    ...area,
    async *logs(asked) {
      // The whole range comes first; then, now and then, a day outside of it.
      const logs = isFirst ? await take() : ((await store.logs([askedOf({ place, range: asked })]))[0] ?? []);
      isFirst = false;
      yield logs.map((log): LogFile => {
        const key = area.keyOfUri(log.uri);
        return { key, uri: log.uri, deliveredAt: parseLogName(key)?.deliveredAt ?? null, locator: log };
      });
    },
    isThere: async (key) => {
      const delivered = parseLogName(key)?.deliveredAt;
      if (delivered === undefined) return false;
      // The first digest speaks of some that were delivered before what was loaded: nobody asked for them.
      if (range.from !== null && delivered < range.from) return true;
      const start = Math.floor(delivered / dayMs) * dayMs;
      const keys = listed.get(String(start)) ?? keysOf(area, start);
      listed.set(String(start), keys);
      return (await keys).has(key);
    },
  };
}

async function keysOf(area: Area, start: number): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for await (const page of area.logs({ from: start, to: start + dayMs - 1 })) for (const { key } of page) keys.add(key);
  return keys;
}

const sealsOfLedger: ReadLogs = (files) =>
  // What `ledgerArea` put there.
  Promise.resolve(files.map(({ locator }) => sealOfLedger(locator as LedgerLog)));

function sealOfLedger({ status, reason, sha256, flaw }: LedgerLog): Seal | Unread {
  if (flaw === "format" || flaw === "trailing-bytes") return { sha256: null, flaw };
  if (sha256 !== null) return { sha256, flaw: null };
  const detail = reason ?? "loaded without --verify";
  if (status !== "unreadable") return { unread: "not-hashed", detail };
  if (/archived/.test(detail)) return { unread: "archived", detail };
  if (/kms/i.test(detail)) return { unread: "kms", detail };
  return { unread: /denied/.test(detail) ? "denied" : "failed", detail };
}

/** Log files as they come; the digests when all their log files are in: a run that is killed goes on from what is not there. */
class Saving {
  readonly #store: DigestStore;
  #verdicts: LogVerdict[] = [];
  /** Of the account and Region that is being judged. */
  #digests: DigestEntry[] = [];
  #places: CheckedPlace[] = [];
  #bodies = 0;

  constructor(store: DigestStore) {
    this.#store = store;
  }

  async add({ area, place }: Planned, rows: Rows): Promise<void> {
    for (const row of rows) {
      if (row.kind === "log") this.#verdicts.push(verdictOf(row, area, place));
      else if (row.digest !== null) this.#digests.push(digestOf(row, area, place));
    }
    if (this.#verdicts.length >= rowsAtOnce) await this.end();
  }

  async endArea({ place, range }: Planned): Promise<void> {
    this.#places.push({ place, from: range.from, digests: this.#digests });
    for (const { body } of this.#digests) this.#bodies += body?.length ?? 0;
    this.#digests = [];
    if (this.#bodies >= bodiesAtOnce) await this.end();
  }

  /** What has not been saved yet. */
  async end(): Promise<void> {
    // A log file that digests of two places speak of: the last word counts.
    const verdicts = [...new Map(this.#verdicts.map((verdict) => [verdict.uri, verdict])).values()];
    const places = this.#places;
    this.#verdicts = [];
    this.#places = [];
    this.#bodies = 0;
    if (verdicts.length > 0 || places.length > 0) await this.#store.save(verdicts, places);
  }
}

function verdictOf(
  { uri, verdict, reason, digestUri, listedHash }: CheckedRow,
  area: Area,
  { accountId, region }: LedgerPlace,
): LogVerdict {
  const delivered = parseLogName(area.keyOfUri(uri))?.deliveredAt;
  const when = delivered === undefined ? null : dayOf(delivered);
  return { uri, accountId, region, day: when, verdict, reason, digestUri, listedHash };
}

function digestOf(
  { uri, verdict, reason, trail, digest }: CheckedRow,
  area: Area,
  { accountId, region }: LedgerPlace,
): DigestEntry {
  const document = digest?.opened?.document ?? null;
  const previous = document?.previous ?? null;
  const key = previous === null ? null : area.keyOf(previous.bucket, previous.key);
  return {
    uri,
    accountId,
    region,
    trail: trail ?? "",
    kind: digest?.isBackfill === true ? "backfill" : "standard",
    startsAt: document?.startsAt ?? null,
    endsAt: digest?.endsAt ?? 0,
    verdict,
    reason,
    signature: digest?.signature ?? null,
    signatureSource: digest?.signatureSource ?? null,
    fingerprint: document?.fingerprint ?? null,
    previousUri: previous === null ? null : key === null ? `s3://${previous.bucket}/${previous.key}` : area.uriOf(key),
    sha256: document?.sha256 ?? null,
    logFiles: document?.logs.length ?? null,
    body: digest?.opened?.stored == null ? null : Buffer.from(digest.opened.stored).toString("base64"),
  };
}

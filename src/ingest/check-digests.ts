/** The check of CloudTrail's digests within an ingest: log files by the hashes that reading them took, never read again. */
import { dayMs, dayOf } from "../day.ts";
import { SpillwayError } from "../errors.ts";
import type { Archive, Area, DigestFile, LogFile, ReadLogs, TimeRange, Unread } from "../integrity/archive.ts";
import { type CheckedRow, type Step } from "../integrity/check-area.ts";
import { parseLogName } from "../integrity/digest-name.ts";
import { inOrder } from "../integrity/in-order.ts";
import type { KeySource, PublicKey } from "../integrity/public-keys.ts";
import { Tally } from "../integrity/tally.ts";
import { type VerifyOptions, areasOf, verifyAreas } from "../integrity/verify.ts";
import type { Seal } from "../parse/seal.ts";
import type { DigestEntry, DigestStore, LedgerLog, LedgerPlace, LogVerdict } from "../store/digest-store.ts";

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
const areasAtOnce = 8;

/** Judges what is new since the last check and keeps it in the warehouse. */
export async function checkDigests(plan: VerifyPlan, store: DigestStore, now: Date): Promise<DigestCheck> {
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
  const plans: Planned[] = [];
  for (const area of await reachableAreas(options, refused)) {
    const place = placeOf(area);
    const { first, last, since } = await store.openSince(place, now.getTime() - recentMs);
    // The ledger has nothing of it.
    if (first === null || last === null) continue;
    // The first time all that was loaded is judged.
    plans.push({ area, place, range: { from: since ?? (area.isCopy ? null : first), to: null }, last });
  }
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
    let saving: Saving | undefined;
    for await (const { planned, rows } of inOrder(streams, areasAtOnce)) {
      saving ??= new Saving(planned, store);
      for (const row of rows ?? []) tally.add(row);
      if (rows !== null) await saving.add(rows);
      else {
        await saving.end();
        saving = undefined;
      }
    }
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

type Rows = readonly CheckedRow[];

/** An account and Region with the range that is checked now. */
interface Planned {
  readonly area: Area;
  readonly place: LedgerPlace;
  readonly range: TimeRange;
  /** Delivery of its newest log file. */
  readonly last: number;
}

function placeOf(area: Area): LedgerPlace {
  const { base, accountId, region } = area;
  return { accountId, region, below: area.uriOf(`${base}AWSLogs/`) };
}

/** The area with the log files of the ledger in place of those of the listing. */
function ledgerArea({ area, place, range }: Planned, store: DigestStore): Area {
  const listed = new Map<string, Promise<ReadonlySet<string>>>();
  return {
    ...area,
    async *logs({ from, to }) {
      const logs = await store.logs(place, from === null ? null : dayOf(from), to === null ? null : dayOf(to));
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
  readonly #area: Area;
  readonly #place: LedgerPlace;
  readonly #range: TimeRange;
  readonly #store: DigestStore;
  #verdicts: LogVerdict[] = [];
  readonly #digests: DigestEntry[] = [];

  constructor({ area, place, range }: Planned, store: DigestStore) {
    this.#area = area;
    this.#place = place;
    this.#range = range;
    this.#store = store;
  }

  async add(rows: readonly CheckedRow[]): Promise<void> {
    for (const row of rows) {
      if (row.kind === "log") this.#verdicts.push(this.#verdict(row));
      else if (row.digest !== null) this.#digests.push(this.#digest(row));
    }
    if (this.#verdicts.length < rowsAtOnce) return;
    await this.#store.saveLogs(this.#verdicts);
    this.#verdicts = [];
  }

  async end(): Promise<void> {
    await this.#store.saveArea(this.#place, this.#range.from, this.#verdicts, this.#digests);
  }

  #verdict({ uri, verdict, reason, digestUri, listedHash }: CheckedRow): LogVerdict {
    const delivered = parseLogName(this.#area.keyOfUri(uri))?.deliveredAt;
    const { accountId, region } = this.#place;
    const when = delivered === undefined ? null : dayOf(delivered);
    return { uri, accountId, region, day: when, verdict, reason, digestUri, listedHash };
  }

  #digest({ uri, verdict, reason, trail, digest }: CheckedRow): DigestEntry {
    const { accountId, region } = this.#place;
    const document = digest?.opened?.document ?? null;
    const previous = document?.previous ?? null;
    const key = previous === null ? null : this.#area.keyOf(previous.bucket, previous.key);
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
      previousUri:
        previous === null ? null : key === null ? `s3://${previous.bucket}/${previous.key}` : this.#area.uriOf(key),
      sha256: document?.sha256 ?? null,
      logFiles: document?.logs.length ?? null,
      body: digest?.opened?.stored == null ? null : Buffer.from(digest.opened.stored).toString("base64"),
    };
  }
}

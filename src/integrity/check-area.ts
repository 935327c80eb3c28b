/** The check of one account and Region: its chains, the log files that they list, and those that none lists. */
import { hourMs } from "../day.ts";
import { SpillwayError } from "../errors.ts";
import type { Seal } from "../parse/seal.ts";
import {
  type Area,
  type DigestFile,
  type LogFile,
  type ReadLogs,
  type TimeRange,
  type Unread,
  isUnread,
} from "./archive.ts";
import { type ChainContext, type CheckedDigest, checkChain } from "./check-chain.ts";
import type { LogEntry } from "./digest-document.ts";
import { chainOf } from "./digest-name.ts";
import { LogIndex } from "./log-index.ts";
import { type Pending, RowsAhead } from "./rows-ahead.ts";
import type { KeySource } from "./public-keys.ts";
import { sameHex } from "./signature.ts";
import { type ChainState, type Timeline, stateAt } from "./timeline.ts";
import type { Reason, Verdict, VerifyRow } from "./verdict.ts";

export interface AreaContext {
  readonly range: TimeRange;
  readonly reach: number;
  readonly keys: KeySource;
  readonly signatures: (file: DigestFile) => string | null;
  readonly readLogs: ReadLogs;
  readonly onProgress?: ((step: Step) => void) | undefined;
  /** A listing that was refused, once for each. */
  readonly onRefused?: ((error: SpillwayError) => void) | undefined;
}

/** Digests found, digests judged, log files judged. */
export interface Step {
  readonly found?: number;
  readonly digests?: number;
  readonly logs?: number;
}

/** A row with what the warehouse wants to know besides. */
export interface CheckedRow extends VerifyRow {
  /** The digest itself, for a digest that was read. */
  readonly digest: CheckedDigest | null;
  /** Of a log file: the digest that lists it, and the hash that it gives, in lower case. */
  readonly digestUri: string | null;
  readonly listedHash: string | null;
}

/** Lists of log files are handed on in pieces of this size: memory stays flat where one digest names thousands. */
const logsAtOnce = 512;
/** Log files of one chain that are being read while the walk goes on: a store far away answers many as soon as one. */
const logsAhead = 1024;

export async function* checkArea(area: Area, context: AreaContext): AsyncGenerator<readonly CheckedRow[]> {
  const files = await digestsOf(area, context);
  context.onProgress?.({ found: files?.length ?? 0 });
  const logs = await LogIndex.list(area, context.range);
  const check = new AreaCheck(area, context, logs, files === null);
  for (const chain of chainsOf(files ?? [])) yield* check.chain(chain);
  yield* check.rest();
  if (logs.refused !== undefined) context.onRefused?.(logs.refused);
}

/** Null: listing them is not allowed. */
async function digestsOf(area: Area, { range, onRefused }: AreaContext): Promise<readonly DigestFile[] | null> {
  try {
    return await area.digests(range);
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError) || thrown.code !== "source-denied") throw thrown;
    onRefused?.(thrown);
    return null;
  }
}

/** Backfill chains last: a log file that a standard digest lists is theirs only if it is not. */
function chainsOf(files: readonly DigestFile[]): readonly (readonly DigestFile[])[] {
  const chains = new Map<string, DigestFile[]>();
  for (const file of files) {
    const chain = chains.get(chainOf(file.name));
    if (chain === undefined) chains.set(chainOf(file.name), [file]);
    else chain.push(file);
  }
  return [...chains.values()].toSorted(
    ([a], [b]) => Number(a?.name.isBackfill ?? false) - Number(b?.name.isBackfill ?? false),
  );
}

class AreaCheck {
  readonly #area: Area;
  readonly #context: AreaContext;
  readonly #logs: LogIndex;
  readonly #timelines: Timeline[] = [];
  /** Log files that only a digest lists which itself is not to be trusted. */
  readonly #deferred = new Map<
    string,
    { readonly trail: string; readonly digestUri: string; readonly reason: ChainState }
  >();

  constructor(area: Area, context: AreaContext, logs: LogIndex, isRefused: boolean) {
    if (isRefused) this.#timelines.push({ spans: [], before: "digest-unreadable", after: "digest-unreadable" });
    this.#area = area;
    this.#context = context;
    this.#logs = logs;
  }

  async *chain(files: readonly DigestFile[]): AsyncGenerator<readonly CheckedRow[]> {
    const { name } = files[0] ?? {};
    if (name === undefined) return;
    const { range, reach, keys, signatures, onProgress } = this.#context;
    const first = (files[0]?.name.endsAt ?? 0) - hourMs;
    const context: ChainContext = {
      area: this.#area,
      range,
      reach,
      signatures,
      keys: await keys.keys(this.#area.region, first, files.at(-1)?.name.endsAt ?? first),
      hasLogsBefore: (time) => this.#logs.hasBefore(time),
    };
    const walk = checkChain(files, context);
    const ahead = new RowsAhead<CheckedRow>(logsAhead);
    for (;;) {
      const next = await walk.next();
      if (next.done === true) {
        if (!name.isBackfill) this.#timelines.push(next.value);
        yield* ahead.rest();
        return;
      }
      const digest = next.value;
      if (digest.opened !== null) onProgress?.({ digests: 1 });
      if (digest.isOutside) continue;
      yield* ahead.add(Promise.resolve([this.#digestRow(digest, name.trail)]), 0);
      for await (const { rows, size } of this.#logsOf(digest, name.trail)) yield* ahead.add(rows, size);
    }
  }

  /** Log files that no valid digest lists. */
  async *rest(): AsyncGenerator<readonly CheckedRow[]> {
    let rows: CheckedRow[] = [];
    for (const [key, { trail, digestUri, reason }] of this.#deferred) {
      if (this.#logs.isSettled(key)) continue;
      const { file } = await this.#logs.take(key);
      // It may be gone, but who says that it ever was there is not to be trusted.
      if (file === undefined) continue;
      rows.push({ ...this.#logRow(file.uri, trail, "undigested", reason), digestUri });
    }
    for (const file of this.#logs.rest()) {
      const state = stateAt(this.#timelines, file.deliveredAt ?? 0);
      rows.push(this.#logRow(file.uri, null, state === "recent" ? "not-yet-digested" : "undigested", state));
      if (rows.length < logsAtOnce) continue;
      this.#context.onProgress?.({ logs: rows.length });
      yield rows;
      rows = [];
    }
    this.#context.onProgress?.({ logs: rows.length });
    if (rows.length > 0) yield rows;
  }

  /** Pieces whose files are already looked for, and being read. */
  async *#logsOf(digest: CheckedDigest, trail: string): AsyncGenerator<Pending<CheckedRow>> {
    const entries = digest.opened?.document?.logs ?? [];
    if (digest.verdict !== "valid") {
      const reason = digest.verdict === "invalid" ? "digest-invalid" : "digest-unreadable";
      for (const { s3Bucket, s3Object } of entries) {
        const key = this.#area.keyOf(s3Bucket, s3Object);
        if (key !== null) this.#deferred.set(key, { trail, digestUri: digest.uri, reason });
      }
      return;
    }
    for (let start = 0; start < entries.length; start += logsAtOnce) {
      yield await this.#checkLogs(entries.slice(start, start + logsAtOnce), digest.uri, trail);
    }
  }

  /** Settles when it is known which of them are there. */
  async #checkLogs(entries: readonly LogEntry[], digestUri: string, trail: string): Promise<Pending<CheckedRow>> {
    const rows: CheckedRow[] = [];
    const there: { readonly file: LogFile; readonly hash: string }[] = [];
    for (const { s3Bucket, s3Object, hashValue } of entries) {
      const listedHash = hashValue.toLowerCase();
      const absent = (uri: string, verdict: Verdict, reason: Reason): void =>
        void rows.push({ ...this.#logRow(uri, trail, verdict, reason), digestUri, listedHash });
      const key = this.#area.keyOf(s3Bucket, s3Object);
      if (key === null) {
        absent(`s3://${s3Bucket}/${s3Object}`, "unreadable", "scope");
        continue;
      }
      const { file, isAgain } = await this.#logs.take(key);
      if (file !== undefined) there.push({ file, hash: hashValue });
      else if (this.#logs.refused !== undefined) absent(this.#area.uriOf(key), "unreadable", "denied");
      else if (!isAgain && (await this.#area.isThere?.(key)) !== true)
        absent(this.#area.uriOf(key), "missing", "not-found");
    }
    const read = async (): Promise<readonly CheckedRow[]> => {
      const seals = await this.#context.readLogs(there.map(({ file }) => file));
      for (const [index, { file, hash }] of there.entries()) {
        const { verdict, reason } = judgeLog(seals[index], hash);
        rows.push({ ...this.#logRow(file.uri, trail, verdict, reason), digestUri, listedHash: hash.toLowerCase() });
      }
      this.#context.onProgress?.({ logs: rows.length });
      return rows;
    };
    return { rows: read(), size: there.length };
  }

  #digestRow(digest: CheckedDigest, trail: string): CheckedRow {
    const { uri, verdict, reason, signatureSource } = digest;
    const { accountId, region } = this.#area;
    return {
      kind: "digest",
      accountId,
      region,
      trail,
      uri,
      verdict,
      reason,
      signatureSource,
      digest,
      digestUri: null,
      listedHash: null,
    };
  }

  #logRow(uri: string, trail: string | null, verdict: Verdict, reason: Reason | null): CheckedRow {
    const { accountId, region } = this.#area;
    return {
      kind: "log",
      accountId,
      region,
      trail,
      uri,
      verdict,
      reason,
      signatureSource: null,
      digest: null,
      digestUri: null,
      listedHash: null,
    };
  }
}

function judgeLog(
  seal: Seal | Unread | undefined,
  hash: string,
): { readonly verdict: Verdict; readonly reason: Reason | null } {
  if (seal === undefined) return { verdict: "unreadable", reason: "failed" };
  if (isUnread(seal)) {
    // Listed, and gone when it was read.
    return seal.unread === "not-found"
      ? { verdict: "missing", reason: "not-found" }
      : { verdict: "unreadable", reason: seal.unread };
  }
  if (seal.flaw !== null) return { verdict: "invalid", reason: seal.flaw };
  return seal.sha256 !== null && sameHex(seal.sha256, hash)
    ? { verdict: "valid", reason: null }
    : { verdict: "invalid", reason: "hash" };
}

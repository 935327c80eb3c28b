/** A trail made for tests: log files and their digest chain in a bucket of memory, to be damaged at will. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  type ChainLog,
  type ChainPlan,
  type DigestBody,
  type MadeDigest,
  type SigningKey,
  makeChain,
  publicKeyList,
  signDigest,
  signingKey,
} from "../../src/demo/digest-chain.ts";

export interface StoredThing {
  body: Buffer;
  readonly metadata: Record<string, string>;
}

export const hour = 3_600_000;
/** Digests never end on the full hour. */
export const begin: number = Date.UTC(2026, 8, 14, 6, 1, 31);

/** One key for all tests of a process: making one takes a tenth of a second. */
export const testKey: SigningKey = signingKey(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
/** Of somebody else. */
export const otherKey: SigningKey = signingKey(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);

export interface TrailPlan {
  readonly bucket?: string;
  readonly root?: string;
  readonly account?: string;
  readonly region?: string;
  readonly trail?: string;
  readonly hours?: number;
  readonly logsPerHour?: number;
  readonly key?: SigningKey;
  readonly start?: number;
  /** Of a log file; the default is an envelope with one record. */
  readonly content?: (key: string, index: number) => string;
}

/** A chain with its log files, and the bucket that they lie in. */
export class MadeTrail {
  readonly objects: Map<string, StoredThing> = new Map();
  readonly chain: ChainPlan;
  digests: MadeDigest[] = [];

  constructor(plan: TrailPlan = {}) {
    const start = plan.start ?? begin;
    const account = plan.account ?? "111122223333";
    const region = plan.region ?? "eu-west-1";
    const root = plan.root ?? "AWSLogs/";
    const content = plan.content ?? ((key, index): string => recordsOf(key, index));
    const hours = Array.from({ length: plan.hours ?? 8 }, (_, index) =>
      Array.from({ length: plan.logsPerHour ?? 3 }, (__, file): ChainLog => {
        const at = start + index * hour + 5 * 60_000 + Math.floor((file * 50 * 60_000) / (plan.logsPerHour ?? 3));
        const key = logKey(root, account, region, at, index * 10_000 + file);
        return { key, content: Buffer.from(content(key, index * 10_000 + file)) };
      }),
    );
    this.chain = {
      bucket: plan.bucket ?? "test-trail",
      root,
      account,
      region,
      trail: plan.trail ?? "main_trail",
      homeRegion: "eu-west-1",
      key: plan.key ?? testKey,
      start,
      hours,
    };
    this.digests = [...makeChain(this.chain)];
    for (const log of hours.flat()) this.objects.set(log.key, { body: gzipSync(log.content), metadata: {} });
    for (const digest of this.digests) this.put(digest);
  }

  get end(): number {
    return this.chain.start + this.chain.hours.length * hour;
  }

  logs(at: number): readonly string[] {
    return (this.chain.hours[at] ?? []).map(({ key }) => key);
  }

  digestKey(at: number): string {
    return this.digest(at).key;
  }

  digest(at: number): MadeDigest {
    const digest = this.digests.at(at);
    if (digest === undefined) throw new Error(`no digest ${at}`);
    return digest;
  }

  get(key: string): StoredThing {
    const object = this.objects.get(key);
    if (object === undefined) throw new Error(`no object ${key}`);
    return object;
  }

  put({ key, body, metadata }: MadeDigest): void {
    this.objects.set(key, { body, metadata: { ...metadata } });
  }

  delete(...keys: readonly string[]): void {
    for (const key of keys) this.objects.delete(key);
  }

  /** Digest `at` with other fields, signed anew; what follows is made anew behind it, unless `alone`. */
  resign(at: number, change: Partial<DigestBody>, alone: boolean = false): void {
    const before = this.digest(at);
    const changed = signDigest({ ...before.document, ...change } as DigestBody, this.chain.key);
    this.digests[at] = changed;
    this.put(changed);
    if (alone) return;
    let last = changed;
    for (let next = at + 1; next < this.digests.length; next++) {
      const old = this.digest(next);
      last = signDigest(
        { ...old.document, previousDigestSignature: last.signature, previousDigestHashValue: hashOf(last) },
        this.chain.key,
      );
      this.digests[next] = last;
      this.put(last);
    }
  }

  /** A second part of the chain that begins anew `hours` after this one ended. */
  restart(hours: number, length: number): MadeDigest[] {
    const start = this.end + hours * hour;
    const plan = new MadeTrail({ ...this.#plan(), start, hours: length });
    for (const [key, object] of plan.objects) this.objects.set(key, object);
    this.digests.push(...plan.digests);
    return plan.digests;
  }

  /** A digest of the backfill chain that lists these log files. */
  backfill(logs: readonly ChainLog[], at: number, previous: MadeDigest | null = null): MadeDigest {
    const [digest] = makeChain(
      { ...this.chain, start: this.chain.start + at * hour, hours: [logs], backfillAt: (end) => end + 30 * 60_000 },
      previous,
    );
    if (digest === undefined) throw new Error("no digest");
    this.put(digest);
    return digest;
  }

  addLog(at: number, content = '{"Records":[]}'): ChainLog {
    const { root, account, region } = this.chain;
    const key = logKey(root, account, region, at, 999_999);
    const log = { key, content: Buffer.from(content) };
    this.objects.set(key, { body: gzipSync(log.content), metadata: {} });
    return log;
  }

  /** As `aws s3 sync` leaves it: without metadata. */
  write(folder: string): void {
    for (const [key, { body }] of this.objects) {
      const path = join(folder, key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, body);
    }
  }

  publicKeys(keys: readonly SigningKey[] = [this.chain.key]): string {
    return publicKeyList(keys, this.chain.start - 240 * hour, this.end + 480 * hour);
  }

  #plan(): TrailPlan {
    const { bucket, root, account, region, trail, key } = this.chain;
    return { bucket, root, account, region, trail, key, logsPerHour: this.chain.hours[0]?.length ?? 0 };
  }
}

/** Changes one byte of what a stored gzip file holds. */
export function tampered(body: Buffer): Buffer {
  const content = gunzipSync(body);
  const at = content.length >> 1;
  content[at] = (content[at] ?? 0) ^ 1;
  return gzipSync(content);
}

function hashOf(digest: MadeDigest): unknown {
  // As the maker gives it to the next one.
  const [next] = makeChain(
    {
      bucket: "b",
      root: "AWSLogs/",
      account: "1",
      region: "r",
      trail: "t",
      homeRegion: "r",
      key: testKey,
      start: 0,
      hours: [[]],
    },
    digest,
  );
  return next?.document["previousDigestHashValue"];
}

function logKey(root: string, account: string, region: string, at: number, index: number): string {
  const iso = new Date(at).toISOString();
  const stamp = `${iso.slice(0, 16).replaceAll(/[-:]/g, "")}Z`;
  const name = `Log${String(index).padStart(13, "0")}`;
  return `${root}${account}/CloudTrail/${region}/${iso.slice(0, 10).replaceAll("-", "/")}/${account}_CloudTrail_${region}_${stamp}_${name}.json.gz`;
}

function recordsOf(key: string, index: number): string {
  const record = {
    eventVersion: "1.11",
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    eventID: `${index}`,
    key,
  };
  return JSON.stringify({ Records: [record] });
}

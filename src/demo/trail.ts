/** The trail of the made-up organization: which record goes into which file, and how files are named and written. */
import { dayMs, hourMs } from "../day.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { organizationId } from "./callers.ts";
import type { Random } from "./random.ts";

export type TrailRecord = Readonly<Record<string, unknown>>;

/** One trail object in the making. */
export interface TrailObject {
  readonly account: string;
  readonly region: string;
  readonly at: number;
  readonly records: TrailRecord[];
}

export interface Trail {
  /** Puts a record into the file that covers `deliveredAt`; says whether it is delivered before the trail ends. */
  deliver(account: string, region: string, deliveredAt: number, record: TrailRecord): boolean;
  objects(): readonly TrailObject[];
}

const slot = 6 * hourMs;

/** An empty trail. `gap` is an account and a day without delivery; its files come a day later. */
export function createTrail(end: number, gap: { readonly account: string; readonly start: number }): Trail {
  const objects = new Map<string, TrailObject>();
  return {
    deliver: (account, region, deliveredAt, record) => {
      const isGap = account === gap.account && deliveredAt >= gap.start && deliveredAt < gap.start + dayMs;
      const due = isGap ? deliveredAt + dayMs : deliveredAt;
      if (due >= end) return false;
      const start = Math.floor(due / slot) * slot;
      const key = `${account} ${region} ${start}`;
      const object = objects.get(key) ?? {
        account,
        region,
        at: Math.min(start + slot, end) - 60_000,
        records: [],
      };
      objects.set(key, object);
      object.records.push(record);
      return true;
    },
    objects: () => [...objects.values()],
  };
}

/** Key of a trail object; `kind` names the folder, `CloudTrail` for logs. */
export function objectKey(object: Pick<TrailObject, "account" | "region" | "at">, kind: string, name: string): string {
  const iso = new Date(object.at).toISOString();
  const stamp = `${iso.slice(0, 10).replaceAll("-", "")}T${iso.slice(11, 13)}${iso.slice(14, 16)}`;
  const file = kind === "CloudTrail-Digest" ? `${name}_${stamp}00Z` : `${stamp}Z_${name}`;
  return `AWSLogs/${organizationId}/${object.account}/${kind}/${object.region}/${iso.slice(0, 10).replaceAll("-", "/")}/${object.account}_${kind}_${object.region}_${file}.json.gz`;
}

/** The content of an object before compression. */
export function contentOf(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body));
}

/** Writes one compressed file below `folder`; `keep` is the share of its bytes that arrives. */
export function writeObject(folder: string, key: string, body: unknown, keep: number = 1): void {
  const packed = gzipSync(contentOf(body), { level: 5 });
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, keep < 1 ? packed.subarray(0, Math.floor(packed.length * keep)) : packed);
}

/** Writes the log files and returns their keys. */
export function writeTrail(folder: string, objects: readonly TrailObject[], random: Random): readonly string[] {
  return objects.map((object) => {
    const key = objectKey(object, "CloudTrail", random.mixed(16));
    writeObject(folder, key, { Records: object.records });
    return key;
  });
}

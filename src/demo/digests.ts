/** The digests of the made-up organization: one each hour for every account and Region, signed with the demo's own key. */
import { hourMs } from "../day.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { homeRegion, organizationId, trailName } from "./callers.ts";
import { type ChainLog, type MadeDigest, makeChain, publicKeyList } from "./digest-chain.ts";
import { demoKey } from "./digest-key.ts";

export interface DemoLog extends ChainLog {
  readonly account: string;
  readonly region: string;
  readonly at: number;
}

export interface DemoDigests {
  /** Keys of the digests. */
  readonly keys: readonly string[];
  /** Files for `--signatures` (which a copy of a bucket loses) and `--public-keys` (which AWS would be asked for). */
  readonly signatures: string;
  readonly publicKeys: string;
}

const bucket = "demo-organization-trail";

/** Writes the digests of `logs`, from `from` to `to`, below `folder`. */
export function writeDigests(folder: string, logs: readonly DemoLog[], from: number, to: number): DemoDigests {
  const places = new Map<string, { readonly account: string; readonly region: string; readonly logs: DemoLog[] }>();
  for (const log of logs) {
    const { account, region } = log;
    const place = places.get(`${account} ${region}`) ?? { account, region, logs: [] };
    place.logs.push(log);
    places.set(`${account} ${region}`, place);
  }
  const keys: string[] = [];
  const ends: MadeDigest[] = [];
  for (const { account, region, logs: listed } of places.values()) {
    const hours = Array.from({ length: Math.ceil((to - from) / hourMs) }, (_, index) => {
      const start = from + index * hourMs;
      return listed.filter(({ at }) => at >= start && at < start + hourMs).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    });
    const root = `AWSLogs/${organizationId}/`;
    const chain = makeChain({
      bucket,
      root,
      account,
      region,
      trail: trailName,
      homeRegion,
      key: demoKey(),
      start: from,
      hours,
    });
    for (const digest of chain) {
      const path = join(folder, digest.key);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, digest.body);
      keys.push(digest.key);
    }
    const last = chain.at(-1);
    if (last !== undefined) ends.push(last);
  }
  const lines = ends.map(({ key, signature }) => `s3://${bucket}/${key},${signature}\n`);
  const month = 30 * 24 * hourMs;
  return {
    keys,
    signatures: `uri,signature\n${lines.join("")}`,
    publicKeys: publicKeyList([demoKey()], from - month, to + month),
  };
}

/** The public keys from AWS, asked for once for each Region and time range. */
import { type KeyAccess, listPublicKeys } from "../aws/list-public-keys.ts";
import { SpillwayError } from "../errors.ts";
import { type KeySource, type PublicKey, publicKey, rotationMs } from "./public-keys.ts";

export interface FetchedKeysOptions extends KeyAccess {
  /** Called once for each Region that refuses. */
  readonly onRefused: (error: SpillwayError) => void;
}

interface Asked {
  readonly from: number;
  readonly to: number;
  readonly keys: Promise<readonly PublicKey[] | null>;
}

export interface FetchedKeys extends KeySource {
  /** All keys fetched so far. */
  readonly all: readonly PublicKey[];
}

/** The keys of AWS. @throws SpillwayError `credentials`, `source-unreachable`, since no Region would answer */
export function fetchedKeys(options: FetchedKeysOptions): FetchedKeys {
  const asked = new Map<string, Asked[]>();
  const all = new Map<string, PublicKey>();
  const refused = new Set<string>();
  const fetch = async (region: string, from: number, to: number): Promise<readonly PublicKey[] | null> => {
    try {
      const listed = await listPublicKeys(region, from, to, options);
      const keys = listed.map((key) => publicKey({ ...key, region }, `CloudTrail in ${region}`));
      for (const key of keys) all.set(`${region} ${key.fingerprint}`, key);
      return keys;
    } catch (thrown) {
      if (!(thrown instanceof SpillwayError) || thrown.code !== "source-denied") throw thrown;
      if (!refused.has(region)) options.onRefused(thrown);
      refused.add(region);
      return null;
    }
  };
  return {
    get all(): readonly PublicKey[] {
      return [...all.values()];
    },
    keys: async (region, start, end) => {
      const [from, to] = [start - rotationMs, end + rotationMs];
      const before = asked.get(region) ?? [];
      const known = before.find((each) => each.from <= from && to <= each.to);
      if (known !== undefined) return await known.keys;
      const now = { from, to, keys: fetch(region, from, to) };
      asked.set(region, [...before, now]);
      return await now.keys;
    },
  };
}

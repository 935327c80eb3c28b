/** An archive over a made trail: what S3 would give, metadata included, without a server. */
import type {
  Archive,
  Area,
  DigestFile,
  LogFile,
  ReadLogs,
  StoredDigest,
  Unread,
} from "../../src/integrity/archive.ts";
import { parseDigestName, parseLogName } from "../../src/integrity/digest-name.ts";
import { parsePublicKeys, savedKeys } from "../../src/integrity/public-keys.ts";
import { selectDigests } from "../../src/integrity/select-digests.ts";
import type { CheckedRow } from "../../src/integrity/check-area.ts";
import { areasOf, verifyAreas, type VerifyOptions } from "../../src/integrity/verify.ts";
import { sealStored } from "../../src/parse/seal.ts";
import type { MadeTrail } from "./made-trail.ts";

export interface MemoryOptions {
  /** A plain copy has lost it. */
  readonly withMetadata?: boolean;
  readonly unread?: ReadonlyMap<string, Unread>;
}

export function memoryArchive(trail: MadeTrail, options: MemoryOptions = {}): Archive {
  const { bucket } = trail.chain;
  const places = new Map<string, Area>();
  for (const key of [...trail.objects.keys()].toSorted()) {
    const place = parseDigestName(key) ?? parseLogName(key);
    if (place === null) continue;
    const { base, accountId, region } = place;
    const isHere = (other: { accountId: string; region: string; base: string } | null): boolean =>
      other !== null && other.base === base && other.accountId === accountId && other.region === region;
    places.set(`${base} ${accountId} ${region}`, {
      base,
      accountId,
      region,
      isCopy: false,
      digests: (range) => {
        const files: DigestFile[] = [];
        for (const each of trail.objects.keys()) {
          const name = parseDigestName(each);
          if (name !== null && isHere(name))
            files.push({ key: each, uri: `s3://${bucket}/${each}`, name, locator: null });
        }
        return Promise.resolve(selectDigests(files, range));
      },
      // oxlint-disable-next-line require-await
      async *logs({ from, to }) {
        const page: LogFile[] = [];
        for (const each of trail.objects.keys()) {
          const name = parseLogName(each);
          if (name === null || !isHere(name)) continue;
          if ((from === null || name.deliveredAt >= from) && (to === null || name.deliveredAt < to))
            page.push({ key: each, uri: `s3://${bucket}/${each}`, deliveredAt: name.deliveredAt, locator: each });
        }
        if (page.length > 0) yield page;
      },
      readDigest: (file) => Promise.resolve(readDigest(file)),
      keyOf: (other, each) => (other === bucket ? each : null),
      keyOfUri: (uri) => uri.slice(`s3://${bucket}/`.length),
      uriOf: (each) => `s3://${bucket}/${each}`,
    });
  }
  const readDigest = ({ key }: DigestFile): StoredDigest | Unread => {
    const unread = options.unread?.get(key);
    if (unread !== undefined) return unread;
    const { body, metadata } = trail.get(key);
    if (options.withMetadata === false) return { bytes: body, metadata: null };
    return {
      bytes: body,
      metadata: {
        signature: metadata["signature"] ?? null,
        algorithm: metadata["signature-algorithm"] ?? null,
        backfillAt: metadata["backfill-generation-timestamp"] ?? null,
      },
    };
  };
  return { name: "memory", gaps: [], areas: () => Promise.resolve([...places.values()]) };
}

export interface Check extends MemoryOptions {
  readonly from?: number | null;
  readonly to?: number | null;
  readonly now?: number;
  readonly keys?: string;
  readonly signatures?: VerifyOptions["signatures"];
}

/** All rows of a check over the whole trail, up to its end. */
export async function checkTrail(trail: MadeTrail, check: Check = {}): Promise<readonly CheckedRow[]> {
  const readLogs: ReadLogs = (files) =>
    Promise.resolve(files.map(({ key }) => check.unread?.get(key) ?? sealStored(trail.get(key).body)));
  const options: VerifyOptions = {
    archives: [memoryArchive(trail, check)],
    range: { from: check.from ?? null, to: check.to === undefined ? trail.end : check.to },
    now: new Date(check.now ?? trail.end + 1000 * 3_600_000),
    keys: savedKeys(parsePublicKeys(check.keys ?? trail.publicKeys(), "test")),
    signatures: check.signatures,
    readLogs: () => readLogs,
  };
  const rows: CheckedRow[] = [];
  for await (const piece of verifyAreas(await areasOf(options), options)) rows.push(...piece);
  return rows;
}

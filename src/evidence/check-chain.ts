/** The check of CloudTrail's chain inside a pack: signatures, links, and the hashes that digests give log files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import { type DigestDocument, parseDigest } from "../integrity/digest-document.ts";
import { tailOf } from "../integrity/digest-name.ts";
import { type PublicKey, findKey, parsePublicKeys } from "../integrity/public-keys.ts";
import { isSignedBy, sameHex } from "../integrity/signature.ts";
import { openStored } from "../parse/seal.ts";
import type { PackFiles, Tell } from "./check-bag.ts";
import { type ValidDigest, type VouchedLogs, checkVouching } from "./check-vouching.ts";
import { type CsvRow, csvRows } from "./csv-rows.ts";
import type { CoverageDay } from "./recount-coverage.ts";

/** The largest digest to read; none comes near. */
const digestLimit = 256 << 20;

interface PackedDigest {
  readonly row: CsvRow;
  readonly document: DigestDocument | null;
}

export interface CheckedChain extends VouchedLogs {
  readonly digests: number;
  readonly valid: number;
  readonly links: number;
}

export async function checkChain(
  root: string,
  files: PackFiles,
  coverage: readonly CoverageDay[],
  tell: Tell,
): Promise<CheckedChain> {
  const keys = await readKeys(root, tell);
  const digests: PackedDigest[] = [];
  for await (const row of csvRows(join(root, "data/integrity/signatures.csv")))
    digests.push({ row, document: await openDigest(root, row, files, tell) });
  for (const digest of digests) checkSignature(digest, keys, tell);
  const named = new Set(digests.map(({ row }) => `data/${row["file"] ?? ""}`));
  for (const path of files.keys())
    if (path.startsWith("data/integrity/digests/") && !named.has(path)) tell(`signatures.csv does not name ${path}`);
  const links = checkLinks(digests, coverage, tell);
  const valid = digests.filter(isValid);
  return { digests: digests.length, valid: valid.length, links, ...(await checkVouching(root, valid, coverage, tell)) };
}

function isValid(digest: PackedDigest): digest is ValidDigest {
  return digest.document !== null && digest.row["verdict"] === "valid";
}

/** Keys that cannot be read are one problem; what they would have shown are others. */
async function readKeys(root: string, tell: Tell): Promise<readonly PublicKey[]> {
  const file = "data/integrity/public-keys.json";
  try {
    return parsePublicKeys(await readFile(join(root, file), "utf8"), file);
  } catch (error) {
    tell(messageOf(error));
    return [];
  }
}

async function openDigest(root: string, row: CsvRow, files: PackFiles, tell: Tell): Promise<DigestDocument | null> {
  const isValid = row["verdict"] === "valid";
  const { file = "", uri = "" } = row;
  if (file === "") {
    if (isValid) tell(`a valid digest without its file: ${uri}`);
    return null;
  }
  if (!files.has(`data/${file}`)) {
    tell(`signatures.csv names a digest that is not in the pack: ${file}`);
    return null;
  }
  const opened = openStored(await readFile(join(root, "data", file)), digestLimit);
  const document = opened.flaw === null ? parseDigest(opened.content) : null;
  // what was recorded as broken may well be
  if (document === null && isValid) tell(`cannot read the digest ${uri}`);
  return document;
}

function checkSignature({ row, document }: PackedDigest, keys: readonly PublicKey[], tell: Tell): void {
  if (document === null || row["verdict"] !== "valid") return;
  const { uri = "", region = "", signature = "", kind = "" } = row;
  if (document.accountId !== row["account_id"]) tell(`digest of another account: ${uri}`);
  if (uri.startsWith("s3://") && uri !== `s3://${placeOf(document)}`) tell(`digest from another place: ${uri}`);
  const ofRegion = keys.filter((key) => key.region === null || key.region === region);
  // a backfill digest is signed later than its hour
  const { key } = findKey(ofRegion, document.fingerprint, kind === "backfill" ? null : document.endsAt);
  if (key === null) tell(`no public key of its Region and time for the digest ${uri}`);
  else if (!isSignedBy(document, signature, key)) tell(`wrong signature of the digest ${uri}`);
}

function placeOf({ bucket, key }: { readonly bucket: string; readonly key: string }): string {
  return `${bucket}/${key}`;
}

/** Each valid digest holds the signature and the hash of the one before; a hole is not a fault of a day that is not called valid. */
function checkLinks(digests: readonly PackedDigest[], coverage: readonly CoverageDay[], tell: Tell): number {
  const byPlace = new Map<string, PackedDigest>();
  for (const digest of digests) if (digest.document !== null) byPlace.set(placeOf(digest.document), digest);
  const named = new Set<string>();
  for (const { row } of digests) {
    const tail = tailOf(row["uri"] ?? "");
    if (named.has(row["uri"] ?? "")) tell(`signatures.csv names a digest twice: ${row["uri"] ?? ""}`);
    named.add(row["uri"] ?? "").add(tail);
  }
  const vouched = new Set(
    coverage.flatMap(({ account, region, day, status }) => (status === "valid" ? [`${account} ${region} ${day}`] : [])),
  );
  let links = 0;
  for (const { row, document } of digests) {
    if (document?.previous == null || row["verdict"] !== "valid") continue;
    const before = byPlace.get(placeOf(document.previous));
    if (before?.document == null) {
      const { key } = document.previous;
      const [, date = ""] = /_(\d{8})T\d{6}Z[^/]*$/.exec(key) ?? [];
      const day = date.replace(/^(\d{4})(\d{2})/, "$1-$2-");
      if (!named.has(tailOf(key)) && vouched.has(`${row["account_id"] ?? ""} ${row["region"] ?? ""} ${day}`))
        tell(`the digest before ${row["uri"] ?? ""} is not in the pack, and its day is called valid`);
      continue;
    }
    links++;
    const { hash, signature } = document.previous;
    const told = before.row["signature"] ?? "";
    if (hash !== null && hash !== before.document.sha256)
      tell(`the chain is broken before ${row["uri"] ?? ""}: another hash`);
    else if (told !== "" && !sameHex(told, signature))
      tell(`the chain is broken before ${row["uri"] ?? ""}: another signature`);
  }
  return links;
}

/** The check of CloudTrail's chain inside a pack: signatures, links, and the hashes that digests give log files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../errors.ts";
import { type DigestDocument, parseDigest } from "../integrity/digest-document.ts";
import { type PublicKey, findKey, parsePublicKeys } from "../integrity/public-keys.ts";
import { isSignedBy, sameHex } from "../integrity/signature.ts";
import { openStored } from "../parse/seal.ts";
import type { PackFiles, Tell } from "./check-bag.ts";
import { type CsvRow, csvRows } from "./csv-rows.ts";

/** No digest comes near. */
const digestLimit = 256 << 20;

interface PackedDigest {
  readonly row: CsvRow;
  readonly document: DigestDocument | null;
}

export interface CheckedChain {
  readonly digests: number;
  readonly valid: number;
  readonly links: number;
  /** Log files that were looked at, and those of them that are valid. */
  readonly logs: number;
  readonly validLogs: number;
}

export async function checkChain(root: string, files: PackFiles, tell: Tell): Promise<CheckedChain> {
  const keys = await readKeys(root, tell);
  const digests: PackedDigest[] = [];
  for await (const row of csvRows(join(root, "data/integrity/signatures.csv")))
    digests.push({ row, document: await openDigest(root, row, files, tell) });
  for (const digest of digests) checkSignature(digest, keys, tell);
  const named = new Set(digests.map(({ row }) => `data/${row["file"] ?? ""}`));
  for (const path of files.keys())
    if (path.startsWith("data/integrity/digests/") && !named.has(path)) tell(`signatures.csv does not name ${path}`);
  const links = checkLinks(digests, tell);
  const valid = digests.filter(({ row }) => row["verdict"] === "valid");
  return { digests: digests.length, valid: valid.length, links, ...(await checkInputs(root, valid, tell)) };
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

/** Each valid digest holds the signature and the hash of the one before. */
function checkLinks(digests: readonly PackedDigest[], tell: Tell): number {
  const byPlace = new Map<string, PackedDigest>();
  for (const digest of digests) if (digest.document !== null) byPlace.set(placeOf(digest.document), digest);
  let links = 0;
  for (const { row, document } of digests) {
    if (document?.previous == null || row["verdict"] !== "valid") continue;
    const before = byPlace.get(placeOf(document.previous));
    if (before?.document == null) continue;
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

/** A log file that is called valid has the hash that a valid digest gives it. */
async function checkInputs(
  root: string,
  valid: readonly PackedDigest[],
  tell: Tell,
): Promise<Pick<CheckedChain, "logs" | "validLogs">> {
  const listed = new Map<string, ReadonlyMap<string, string>>();
  for (const { row, document } of valid)
    listed.set(
      row["uri"] ?? "",
      new Map(document?.logs.map((log) => [tailOf(log.s3Object), log.hashValue.toLowerCase()])),
    );
  let [logs, validLogs] = [0, 0];
  for await (const row of csvRows(join(root, "data/inputs.csv"))) {
    if (row["status"] !== "skipped") logs++;
    if (row["digest_verdict"] !== "valid") continue;
    validLogs++;
    const { uri = "", sha256 = "", digest_uri: digest = "" } = row;
    const hash = listed.get(digest)?.get(tailOf(uri));
    if (sha256 === "" || hash === undefined || !sameHex(hash, sha256))
      tell(`inputs.csv calls a log file valid that its digest does not list with this hash: ${uri}`);
  }
  return { logs, validLogs };
}

function tailOf(key: string): string {
  return key.slice(Math.max(0, key.lastIndexOf("AWSLogs/")));
}

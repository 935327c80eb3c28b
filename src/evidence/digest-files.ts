/** The digest part of a pack: each digest as it is stored, its signature beside it, and the public keys. */
import type { Cell, Engine } from "../engines/engine.ts";
import { plainRows, resultOf, rowsOf } from "../engines/result.ts";
import { writeCsv } from "../report/formats/csv.ts";
import type { PackFolder } from "./pack-folder.ts";

/** The statements for the digests and the keys. */
export interface DigestStatements {
  readonly digests: string;
  readonly keys: string;
}

/** Writes `integrity/digests/…`, `integrity/signatures.csv` and `integrity/public-keys.json`; tells how many digests there were. */
export async function writeDigests(
  pack: PackFolder,
  engine: Engine,
  statements: DigestStatements,
  signal: AbortSignal,
): Promise<number> {
  const result = await engine.run(statements.digests, signal, "digests");
  const bodyAt = result.columns.findIndex(({ name }) => name === "body");
  const taken = new Set<string>();
  const lines: (string | number | bigint | boolean | null)[][] = [];
  for await (const row of rowsOf(result)) {
    const [uri, account, region] = row;
    const body = row[bodyAt];
    let file: string | null = null;
    if (typeof body === "string") {
      file = freeName(
        `integrity/digests/${safe(account)}/${safe(region)}/${safe(String(uri).split("/").at(-1))}`,
        taken,
      );
      await pack.writeWhole(`data/${file}`, Buffer.from(body, "base64"));
    }
    lines.push([...row.filter((_, index) => index !== bodyAt), file]);
  }
  const columns = [...result.columns.filter((_, index) => index !== bodyAt), { name: "file", type: "text" } as const];
  const cells = columns.map((_, index) => lines.map((line) => line[index] ?? null));
  await pack.write("data/integrity/signatures.csv", (output) => writeCsv(resultOf(columns, cells), output));
  await writeKeys(pack, engine, statements.keys, signal);
  return lines.length;
}

/** As ListPublicKeys answers, with the Region beside each key: `spillway verify --public-keys` reads it too. */
async function writeKeys(pack: PackFolder, engine: Engine, keys: string, signal: AbortSignal): Promise<void> {
  const rows = await plainRows(await engine.run(keys, signal, "public keys"));
  const seconds = (time: unknown): number => Math.floor(Number(time) / 1000);
  const PublicKeyList = rows.map((row) => ({
    Value: row["value"],
    ValidityStartTime: seconds(row["valid_from"]),
    ValidityEndTime: seconds(row["valid_to"]),
    Fingerprint: row["fingerprint"],
    Region: row["region"],
  }));
  await pack.writeWhole("data/integrity/public-keys.json", `${JSON.stringify({ PublicKeyList }, null, 2)}\n`);
}

/** The name with only characters that every system and `sha256sum` accept. */
function safe(text: Cell | undefined): string {
  const name = String(text ?? "none").replaceAll(/[^A-Za-z0-9._-]/g, "_");
  return /^\.+$/.test(name) || name === "" ? "_" : name;
}

/** Two buckets may hold digests of one name; some systems take names that differ only in case for one. */
function freeName(path: string, taken: Set<string>): string {
  let name = path;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = path.replace(/(\.[^/]*)?$/, `-${number}$1`);
  taken.add(name.toLowerCase());
  return name;
}

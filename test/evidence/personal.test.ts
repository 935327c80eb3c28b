/** People in a pack: planted wherever CloudTrail has a place for them, and looked for in every byte, also of the compressed columns. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";
import { beforeAll, expect, it } from "vitest";
import { MadeTrail, begin } from "../integrity/made-trail.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord } from "../support/trail-files.ts";
import { evidence, ingestVerified, runVerifier } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const warehouse = join(folder, "spillway.duckdb");
const key = "a-key-of-32-characters-or-longer";

const planted = {
  session: "erika.mustermann@example.com",
  user: "max.power",
  identity: "grace-hopper-source",
  address: "203.0.113.77",
  address6: "2001:db8::beef:77",
  directory: "90677a2b-7c1d-4e8f-9a55-6f2e1b0c4d77",
  inAgent: "ada.lovelace@example.org",
  inMessage: "alan.turing@example.net",
};

const account = "111122223333";
const changes: readonly Record<string, unknown>[] = [
  {
    userIdentity: {
      type: "AssumedRole",
      accountId: account,
      arn: `arn:aws:sts::${account}:assumed-role/app/${planted.session}`,
      sessionContext: { sourceIdentity: planted.identity },
    },
    sourceIPAddress: planted.address,
  },
  {
    userIdentity: {
      type: "IAMUser",
      accountId: account,
      arn: `arn:aws:iam::${account}:user/staff/${planted.user}`,
      userName: planted.user,
    },
    sourceIPAddress: planted.address6,
    userAgent: `tool/1.0 (${planted.inAgent})`,
  },
  {
    userIdentity: {
      type: "IdentityCenterUser",
      accountId: account,
      onBehalfOf: {
        userId: planted.directory,
        identityStoreArn: `arn:aws:identitystore::${account}:identitystore/d-1`,
      },
    },
  },
  {
    userIdentity: {
      type: "AssumedRole",
      accountId: account,
      arn: `arn:aws:sts::${account}:assumed-role/app/${planted.inMessage}`,
    },
    errorCode: "AccessDenied",
    errorMessage: `User: arn:aws:sts::${account}:assumed-role/app/${planted.inMessage} is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/x with an explicit deny in a service control policy`,
    additionalEventData: undefined,
  },
];

beforeAll(async () => {
  const trail = new MadeTrail({
    hours: 4,
    region: "eu-central-1",
    content: (_, index) => {
      const n = Math.floor(index / 10_000) * 3 + (index % 10_000);
      const eventTime = new Date(begin + n * 60_000).toISOString().replace(/\.\d+Z/, "Z");
      return JSON.stringify({ Records: [bedrockRecord(n, { eventTime, ...changes[n % changes.length] })] });
    },
  });
  expect((await ingestVerified(trail, warehouse)).code).toBe(0);
});

/** All bytes, and what is compressed in them. */
async function everythingIn(pack: string): Promise<string> {
  const parts: string[] = [];
  for (const entry of readdirSync(pack, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    parts.push(entry.parentPath, entry.name, bytes.toString("latin1"), bytes.toString("utf8"));
    if (entry.name.endsWith(".gz")) parts.push(gunzipSync(bytes).toString("utf8"));
    if (entry.name.endsWith(".parquet")) {
      const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer });
      parts.push(JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)));
    }
  }
  return parts.join("\n");
}

const found = (text: string): readonly string[] => Object.values(planted).filter((person) => text.includes(person));
const saidIn = (pack: string): unknown =>
  (JSON.parse(readFileSync(join(pack, "data/summary.json"), "utf8")) as Record<string, unknown>)["personalData"];

it("are left out unless somebody asks for them", async () => {
  const pack = join(folder, "default");
  expect((await evidence(warehouse, pack)).code).toBe(0);
  const text = await everythingIn(pack);
  expect(found(text)).toEqual([]);
  expect(text).toContain("person-1");
  expect(saidIn(pack)).toBe("left out");
  expect(runVerifier(pack).code).toBe(0);
});

it("become keyed hashes that join from pack to pack, and the key is nowhere", async () => {
  const packs = [join(folder, "hashed"), join(folder, "hashed-again")];
  for (const pack of packs) expect((await evidence(warehouse, pack, "--pseudonymise", key)).code).toBe(0);
  const texts = await Promise.all(packs.map(everythingIn));
  for (const text of texts) {
    expect(found(text)).toEqual([]);
    expect(text).not.toContain(key);
  }
  expect(saidIn(packs[0] ?? "")).toBe("replaced by keyed hashes");
  const rows = packs.map((pack) => readFileSync(join(pack, "data/rows/invocations-2026-09.csv"), "utf8"));
  expect(rows[0]).toBe(rows[1]);
});

it("stay with --keep-personal: the search finds what is there", async () => {
  const pack = join(folder, "kept");
  expect((await evidence(warehouse, pack, "--keep-personal")).code).toBe(0);
  expect(found(await everythingIn(pack))).toEqual(Object.values(planted));
  expect(saidIn(pack)).toBe("kept");
});

/** What is kept of a check of digests: each verdict beside the version that it is about, and nothing that is no longer true. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/store/batch.ts";
import type { DigestEntry, LogVerdict } from "../../src/store/digests.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Sandbox, readRows, sandbox } from "./helpers.ts";
import { entryOf } from "./ledger-entry.ts";

let box: Sandbox;
let warehouse: Warehouse;
let file: string;
const place = { accountId: "111122223333", region: "eu-west-1", below: "s3://b/" };
const hour = Date.UTC(2026, 8, 10, 12);

const log = (name: string, over: Partial<LedgerEntry> & { sha256?: string } = {}): LedgerEntry => {
  const { sha256, ...rest } = over;
  return entryOf({
    uri: `s3://b/${name}`,
    accountId: place.accountId,
    region: place.region,
    day: "2026-09-10",
    ...(sha256 === undefined ? {} : { hashes: { sha256, sha256Object: "object", flaw: null } }),
    ...rest,
  });
};

const verdict = (name: string, over: Partial<LogVerdict> = {}): LogVerdict => ({
  uri: `s3://b/${name}`,
  accountId: place.accountId,
  region: place.region,
  day: "2026-09-10",
  verdict: "valid",
  reason: null,
  digestUri: "s3://b/digest",
  listedHash: "right",
  ...over,
});

const digest = (name: string, over: Partial<DigestEntry> = {}): DigestEntry => ({
  uri: `s3://b/${name}`,
  accountId: place.accountId,
  region: place.region,
  trail: "t",
  kind: "standard",
  startsAt: hour - 3_600_000,
  endsAt: hour,
  verdict: "valid",
  reason: null,
  signature: null,
  signatureSource: "metadata",
  fingerprint: null,
  previousUri: null,
  sha256: "d",
  logFiles: 1,
  body: "Ym9keQ==",
  ...over,
});

const read = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
  await warehouse.publish();
  return (await readRows(file, sql)).map((row) => Object.values(row));
};

beforeAll(async () => {
  box = await sandbox();
  file = join(box.folder, "w.duckdb");
  warehouse = await Warehouse.open(file, { threads: 1 });
  await warehouse.startRun("test", new Date(0));
  const objects = [
    log("sound", { sha256: "right" }),
    log("altered", { sha256: "wrong" }),
    log("unhashed"),
    log("replaced", { sha256: "right" }),
    log("replaced", { sha256: "wrong", etag: "2" }),
    log("skipped", { status: "skipped" }),
  ];
  for (const object of objects) await warehouse.commit({ files: [], objects: [object], quarantine: [] });
});
afterAll(async () => {
  await warehouse[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

it("a verdict stands beside the version whose hash it is about", async () => {
  const newest = verdict("replaced", { verdict: "invalid", reason: "hash" });
  await warehouse.digests.save([newest, ...["sound", "altered", "unhashed"].map((name) => verdict(name))], []);
  await warehouse.digests.finish([]);
  expect(
    await read(
      "SELECT uri, etag, digest_verdict, digest_reason FROM trail_object WHERE status <> 'skipped' ORDER BY ALL",
    ),
  ).toEqual([
    ["s3://b/altered", "1", "invalid", "hash"],
    ["s3://b/replaced", "1", "valid", null],
    ["s3://b/replaced", "2", "invalid", "hash"],
    ["s3://b/sound", "1", "valid", null],
    ["s3://b/unhashed", "1", "valid", null],
  ]);
});

it("a log file that the ledger has not is missing until it is there", async () => {
  const missing = "SELECT uri, verdict FROM missing_log";
  await warehouse.digests.save([verdict("late", { verdict: "missing", reason: "not-found" })], []);
  await warehouse.digests.finish([]);
  expect(await read(missing)).toEqual([["s3://b/late", "missing"]]);
  expect(await read("SELECT kind, verdict, files::INTEGER FROM digest_check")).toEqual([["log", "missing", 1]]);
  await warehouse.commit({ files: [], objects: [log("late", { sha256: "right" })], quarantine: [] });
  await warehouse.digests.save([verdict("late")], []);
  await warehouse.digests.finish([]);
  expect(await read(missing)).toEqual([]);
  expect(await read("SELECT digest_verdict FROM trail_object WHERE uri = 's3://b/late'")).toEqual([["valid"]]);
});

it("a digest that was missed is told of until it is there, and another place's stay", async () => {
  const absent = { verdict: "missing", reason: "not-found", body: null, sha256: null };
  const elsewhere = { accountId: "444455556666", region: place.region, below: "s3://b/" };
  const other = digest("other*", { ...absent, accountId: elsewhere.accountId });
  await warehouse.digests.save([], [{ place: elsewhere, from: null, digests: [other] }]);
  await warehouse.digests.save([], [{ place, from: null, digests: [digest("hour*", absent), digest("before")] }]);
  await warehouse.digests.finish([]);
  const digests = "SELECT uri, verdict FROM digest ORDER BY uri";
  expect(await read(digests)).toEqual([
    ["s3://b/before", "valid"],
    ["s3://b/hour*", "missing"],
    ["s3://b/other*", "missing"],
  ]);
  await warehouse.digests.save([], [{ place, from: null, digests: [digest("hour")] }]);
  await warehouse.digests.finish([]);
  expect(await read(digests)).toEqual([
    ["s3://b/before", "valid"],
    ["s3://b/hour", "valid"],
    ["s3://b/other*", "missing"],
  ]);
});

it("places are asked for together, each by its own beginning, days and account", async () => {
  const inner = { ...place, below: "s3://b/inner/" };
  const foreign = { ...place, accountId: "444455556666" };
  const none = { ...place, below: "s3://other/" };
  const name = (day: number, hourOfDay: string): string => `1_CloudTrail_r_202609${day}T${hourOfDay}00Z_x.json.gz`;
  await warehouse.commit({
    files: [],
    objects: [
      log(`inner/${name(12, "01")}`, { day: "2026-09-12", sha256: "right" }),
      log(`inner/${name(13, "02")}`, { day: "2026-09-13" }),
      log(`x/${name(14, "03")}`, { day: "2026-09-14", accountId: foreign.accountId }),
    ],
    quarantine: [],
  });
  const all = { from: null, to: null };
  const uris = (
    await warehouse.digests.logs([
      { place: inner, ...all },
      { place: none, ...all },
      { place: foreign, ...all },
      { place, from: "2026-09-13", to: null },
      { place, from: null, to: "2026-09-10" },
    ])
  ).map((logs) => logs.map(({ uri }) => uri.slice("s3://b/".length)));
  expect(uris).toEqual([
    [`inner/${name(12, "01")}`, `inner/${name(13, "02")}`],
    [],
    [`x/${name(14, "03")}`],
    [`inner/${name(13, "02")}`],
    ["altered", "late", "replaced", "sound", "unhashed"],
  ]);
  const at = (day: number, hours: number): number => Date.UTC(2026, 8, day, hours);
  expect(await warehouse.digests.openSince([none, foreign, inner], at(20, 0))).toEqual([
    { files: 0, first: null, last: null, since: null },
    { files: 1, first: at(14, 3), last: at(14, 3), since: null },
    { files: 2, first: at(12, 1), last: at(13, 2), since: null },
  ]);
  // judged up to a digest's end, and one log file before it is still open
  await warehouse.digests.save(
    [verdict(`inner/${name(12, "01")}`)],
    [{ place: inner, from: null, digests: [digest("inner/d", { endsAt: at(14, 0) })] }],
  );
  const [open] = await warehouse.digests.openSince([inner], at(20, 0));
  expect(open?.since).toBe(at(13, 2));
});

it("what is judged of one place from a time on leaves older digests and other places as they are", async () => {
  const absent = { verdict: "missing", reason: "not-found", body: null, sha256: null };
  const one = { ...place, below: "s3://b/one/" };
  const two = { ...place, below: "s3://b/two/" };
  const digests =
    "SELECT uri FROM digest WHERE body IS NULL AND (uri LIKE '%/one/%' OR uri LIKE '%/two/%') ORDER BY uri";
  await warehouse.digests.save(
    [],
    [
      {
        place: one,
        from: null,
        digests: [digest("one/a*", { ...absent, endsAt: hour }), digest("one/b*", { ...absent, endsAt: hour + 1000 })],
      },
      {
        place: two,
        from: null,
        digests: [digest("two/a*", { ...absent, endsAt: hour }), digest("two/b*", { ...absent, endsAt: hour + 1000 })],
      },
    ],
  );
  await warehouse.digests.finish([]);
  expect(await read(digests)).toEqual([["s3://b/one/a*"], ["s3://b/one/b*"], ["s3://b/two/a*"], ["s3://b/two/b*"]]);
  await warehouse.digests.save(
    [],
    [
      { place: one, from: hour, digests: [] },
      { place: two, from: null, digests: [digest("two/b*", { ...absent, endsAt: hour + 1000 })] },
    ],
  );
  await warehouse.digests.finish([]);
  expect(await read(digests)).toEqual([["s3://b/one/a*"], ["s3://b/two/b*"]]);
});

/** What a listing should have given and did not: by place and day, never what was not looked at, and never what is not a log file. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../src/store/batch.ts";
import { type ListedKeyRange } from "../../src/store/missing.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { type Sandbox, readRows, sandbox } from "./helpers.ts";
import { entryOf } from "./ledger-entry.ts";

const day = "2026-09-10";
const entry = (uri: string, over: Partial<LedgerEntry> = {}): LedgerEntry =>
  entryOf({ uri, accountId: "111122223333", region: "eu-west-1", day, ...over });

const ledger = [
  entry("s3://b/logs/first", { day: "2026-09-01" }),
  entry("s3://b/logs/gone"),
  entry("s3://b/logs/last", { day: "2026-09-20" }),
  entry("s3://b/logs/listed"),
  entry("s3://b/logs/other-account", { accountId: "444455556666" }),
  entry("s3://b/logs/other-region", { region: "us-east-1" }),
  entry("s3://b/logs/skipped", { status: "skipped", reason: "digest file" }),
  entry("s3://b/logs/bad", { status: "quarantined", reason: "truncated" }),
  entry("s3://b/loose/file", { accountId: null, region: null, day: null }),
  entry("s3://b/refused/file"),
  entry("s3://c/elsewhere"),
];

let box: Sandbox;
/** What is listed is remembered for as long as it is open: `listed` of the ledger, by every test. */
let warehouse: Warehouse;

beforeAll(async () => {
  box = await sandbox();
  warehouse = await open("shared");
});
afterAll(async () => {
  await warehouse[Symbol.asyncDispose]();
  await box[Symbol.asyncDispose]();
});

async function open(name: string, now: () => Date = () => new Date("2026-09-22T12:00:00Z")): Promise<Warehouse> {
  const opened = await Warehouse.open(join(box.folder, `${name}.duckdb`), { threads: 1, now });
  await opened.startRun("test", new Date(0));
  await opened.commit({ files: [], objects: ledger, quarantine: [] });
  return opened;
}

const asked: ListedKeyRange = { roots: [], from: null, to: null, whole: [], except: [], accounts: [], regions: [] };

async function missing(
  range: Partial<ListedKeyRange>,
  listed: readonly string[] = ["s3://b/logs/listed"],
  of: Warehouse = warehouse,
): Promise<readonly string[]> {
  for (const uri of listed) await of.unknownObjects([{ uri, etag: "1", size: 1 }], true);
  const found = await of.missingObjects({ ...asked, ...range });
  return found.map(({ uri }) => uri.slice("s3://".length));
}

describe("missing", () => {
  it.each<[string, Partial<ListedKeyRange>, readonly string[]]>([
    [
      "all days of a root: whatever says a day, but no file that was skipped",
      { roots: ["s3://b/"] },
      ["first", "gone", "last", "other-account", "other-region", "bad"]
        .map((name) => `b/logs/${name}`)
        .concat("b/refused/file"),
    ],
    [
      "the days that were listed, both ends included",
      {
        roots: ["s3://b/logs/"],
        from: "2026-09-01",
        to: "2026-09-10",
        accounts: ["111122223333"],
        regions: ["eu-west-1"],
      },
      ["b/logs/first", "b/logs/gone", "b/logs/bad"],
    ],
    [
      "not before the first day",
      {
        roots: ["s3://b/logs/"],
        from: "2026-09-02",
        to: "2026-09-20",
        accounts: ["111122223333"],
        regions: ["eu-west-1"],
      },
      ["b/logs/gone", "b/logs/last", "b/logs/bad"],
    ],
    [
      "only of the accounts that were listed",
      { roots: ["s3://b/logs/"], accounts: ["444455556666"] },
      ["b/logs/other-account"],
    ],
    [
      "only of the Regions that were listed",
      { roots: ["s3://b/logs/"], regions: ["us-east-1"] },
      ["b/logs/other-region"],
    ],
    ["whatever its day below a prefix that was listed whole", { whole: ["s3://b/loose/"] }, ["b/loose/file"]],
    [
      "nothing that was refused",
      { roots: ["s3://b/refused/", "s3://c/"], except: ["s3://b/refused/"] },
      ["c/elsewhere"],
    ],
    ["nothing where nothing was listed", {}, []],
  ])("%s", async (_, range, expected) => {
    expect((await missing(range)).toSorted()).toEqual(expected.toSorted());
  });

  it("nothing of any of the chunks that were listed", async () => {
    await using other = await open("chunks");
    const logs = ledger.map(({ uri }) => uri).filter((uri) => uri.startsWith("s3://b/logs/"));
    expect(
      await missing(
        { roots: ["s3://b/logs/"] },
        logs.filter((uri) => !uri.endsWith("gone")),
        other,
      ),
    ).toEqual(["b/logs/gone"]);
  });

  it("with the version that was loaded last, and its day of loading where its key says none", async () => {
    let now = new Date("2026-09-21T00:00:00Z");
    await using other = await open("versions", () => now);
    now = new Date("2026-09-22T00:00:00Z");
    for (const etag of ["3", "2"]) {
      const loose = { etag, accountId: null, region: null, day: null };
      await other.commit({ files: [], objects: [entry("s3://b/loose/file", loose)], quarantine: [] });
      now = new Date("2026-09-23T00:00:00Z");
    }
    expect(await other.missingObjects({ ...asked, whole: ["s3://b/loose/"] })).toEqual([
      { uri: "s3://b/loose/file", etag: "2", day: "2026-09-23" },
    ]);
  });
});

describe("an object that no run could read", () => {
  const unread = (name: string, on: string): LedgerEntry =>
    entry(`s3://b/unread/${name}`, { status: "unreadable", reason: "denied", day: on });

  it("is waited for since its day, unless it is gone or was read since", async () => {
    await using other = await open("unread");
    await other.commit({
      files: [],
      objects: [unread("gone", "2026-08-01"), unread("read", "2026-08-02"), unread("waits", "2026-08-03")],
      quarantine: [],
    });
    // another version of it was read, by a run that did not list the first one
    await other.commit({
      files: [],
      objects: [entry("s3://b/unread/other", { day: "2026-08-02" })],
      quarantine: [],
    });
    const range = { whole: ["s3://b/unread/"] };
    const listed = ["read", "waits", "other"].map((name) => `s3://b/unread/${name}`);
    expect(await missing(range, listed, other)).toEqual(["b/unread/gone"]);
    expect(await other.oldestUnread(["s3://b/unread/"])).toBe("2026-08-02");
    await other.commit({
      files: [],
      objects: [{ ...unread("read", "2026-08-02"), status: "loaded", etag: "2" }],
      quarantine: [],
    });
    expect(await other.oldestUnread(["s3://b/unread/"])).toBe("2026-08-03");
    expect(await other.oldestUnread(["s3://b/elsewhere/"])).toBe(null);
  });
});

it("an object that retention removed had been loaded: another version of it is a change; skipped ones stay as they are", async () => {
  await using other = await open("pruned");
  await other.prune("2026-09-20");
  const ask = ["first", "bad", "skipped"].map((name) => ({ uri: `s3://b/logs/${name}`, etag: "2", size: 1 }));
  expect(await other.unknownObjects(ask)).toEqual([
    { index: 0, changed: true },
    { index: 1, changed: false },
    { index: 2, changed: false },
  ]);
  await other.publish();
  const kept = await readRows(other.file, "SELECT uri, status FROM trail_object WHERE status <> 'pruned' ORDER BY uri");
  expect(kept.map((row) => Object.values(row))).toEqual([
    ["s3://b/logs/last", "loaded"],
    ["s3://b/logs/skipped", "skipped"],
    ["s3://b/loose/file", "loaded"],
  ]);
});

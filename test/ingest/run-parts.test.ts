/** The parts of a run by themselves: totals, refusals, findings, rows, and what several sources make of one run. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SpillwayError } from "../../src/errors.ts";
import { type IngestSummary, ingest } from "../../src/ingest/ingest.ts";
import { quarantineEntries } from "../../src/ingest/ledger-rows.ts";
import type { ObjectSource, TrailObject } from "../../src/ingest/listing/source.ts";
import { isOutOfReach } from "../../src/ingest/out-of-reach.ts";
import { Refusals } from "../../src/ingest/refusals.ts";
import { RunFindings } from "../../src/ingest/run-findings.ts";
import { RunTotals } from "../../src/ingest/run-totals.ts";
import { folderSource } from "../../src/ingest/sources/folder.ts";
import { emptyCounts, isIncomplete } from "../../src/ingest/summary.ts";
import { type ReadObject, unreadObject } from "../../src/ingest/worker-protocol.ts";
import { queryRows } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();
const object = (name: string, over: Partial<TrailObject> = {}): TrailObject => ({
  uri: `s3://b/${name}`,
  etag: "1",
  size: 1,
  accountId: null,
  region: null,
  day: null,
  skip: null,
  locator: { kind: "file", path: name },
  ...over,
});
const source = (name: string): ObjectSource => ({ name, list: async function* list() {} });
const read = (name: string, over: Partial<ReadObject> = {}): ReadObject => ({
  ...unreadObject(object(name), "skipped", "a reason"),
  ...over,
});

describe("the totals of each source", () => {
  const [first, second] = [source("first"), source("second")];

  it("listed = known + loaded + skipped + quarantined, each object for the source that listed it", () => {
    const totals = new RunTotals([first, second]);
    totals.listed(
      first,
      5,
      ["a", "b", "c"].map((name) => object(name)),
    );
    totals.listed(
      second,
      2,
      ["d", "e"].map((name) => object(name)),
    );
    totals.read(read("a", { status: "loaded", bedrock: 7 }));
    totals.read(read("b", { status: "unreadable" }));
    totals.read(read("c"));
    totals.read(read("d", { status: "quarantined" }));
    totals.read(read("e", { status: "loaded", bedrock: 1 }));
    expect(totals.counts).toMatchObject([
      { name: "first", listed: 5, known: 2, loaded: 1, skipped: 1, quarantined: 1, bedrockEvents: 7 },
      { name: "second", listed: 2, known: 0, loaded: 1, skipped: 0, quarantined: 1, bedrockEvents: 1 },
    ]);
  });

  it("what a stopped run leaves was not listed", () => {
    const totals = new RunTotals([first]);
    totals.listed(
      first,
      3,
      ["a", "b", "c"].map((name) => object(name)),
    );
    totals.leave([object("b"), object("unknown")]);
    totals.read(read("a"));
    totals.leaveRest();
    expect(totals.counts).toMatchObject([{ listed: 1, skipped: 1 }]);
  });

  it("a source is denied when not one of its objects could be read, and not before", () => {
    const denied = { status: "unreadable", denied: true, reason: "no s3:GetObject" } as const;
    const totals = new RunTotals([first, second]);
    totals.listed(
      first,
      2,
      ["a", "b"].map((name) => object(name)),
    );
    totals.listed(
      second,
      2,
      ["c", "d"].map((name) => object(name)),
    );
    for (const name of ["a", "b", "c"]) totals.read(read(name, denied));
    totals.read(read("d", { status: "loaded" }));
    expect(totals.whollyDenied()).toEqual([{ name: "first", count: 2, first: "no s3:GetObject" }]);
  });
});

describe("refusals", () => {
  const notice = (denied: number, objects: number, number = 0): Parameters<Refusals["note"]>[0] => ({
    type: "read",
    source: number,
    objects,
    rawBytes: 0,
    bedrock: 0,
    denied,
    deniedReason: "no s3:GetObject",
  });

  it("give a source up at 200 of them, and only that one", () => {
    const refusals = new Refusals();
    refusals.note(notice(199, 199));
    expect(refusals.of(0)).toBeUndefined();
    refusals.note(notice(1, 1));
    expect(refusals.of(0)?.message).toMatch(/none of the first 200 objects .* no s3:GetObject/);
    expect(refusals.of(1)).toBeUndefined();
  });

  it("do not where one object could be read, before or among them", () => {
    const refusals = new Refusals();
    refusals.note(notice(299, 300));
    refusals.note(notice(300, 300));
    expect(refusals.of(0)).toBeUndefined();
  });
});

it("only what a source itself may say lets the others go on", () => {
  for (const code of [
    "credentials",
    "source-denied",
    "source-empty",
    "source-not-found",
    "source-unreachable",
  ] as const)
    expect([code, isOutOfReach(new SpillwayError(code, ""))]).toEqual([code, true]);
  for (const thrown of [new Error("x"), new SpillwayError("disk-full", ""), new SpillwayError("run-locked", "")])
    expect(isOutOfReach(thrown)).toBe(false);
});

describe("findings of a run", () => {
  it("a replaced object is told once, with what tells its versions apart", () => {
    const findings = new RunFindings();
    findings.replaced(object("a", { etag: "2" }));
    expect(findings.ofObject(object("b"))).toEqual([]);
    expect(findings.ofObject(object("a"))).toMatchObject([{ kind: "object-replaced", uri: "s3://b/a", etag: "2" }]);
    expect(findings.ofObject(object("a"))).toEqual([]);
    expect([...findings.counts]).toEqual([["object-replaced", 1]]);
  });

  it("keep twenty examples of a kind, and count them all", () => {
    const findings = new RunFindings();
    const gone = Array.from({ length: 21 }, (_, n) => ({ uri: `${n}`, etag: "1", detail: "" }));
    findings.add(gone.map((finding) => ({ ...finding, kind: "object-disappeared" })));
    findings.add([{ uri: "x", etag: "1", detail: "", kind: "object-replaced" }]);
    expect([findings.examples.length, findings.counts.get("object-disappeared")]).toEqual([21, 21]);
  });
});

it("rows of the quarantine say which record, or that it is the whole object", () => {
  const rejected = [{ index: 3, reason: "eventTime is not a time", eventId: "e3" }];
  expect(quarantineEntries(read("a", { status: "loaded", rejected }))).toEqual([
    { uri: "s3://b/a", etag: "1", recordIndex: 3, reason: "eventTime is not a time", eventId: "e3" },
  ]);
  for (const status of ["quarantined", "unreadable"] as const)
    expect(quarantineEntries(read("a", { status }))).toEqual([
      { uri: "s3://b/a", etag: "1", recordIndex: null, reason: "a reason", eventId: null },
    ]);
  expect(quarantineEntries(read("a"))).toEqual([]);
});

it("whatever was not seen makes a run incomplete", () => {
  const sound: IngestSummary = {
    runId: "r",
    counts: emptyCounts(),
    published: true,
    interrupted: false,
    seconds: 0,
    quarantined: [],
    skipped: new Map([["digest file", 4]]),
    findings: [],
    findingCounts: new Map(),
    gaps: [],
    sources: [],
    failures: [],
    lateEvents: 0,
  };
  expect(isIncomplete(sound)).toBe(false);
  const cases: readonly Partial<IngestSummary>[] = [
    { counts: { ...emptyCounts(), objectsQuarantined: 1 } },
    { counts: { ...emptyCounts(), rejected: 1 } },
    { findingCounts: new Map([["object-replaced", 1]]) },
    { gaps: ["a prefix was refused"] },
  ];
  for (const over of cases) expect([over, isIncomplete({ ...sound, ...over })]).toEqual([over, true]);
});

describe("one run over several sources", () => {
  const put = (folder: string, name: string, n: number): string =>
    putFile(logPath(join(root, folder), name), gzipLog([bedrockRecord(n)]));

  it("reads an object once that two of them list, keeps what is skipped, and tells of what changed", async () => {
    const warehouse = join(root, "several.duckdb");
    const path = put("both", "A", 1);
    putFile(logPath(join(root, "both"), "D", "CloudTrail-Digest"), "{}");
    const sources = [folderSource(join(root, "both")), folderSource(path)];
    const first = await ingest({ warehouse, sources, threads: 1 });
    expect(first.counts).toMatchObject({
      objectsListed: 2,
      objectsLoaded: 1,
      objectsSkipped: 1,
      newEvents: 1,
      duplicates: 0,
    });
    expect(first.sources.map(({ listed, loaded, skipped }) => [listed, loaded, skipped])).toEqual([
      [2, 1, 1],
      [0, 0, 0],
    ]);
    expect(await queryRows(warehouse, "SELECT status, reason FROM trail_object ORDER BY status")).toEqual([
      { status: "loaded", reason: null },
      { status: "skipped", reason: "digest file" },
    ]);
    putFile(path, gzipLog([bedrockRecord(1), bedrockRecord(2)]));
    const second = await ingest({ warehouse, sources, threads: 1 });
    expect(second.counts).toMatchObject({ objectsKnown: 1, objectsLoaded: 1, objectsChanged: 1, newEvents: 1 });
    expect([...second.findingCounts]).toEqual([["object-replaced", 1]]);
  });

  it("a defect of a source is not a matter of reach: the run fails with it", async () => {
    const broken: ObjectSource = {
      name: "broken",
      // oxlint-disable-next-line require-yield -- it fails before it has anything to give
      async *list() {
        await Promise.resolve();
        throw new TypeError("a defect");
      },
    };
    const sources = [broken, folderSource(join(root, "both"))];
    await expect(ingest({ warehouse: join(root, "defect.duckdb"), sources, threads: 1 })).rejects.toThrow("a defect");
  });

  it("nothing at all is not a quiet day", async () => {
    const empty: ObjectSource = {
      name: "empty",
      async *list() {
        await Promise.resolve();
        yield { objects: [] };
      },
    };
    await expect(ingest({ warehouse: join(root, "empty.duckdb"), sources: [empty], threads: 1 })).rejects.toMatchObject(
      { code: "source-empty" },
    );
  });
});

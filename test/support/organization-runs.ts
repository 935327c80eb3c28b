/** A story told to `spillway run` over any S3 server: two accounts, files that come late, one replaced, one gone. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunReport } from "../../src/run/run-report.ts";
import { type CliRun, queryRows, runCli } from "./run-cli.ts";
import { type KeyParts, trailKey } from "./s3-trail.ts";
import { bedrockRecord, gzipLog } from "./trail-files.ts";
import { contentsOf } from "./warehouse-contents.ts";

/** A bucket to tell it in. */
export interface OrganizationBucket {
  readonly endpoint: string;
  readonly bucket: string;
  readonly put: (key: string, body: Buffer) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
}

const organization = "o-exampleorgid";
const shop = "111122223333";
const bank = "222233334444";
const call = { userIdentity: { type: "Role", arn: `arn:aws:iam::${bank}:role/app`, accountId: bank } };
const streamed = {
  eventName: "ConverseStream",
  requestID: "aaaaaaaa-0000-4000-8000-000000000001",
  additionalEventData: undefined,
};
/** As AWS writes it when a stream has ended: the only record with the Region of such a call. */
const completion = {
  eventName: "ConverseStream",
  eventType: "AwsServiceEvent",
  requestID: "aaaaaaaa-0000-4000-8000-0000000000ff",
  requestParameters: null,
  additionalEventData: undefined,
  serviceEventDetails: {
    parentRequestId: streamed.requestID,
    additionalEntries: { inferenceRegion: "eu-west-1" },
  },
};

/** Runs the whole story in `folder`; what it expects is inside. */
export async function tellOrganizationRuns(place: OrganizationBucket, folder: string): Promise<void> {
  const { bucket, endpoint } = place;
  const put = async (parts: KeyParts, records: readonly unknown[]): Promise<string> => {
    const key = trailKey({ organization, ...parts });
    await place.put(key, gzipLog(records));
    return key;
  };
  const run = async (time: string, name = "nightly", more: object = {}): Promise<CliRun & { report: RunReport }> => {
    const config = join(folder, `${name}.json`);
    const sources = [{ source: `s3://${bucket}/AWSLogs/${organization}`, s3Endpoint: endpoint, s3PathStyle: true }];
    const reports = [{ name: ["overview", "spillover-by-region"], output: `${name}/{date}` }];
    const base = { warehouse: `${name}.duckdb`, sources, boundary: "eu", reports, reportFile: `${name}-run.json` };
    writeFileSync(config, JSON.stringify({ ...base, failOn: ["integrity"], ...more }));
    const done = await runCli(["run", "--config", config], {}, time);
    // what our own run report is
    return { ...done, report: JSON.parse(readFileSync(join(folder, `${name}-run.json`), "utf8")) as RunReport };
  };
  const warehouse = join(folder, "nightly.duckdb");
  const loaded = (result: { report: RunReport }): unknown => result.report.counts?.objectsLoaded;

  await put({ account: shop, region: "eu-central-1", day: "2026-09-14" }, [bedrockRecord(1), bedrockRecord(2)]);
  await put({ account: shop, region: "eu-central-1", day: "2026-09-16" }, [
    bedrockRecord(3),
    bedrockRecord(10, streamed),
  ]);
  const later = await put({ account: bank, region: "us-east-1", day: "2026-09-17" }, [
    bedrockRecord(4, { ...call, awsRegion: "us-east-1", additionalEventData: { inferenceRegion: "us-west-2" } }),
  ]);
  const gone = await put({ account: bank, region: "us-east-1", day: "2026-09-18" }, [bedrockRecord(5, call)]);
  const first = await run("2026-09-18T02:00:00Z");
  expect(first.stderr).not.toContain("error:");
  expect([first.code, loaded(first)]).toEqual([0, 4]);

  // Late: one for yesterday, found by the next run of the day; one for four days ago, found by the first run of the next day.
  await put({ account: shop, region: "eu-central-1", day: "2026-09-17", name: "late" }, [
    bedrockRecord(11, completion),
  ]);
  await put({ account: bank, region: "us-east-1", day: "2026-09-14", name: "late" }, [
    bedrockRecord(6),
    bedrockRecord(2),
  ]);
  const second = await run("2026-09-18T08:00:00Z");
  expect([second.code, loaded(second)]).toEqual([0, 1]);
  const third = await run("2026-09-19T02:00:00Z");
  expect([third.code, loaded(third)]).toEqual([0, 1]);
  expect(third.report.changes).toMatchObject({ invocations: 1 });
  const idle = await run("2026-09-19T03:00:00Z");
  expect([idle.code, loaded(idle), idle.report.changes?.invocations]).toEqual([0, 0, 0]);

  const fresh = await run("2026-09-19T03:00:00Z", "fresh");
  expect([fresh.code, loaded(fresh)]).toEqual([0, 6]);
  const contents = await contentsOf(warehouse);
  expect(contents["invocation"]).toHaveLength(7);
  expect(contents).toEqual(await contentsOf(join(folder, "fresh.duckdb")));
  const nightly = join(folder, "nightly", "2026-09-19");
  for (const file of ["overview.txt", "spillover-by-region.csv"])
    expect(readFileSync(join(nightly, file))).toEqual(readFileSync(join(folder, "fresh", "2026-09-19", file)));
  const printed = await runCli(["report", "--boundary", "eu", "--warehouse", warehouse]);
  expect(printed.stdout).toContain("Where Bedrock inference ran");
  expect(readFileSync(join(nightly, "overview.txt"), "utf8")).toBe(printed.stdout);

  // CloudTrail does neither: whoever did is told of, once, and nothing that was loaded is forgotten.
  await place.put(later, gzipLog([bedrockRecord(7, call)]));
  await place.remove(gone);
  const fourth = await run("2026-09-20T02:00:00Z");
  expect(fourth.code).toBe(3);
  expect(fourth.report).toMatchObject({ outcome: "findings", exitCode: 3, changes: { invocations: 1 } });
  expect(fourth.report.findings.filter(({ kind }) => kind === "integrity").map(({ count }) => count)).toEqual([1, 1]);
  const noticed = fourth.report.noticed.map(({ kind, uri }) => [kind, uri]);
  expect(noticed.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
    ["object-disappeared", `s3://${bucket}/${gone}`],
    ["object-replaced", `s3://${bucket}/${later}`],
  ]);
  const ids = await queryRows(warehouse, "select event_id from event order by 1");
  expect(ids.map((row) => row["event_id"])).toEqual(
    expect.arrayContaining((contents["event"] ?? []).map((row) => row["event_id"])),
  );
  expect(ids).toHaveLength((contents["event"] ?? []).length + 1);
  const after = await run("2026-09-20T03:00:00Z");
  expect([after.code, after.report.noticed]).toEqual([0, []]);
  for (const { report } of [first, second, third, idle, fresh, fourth, after])
    expect(report.identities.map(({ holds }) => holds)).not.toContain(false);
}

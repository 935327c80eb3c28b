/** Real calls over HTTP with the real SDK against a local Bedrock, and what CloudTrail's events make of them. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Probe } from "../../src/probe/calls/probe-file.ts";
import { waitForEvents } from "../../src/probe/calls/wait.ts";
import { account, extendedScp, firstScp, policy, profile, role } from "../policy/documents.ts";
import {
  type Answer,
  type Answers,
  type AwsEndpoint,
  failed,
  refused,
  startAws,
  useAws,
} from "../support/aws-endpoint.ts";
import { QuickTime } from "../support/event-history.ts";
import { ministack, startMinistack } from "../support/policy-server.ts";
import { type CliRun, runCli } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, logPath, putFile } from "../support/trail-files.ts";
import {
  type Ending,
  broken,
  callsOf,
  cutShort,
  denied,
  exception,
  runtimeAnswers,
  throttled,
  time,
} from "./bedrock-runtime.ts";
import { changed, destinations, green, identity, profileIn, sourceRegion } from "./landing-zone.ts";

const folder = temporaryFolder();
let aws: AwsEndpoint;
let serial = 0;

beforeAll(async () => {
  aws = await startAws(green);
});
afterAll(() => {
  delete process.env["AWS_ENDPOINT_URL"];
  aws.close();
});
beforeEach(() => {
  aws.calls.length = 0;
  useAws(aws);
});

interface Probed {
  readonly run: CliRun;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly file: string;
}

function rowsOf({ stdout }: CliRun): Probed["rows"] {
  return stdout === "" ? [] : (JSON.parse(stdout) as Probed["rows"]);
}

/** Calls that end as `endings` say; `delivered` of their events are there at once. */
async function probe(
  endings: readonly Ending[],
  args: readonly string[] = [],
  { delivered = Number.POSITIVE_INFINITY, answers = {} as Answers } = {},
): Promise<Probed> {
  aws.calls.length = 0;
  changed(aws, { ...runtimeAnswers(() => aws, endings, delivered), ...answers });
  const file = join(folder, `probe-${serial++}.json`);
  const run = await runCli(
    [
      "probe",
      "--inference-profile",
      profile,
      "--source-region",
      sourceRegion,
      "--calls",
      String(endings.length),
      "--yes",
      "--wait",
      "0",
      "--file",
      file,
      "--format",
      "json",
      ...args,
    ],
    {},
    time,
  );
  return { run, rows: rowsOf(run), file };
}

const result = async (file: string, ...args: readonly string[]): Promise<CliRun> =>
  await runCli(["probe", "result", file, "--wait", "0", "--format", "json", ...args], {}, time);

const says =
  (answer: Answer): (() => Answer) =>
  () =>
    answer;

/** What the file holds; tests write it anew to break it. */
const read = (file: string): Probe => JSON.parse(readFileSync(file, "utf8")) as Probe;

function bundle(scp: string): string {
  const file = join(folder, `bundle-${serial++}.json`);
  const full = policy({ Effect: "Allow", Action: "*", Resource: "*" });
  writeFileSync(
    file,
    JSON.stringify({
      format: "spillway-policy-bundle/1",
      collected_at: time,
      organization: { id: "o-exampleorgid", management_account: "444455556666" },
      targets: {
        "r-root": { type: "root", name: "Root", parent: null, scps: ["full"] },
        [account]: { type: "account", name: "app", parent: "r-root", scps: ["full", "scp"] },
      },
      policies: { full: { name: "full", document: full }, scp: { name: "scp", document: scp } },
      principals: { [role]: { account, identity: ["full"], boundary: null } },
      unreadable: [],
    }),
  );
  return file;
}

describe("a probe", () => {
  it("calls by each operation, and says where each call ran and by which evidence", async () => {
    const { run, rows, file } = await probe([
      { region: "eu-north-1" },
      { region: "eu-west-1" },
      { region: "eu-west-3" },
      {},
    ]);
    expect([run.code, run.stderr]).toEqual([0, expect.any(String)]);
    expect(
      rows.map((row) => [
        row["operation"],
        row["outcome"],
        row["served_region"],
        row["region_evidence"],
        row["declared"],
        row["event"],
      ]),
    ).toEqual([
      ["Converse", "served", "eu-north-1", "api-call", true, "found"],
      ["ConverseStream", "served", "eu-west-1", "stream-completion", true, "found"],
      ["InvokeModel", "served", "eu-west-3", "api-call", true, "found"],
      ["Converse", "served", "eu-central-1", "api-call", true, "found"],
    ]);
    expect(rows.map((row) => row["request_id"])).toEqual(callsOf(aws).map(({ requestId }) => requestId));
    expect(run.stderr).toContain("4 calls: so few prove of no destination that it is open, or closed");
    expect(run.stderr).toContain("they cost money, and they are logged");
    expect(run.stderr).toMatch(/eu-north-1: declared \(as of 2026-09-20\); 1 ran there, 0 denied there/);
    expect(read(file).calls).toHaveLength(4);
  });

  it("sends a harmless prompt of its own in the form of each operation, with the cap on tokens", async () => {
    await probe([{}, {}, {}], ["--max-tokens", "7"]);
    const [converse, stream, invoke] = callsOf(aws).map(({ body, path }) => ({
      path,
      body: JSON.parse(body) as unknown,
    }));
    const asked = {
      messages: [{ role: "user", content: [{ text: "Reply with the single word: ready" }] }],
      inferenceConfig: { maxTokens: 7 },
    };
    expect(converse).toEqual({ path: `/model/${profile}/converse`, body: asked });
    expect(stream).toEqual({ path: `/model/${profile}/converse-stream`, body: asked });
    expect(invoke).toEqual({ path: `/model/${profile}/invoke`, body: { schemaVersion: "messages-v1", ...asked } });
  });

  it("keeps request ids and times, and neither prompt nor answer nor the caller's session", async () => {
    const { file, run } = await probe([{}, {}, {}, denied("eu-west-3")]);
    const kept = `${readFileSync(file, "utf8")}${run.stdout}${run.stderr}`;
    for (const secret of ["ready", "kept nowhere", "jane.doe"]) expect(kept).not.toContain(secret);
    expect(read(file).calls[0]).toMatchObject({
      operation: "Converse",
      started_at: "2026-09-20T06:00:00.000Z",
      outcome: "served",
      error: null,
    });
    expect(readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("notes a call before it is made, and how it ended before the next one", async () => {
    const file = join(folder, `probe-${serial}.json`);
    const seen: unknown[] = [];
    const noted = (): Answer => {
      seen.push(
        read(file).calls.map(({ outcome, ended_at: end, request_id: id }) => [outcome, end === null, id === null]),
      );
      return { body: { output: {} } };
    };
    await probe([{}, {}], ["--operation", "InvokeModel"], { answers: { "bedrock:InvokeModel": noted } });
    const underWay = [null, true, true];
    expect(seen).toEqual([[underWay], [["served", false, false], underWay]]);
  });

  it("shows denials as rows, with Region and policy, beside what the policies say", async () => {
    const { run, rows } = await probe(
      [{ region: "eu-north-1" }, denied("eu-west-3"), throttled],
      ["--bundle", bundle(firstScp)],
    );
    expect(run.code).toBe(0);
    expect(rows[0]).toMatchObject({ served_region: "eu-north-1", allowed: "denied", declared: true });
    expect(rows[1]).toMatchObject({
      outcome: "denied",
      served_region: null,
      denied_region: "eu-west-3",
      denied_by: "service control policy",
      declared: true,
      allowed: "denied",
      policy_arn: "arn:aws:organizations::444455556666:policy/o-exampleorgid/service_control_policy/p-examplepol1",
      error: "AccessDenied",
    });
    expect(rows[2]).toMatchObject({ outcome: "throttled", error: "ThrottlingException", served_region: null });
    expect(run.stderr).toContain(
      "eu-west-3: declared (as of 2026-09-20), policies: denied; 0 ran there, 1 denied there",
    );
    // a throttled call is not sent again
    expect(callsOf(aws)).toHaveLength(3);
    const open = await probe([{ region: "eu-north-1" }], ["--bundle", bundle(extendedScp)]);
    expect(open.rows[0]).toMatchObject({ allowed: "allowed" });
  });

  it("shows a denial before its event has come", async () => {
    const { run, rows } = await probe([denied("eu-west-3")], [], { delivered: 0 });
    expect(run.code).toBe(4);
    expect(rows[0]).toMatchObject({
      outcome: "denied",
      denied_region: "eu-west-3",
      denied_by: "service control policy",
      event: "not yet",
      error: "AccessDeniedException",
    });
  });

  it("finds what ran outside of the boundary or of what is declared", async () => {
    const outside = await probe([{}, { region: "eu-west-3" }], ["--boundary", "eu-central-1,eu-north-1"]);
    expect(outside.run.code).toBe(3);
    expect(outside.rows.map((row) => row["outside_boundary"])).toEqual([false, true]);
    const within = await probe([{}], ["--boundary", "eu"]);
    expect(within.run.code).toBe(0);
    const late = await probe([{ region: "eu-west-3" }, {}], ["--boundary", "eu-central-1", "--operation", "Converse"], {
      delivered: 1,
    });
    expect(late.run.code).toBe(3);
    const strange = await probe([{ region: "us-east-1" }]);
    expect(strange.rows[0]).toMatchObject({ declared: false, served_region: "us-east-1" });
    expect(strange.run.stderr).toContain("call 1 ran in us-east-1, which the profile does not declare");
  });

  it("declares what AWS declares today; a global profile names no Region", async () => {
    const answers = { "bedrock:GetInferenceProfile": says({ body: profileIn(["", sourceRegion]) }) };
    const { rows, run } = await probe([{ region: "sa-east-1" }], [], { answers });
    expect(rows[0]).toMatchObject({ declared: true });
    expect(run.stderr).toContain("any Region (a global profile): declared");
    const hidden = await probe([{}], [], {
      answers: { "bedrock:GetInferenceProfile": says(refused("bedrock:GetInferenceProfile")) },
    });
    expect(hidden.run.code).toBe(0);
    expect(hidden.run.stderr).toContain("what the profile declares was not asked of AWS");
    expect(read(hidden.file).as_of).toBe("2026-08-21");
  });

  it("is 4 while events have not come, and goes on from its file", async () => {
    const first = await probe([{}, {}, { region: "eu-west-1" }], [], { delivered: 1 });
    expect(first.run.code).toBe(4);
    expect(first.rows.map((row) => [row["outcome"], row["event"]])).toEqual([
      ["served", "found"],
      ["served", "not yet"],
      ["served", "not yet"],
    ]);
    expect(first.run.stderr).toContain(`Look again later: spillway probe result ${first.file}`);
    aws.answers = { ...aws.answers, ...runtimeAnswers(() => aws, [{}, {}, { region: "eu-west-1" }]) };
    const later = await result(first.file);
    expect(later.code).toBe(0);
    expect(rowsOf(later).map((row) => row["served_region"])).toEqual(["eu-central-1", "eu-central-1", "eu-west-1"]);
    expect(callsOf(aws)).toHaveLength(3);
  });

  it("does not take a stream whose completion has not come for one that stayed", async () => {
    const open = await probe([{ completion: null }], ["--operation", "ConverseStream"]);
    expect(open.run.code).toBe(4);
    expect(open.rows[0]).toMatchObject({
      outcome: "served",
      served_region: null,
      region_evidence: "pending",
      event: "found",
    });
    aws.answers = { ...aws.answers, ...runtimeAnswers(() => aws, [{ completion: "eu-north-1" }]) };
    const later = await result(open.file);
    expect(rowsOf(later)[0]).toMatchObject({ served_region: "eu-north-1", region_evidence: "stream-completion" });
  });

  it("judges a call without a Region as the rules do: absence", async () => {
    const { rows } = await probe([{ record: { additionalEventData: { inputTokens: 3 } } }]);
    expect(rows[0]).toMatchObject({ served_region: sourceRegion, region_evidence: "absence" });
  });

  it("looks in a warehouse instead, by the same rules", async () => {
    const { file } = await probe([{ region: "eu-west-1" }, { completion: null }], [], { delivered: 0 });
    const warehouse = join(folder, "probe.duckdb");
    const [one, two] = callsOf(aws);
    const record = (n: number, requestID: string | undefined, more: Readonly<Record<string, unknown>>): unknown =>
      bedrockRecord(n, { requestID, requestParameters: { modelId: profile }, eventTime: time, ...more });
    const trail = join(folder, "trail");
    putFile(
      logPath(trail, "a"),
      gzipLog([
        record(1, one?.requestId, { additionalEventData: { inferenceRegion: "eu-west-1" } }),
        record(2, two?.requestId, { eventName: "ConverseStream", additionalEventData: undefined }),
      ]),
    );
    expect((await runCli(["ingest", trail, "--warehouse", warehouse])).code).toBe(0);
    aws.calls.length = 0;
    const run = await result(file, "--warehouse", warehouse);
    expect(rowsOf(run).map((row) => [row["served_region"], row["region_evidence"]])).toEqual([
      ["eu-west-1", "api-call"],
      [sourceRegion, "absence"],
    ]);
    expect([run.code, aws.calls]).toEqual([0, []]);
  });

  it("is a table for people, with the columns that say something", async () => {
    const { file } = await probe([{ region: "eu-west-1" }]);
    const run = await runCli(["probe", "result", file, "--wait", "0"], {}, time);
    expect(run.stdout.split("\n")[0]?.trim().split(/\s+/)).toEqual([
      "call",
      "operation",
      "outcome",
      "served_region",
      "region_evidence",
      "declared",
      "event",
    ]);
  });
});

describe("the question before a probe", () => {
  const args = [
    "probe",
    "--inference-profile",
    profile,
    "--source-region",
    sourceRegion,
    "--calls",
    "2",
    "--wait",
    "0",
  ];

  it("is asked on a terminal; anything but yes makes no call", async () => {
    changed(
      aws,
      runtimeAnswers(() => aws, []),
    );
    const asked: string[] = [];
    for (const answer of ["", "n", "yesterday"]) {
      const file = join(folder, `never-${serial++}.json`);
      const run = await runCli([...args, "--file", file], {}, time, async (question) => {
        asked.push(question);
        return await Promise.resolve(answer);
      });
      expect([run.code, run.stderr, existsSync(file)]).toEqual([0, expect.stringContaining("no call was made"), false]);
    }
    expect(asked[0]).toMatch(
      /^2 real calls to eu\.amazon\.nova-pro-v1:0 in eu-central-1.*cost money.*logged.*\[y\/N\]/,
    );
    expect(callsOf(aws)).toEqual([]);
    const run = await runCli([...args, "--file", join(folder, "yes.json")], {}, time, () => Promise.resolve("y"));
    expect([run.code, callsOf(aws).length]).toEqual([0, 2]);
  });

  it("cannot be asked without a terminal: refused", async () => {
    changed(
      aws,
      runtimeAnswers(() => aws, []),
    );
    const run = await runCli(args, {}, time);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining("Add --yes")]);
    expect(aws.calls).toEqual([]);
  });
});

describe("a probe, with bad input", () => {
  it.each<readonly [string, readonly string[], string]>([
    ["no profile", ["--yes"], "no profile is named"],
    ["too many calls", ["--inference-profile", profile, "--calls", "101", "--yes"], "from 1 to 100"],
    ["no calls", ["--inference-profile", profile, "--calls", "0", "--yes"], "from 1 to 100"],
    ["too many tokens", ["--inference-profile", profile, "--max-tokens", "65", "--yes"], "from 1 to 64"],
    ["a boundary nobody knows", ["--inference-profile", profile, "--yes", "--boundary", "moon"], "unknown boundary"],
    [
      "a bundle that is not there",
      ["--inference-profile", profile, "--yes", "--bundle", "/nonexistent.json"],
      "cannot read",
    ],
    ["an operation nobody knows", ["--inference-profile", profile, "--yes", "--operation", "Talk"], "Talk"],
  ])("%s is wrong use, and nothing is called", async (_, args, said) => {
    const run = await runCli(["probe", "--source-region", sourceRegion, ...args]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(aws.calls).toEqual([]);
  });

  it("a profile that is not there: before any call", async () => {
    const { run, file } = await probe([{}], [], {
      answers: {
        "bedrock:GetInferenceProfile": says(
          failed("ResourceNotFoundException", "The provided inference profile does not exist", 404),
        ),
      },
    });
    expect([run.code, run.stderr]).toEqual([
      1,
      expect.stringContaining(`there is no profile ${profile} in ${sourceRegion}`),
    ]);
    expect([callsOf(aws), existsSync(file)]).toEqual([[], false]);
  });

  it("a model without access: denied, without a Region, and said so", async () => {
    const message = "You don't have access to the model with the specified model ID.";
    const { rows, run } = await probe([
      {
        answer: failed("AccessDeniedException", message, 403),
        record: { errorCode: "AccessDenied", errorMessage: message, additionalEventData: undefined },
      },
    ]);
    expect(rows[0]).toMatchObject({ outcome: "denied", denied_region: null, denied_by: null, declared: null });
    expect(run.code).toBe(0);
  });

  it("a call that is wrong in itself is made once", async () => {
    const wrong: Ending = { answer: failed("ValidationException", "The provided model identifier is invalid.") };
    const { run, file } = await probe([wrong, wrong, wrong]);
    expect([run.code, run.stderr]).toEqual([
      1,
      expect.stringContaining(`no call to ${profile} passed: ValidationException`),
    ]);
    expect(run.stderr).toContain("spillway preflight");
    expect([callsOf(aws).length, read(file).calls.length]).toEqual([1, 1]);
  });

  it.each<readonly [string, Answer, string]>([
    ["breaks off", broken, "StreamBroke"],
    ["ends before its message does", cutShort, "StreamBroke"],
    ["ends with an exception", exception, "ModelStreamErrorException"],
  ])("a stream that %s: the call is noted, and its event still says where it ran", async (_, answer, error) => {
    const { rows, run } = await probe(
      [{ answer, region: "eu-west-1" }, {}],
      ["--operation", "ConverseStream", "--operation", "Converse"],
    );
    expect(run.stderr).toContain(`ConverseStream failed (${error})`);
    expect(rows[0]).toMatchObject({ outcome: "served", served_region: "eu-west-1", error, event: "found" });
    expect(run.code).toBe(0);
  });

  it("only streams that break: it failed, and the file says how to go on", async () => {
    const { run, file } = await probe([{ answer: broken }], ["--operation", "ConverseStream"]);
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining(`spillway probe result ${file}`)]);
    expect((await result(file)).code).toBe(0);
  });

  it("a Region that is not enabled, and credentials that there are not", async () => {
    const closed = says(
      failed("UnrecognizedClientException", "The security token included in the request is invalid.", 403),
    );
    const before = await probe([{}], [], { answers: { "bedrock:GetInferenceProfile": closed } });
    expect([before.run.code, before.run.stderr]).toEqual([
      1,
      expect.stringContaining("the Region is not enabled in this account"),
    ]);
    const during = await probe([{}, {}], [], { answers: { "bedrock:Converse": closed } });
    expect([during.run.code, during.run.stderr]).toEqual([
      1,
      expect.stringContaining("the Region is not enabled in this account"),
    ]);
    expect(read(during.file).calls).toHaveLength(1);
    delete process.env["AWS_ACCESS_KEY_ID"];
    const nobody = await probe([{}]);
    expect([nobody.run.code, nobody.run.stderr]).toEqual([1, expect.stringContaining("no AWS credentials were found")]);
  });

  it("no right to look the events up", async () => {
    const { run } = await probe([{}], [], {
      answers: { "cloudtrail:LookupEvents": says(refused("cloudtrail:LookupEvents")) },
    });
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining("Allow cloudtrail:LookupEvents")]);
  });

  it("credentials of another account", async () => {
    const { file } = await probe([{}]);
    changed(aws, { "sts:GetCallerIdentity": says({ body: identity("444455556666") }) });
    const run = await result(file);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`the calls were made in ${account}`)]);
  });

  it("a file that is there already, one that cannot be written, and those that are none", async () => {
    const { file } = await probe([{}]);
    const before = readFileSync(file, "utf8");
    aws.calls.length = 0;
    const again = await runCli(
      ["probe", "--inference-profile", profile, "--source-region", sourceRegion, "--yes", "--file", file],
      {},
      time,
    );
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining(`spillway probe result ${file}`)]);
    const nowhere = await runCli(
      [
        "probe",
        "--inference-profile",
        profile,
        "--source-region",
        sourceRegion,
        "--yes",
        "--file",
        "/nonexistent/probe.json",
      ],
      {},
      time,
    );
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringContaining("cannot write /nonexistent/probe.json"),
    ]);
    expect([callsOf(aws), readFileSync(file, "utf8")]).toEqual([[], before]);
    const broke = async (content: string): Promise<readonly [number, string]> => {
      const bad = join(folder, `bad-${serial++}.json`);
      writeFileSync(bad, content);
      const run = await result(bad);
      return [run.code, run.stderr];
    };
    expect(await broke(before.slice(0, 100))).toEqual([
      2,
      expect.stringContaining("is not a file of a probe, or it is damaged"),
    ]);
    expect(await broke(before.replace("probe/1", "probe/2"))).toEqual([
      2,
      expect.stringContaining("is of another version: spillway-probe/2"),
    ]);
    expect(await broke(JSON.stringify({ ...read(file), calls: [] }))).toEqual([
      2,
      expect.stringContaining("holds no call"),
    ]);
    expect(await broke("{}")).toEqual([2, expect.stringContaining("is not a file of a probe")]);
    expect((await result("/nonexistent.json")).code).toBe(2);
  });

  it("a provider whose form InvokeModel wants is not known: only Converse, and said so", async () => {
    const answers = {
      "bedrock:GetInferenceProfile": says({
        body: profileIn(destinations, {
          models: [{ modelArn: "arn:aws:bedrock:eu-central-1::foundation-model/acme.talker-v1:0" }],
        }),
      }),
    };
    const { run, rows } = await probe([{}, {}, {}], [], { answers });
    expect(run.stderr).toContain("InvokeModel is left out: which form acme.talker-v1:0 wants is not known here");
    expect(rows.map((row) => row["operation"])).toEqual(["Converse", "ConverseStream", "Converse"]);
    const only = await probe([{}], ["--operation", "InvokeModel"], { answers });
    expect([only.run.code, callsOf(aws).length]).toEqual([2, 0]);
  });
});

describe("a probe that is killed", () => {
  it("has noted every call that was made, and the one under way", { timeout: 60_000 }, async () => {
    const endings: Ending[] = [{ region: "eu-west-1" }, {}];
    const answers = runtimeAnswers(() => aws, endings);
    // the third call is never answered
    changed(aws, {
      ...answers,
      "bedrock:InvokeModel": () => ({ bytes: Buffer.from("{"), contentType: "application/json", hangs: true }),
    });
    const file = join(folder, "killed.json");
    const { child, ended } = spawnCli([
      "probe",
      "--inference-profile",
      profile,
      "--source-region",
      sourceRegion,
      "--calls",
      "5",
      "--yes",
      "--file",
      file,
    ]);
    while (callsOf(aws).length < 3) await pause(50);
    child.kill("SIGKILL");
    await ended;
    const { calls } = read(file);
    expect(calls.map(({ outcome, ended_at: end }) => [outcome, end === null])).toEqual([
      ["served", false],
      ["served", false],
      [null, true],
    ]);
    const start = read(file).started_at;
    writeFileSync(
      file,
      readFileSync(file, "utf8").replaceAll(/"20\d\d-[^"]*T[^"]*Z"/g, `"${time.replace("Z", ".000Z")}"`),
    );
    expect(start).not.toBe("");
    const run = await result(file);
    expect(run.code).toBe(4);
    expect(rowsOf(run).map((row) => [row["outcome"], row["served_region"], row["event"]])).toEqual([
      ["served", "eu-west-1", "found"],
      ["served", "eu-central-1", "found"],
      [null, null, "not yet"],
    ]);
    expect(run.stderr).toContain("3 calls (5 were wanted)");
  });
});

it("a probe that is stopped while it waits says how to go on", { timeout: 60_000 }, async () => {
  changed(
    aws,
    runtimeAnswers(() => aws, [], 0),
  );
  const file = join(folder, "stopped.json");
  const { child, ended } = spawnCli([
    "probe",
    "--inference-profile",
    profile,
    "--source-region",
    sourceRegion,
    "--calls",
    "1",
    "--yes",
    "--file",
    file,
  ]);
  while (!aws.calls.some(({ call }) => call === "cloudtrail:LookupEvents")) await pause(50);
  await pause(200);
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining(`spillway probe result ${file}`)]);
  expect(stderr).toContain("stopped; the calls that were made are noted in");
  expect(read(file).calls).toHaveLength(1);
});

describe("the wait for events", () => {
  const call = {
    number: 1,
    operation: "Converse",
    started_at: time,
    ended_at: time,
    request_id: "a",
    outcome: "served",
    error: null,
    denied_region: null,
    denied_by: null,
    denied_policy_arn: null,
  } as const;
  const calls: Probe = {
    format: "spillway-probe/1",
    profile,
    model: "m",
    source_region: sourceRegion,
    account,
    destinations: [],
    as_of: "2026-09-20",
    wanted: 1,
    max_tokens: 1,
    started_at: time,
    calls: [call],
  };
  const evidence = {
    requestId: "a",
    outcome: "served",
    servedRegion: "eu-west-1",
    evidence: "api-call",
    principal: null,
    error: null,
    deniedRegion: null,
    deniedBy: null,
    deniedPolicyArn: null,
  };

  it.each([
    ["ends with the look that finds all", 3, 20, 3],
    ["ends when the time is over", Number.POSITIVE_INFINITY, 2, 5],
    ["looks once where it may not wait", Number.POSITIVE_INFINITY, 0, 1],
  ])("%s", async (_, comesAt, minutes, looks) => {
    const quick = new QuickTime();
    let looked = 0;
    const found = await waitForEvents(calls, {
      look: () => Promise.resolve(new Map(++looked >= comesAt ? [["a", evidence]] : [])),
      forMs: minutes * 60_000,
      onLook: () => undefined,
      signal: undefined,
      timing: quick.timing,
    });
    expect([looked, found.size]).toEqual([looks, comesAt <= looks ? 1 : 0]);
  });
});

it("calls what --permissions prints, all of it and nothing else", async () => {
  changed(aws, {});
  const run = await runCli(
    ["probe", "--inference-profile", profile, "--source-region", sourceRegion, "--permissions"],
    {},
    time,
  );
  expect(callsOf(aws)).toEqual([]);
  const { Statement } = JSON.parse(run.stdout) as {
    Statement: { Action: string | string[]; Resource: string | string[] }[];
  };
  const authorised: Readonly<Record<string, string>> = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
  };
  await probe([{}, {}, {}]);
  const called = aws.calls.map(({ call }) => authorised[call] ?? call).filter((call) => !call.startsWith("sts:"));
  expect(new Set(Statement.flatMap(({ Action }) => Action))).toEqual(new Set(called));
  expect(Statement[1]?.Resource).toEqual(
    destinations.map((region) => `arn:aws:bedrock:${region}::foundation-model/amazon.nova-pro-v1:0`),
  );
});

describe.skipIf("missing" in ministack)("a probe of somebody else's Bedrock", () => {
  it(
    "calls by all three operations, streams too, and finds no event that is not there",
    { timeout: 60_000 },
    async () => {
      const server = await startMinistack("python" in ministack ? ministack.python : "");
      try {
        Object.assign(process.env, {
          AWS_ENDPOINT_URL: server.url,
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
        });
        const file = join(folder, "ministack.json");
        const args = [
          "--source-region",
          sourceRegion,
          "--calls",
          "3",
          "--yes",
          "--wait",
          "0",
          "--file",
          file,
          "--format",
          "json",
        ];
        const run = await runCli(["probe", "--inference-profile", profile, ...args], {}, new Date().toISOString());
        expect([run.code, run.stderr]).toEqual([4, expect.any(String)]);
        expect(
          rowsOf(run).map((row) => [row["operation"], row["outcome"], row["served_region"], row["event"]]),
        ).toEqual(
          ["Converse", "ConverseStream", "InvokeModel"].map((operation) => [operation, "served", null, "not yet"]),
        );
        expect(new Set(read(file).calls.map(({ request_id: id }) => id)).size).toBe(3);
      } finally {
        server.stop();
      }
    },
  );
});

/** Digest chains in S3 servers that we did not write: verified, damaged, ingested and traced as over our own server. */
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mapParallel } from "../../src/ingest/listing/parallel.ts";
import { evidence, runVerifier, trailWithCalls } from "../evidence/made-pack.ts";
import { begin, hour, type MadeTrail, tampered } from "../integrity/made-trail.ts";
import { PublicKeysServer } from "../support/public-keys-server.ts";
import { type RealS3Server, realS3Credentials, startRealS3Server } from "../support/real-s3-server.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { S3Server } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { awsCliVersion, validateLogs } from "../support/validate-logs.ts";
import type { VerifyCells } from "../support/verify-row.ts";

const folder = temporaryFolder();
const now = (): string => new Date().toISOString();
const aws = await awsCliVersion();
let cloudtrail: PublicKeysServer;
let serial = 0;

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

function signAs({ accessKeyId, secretAccessKey, sessionToken }: Credentials): void {
  process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
  if (sessionToken === undefined) delete process.env["AWS_SESSION_TOKEN"];
  else process.env["AWS_SESSION_TOKEN"] = sessionToken;
}

beforeAll(async () => {
  process.env["AWS_REGION"] = "us-east-1";
  signAs(realS3Credentials);
  cloudtrail = await PublicKeysServer.start();
});
afterAll(() => cloudtrail[Symbol.asyncDispose]());

/** Who may read everything of the bucket but one object, as the server at hand knows such people. */
async function readerOf(name: string, server: RealS3Server, bucket: string, denied: string): Promise<Credentials> {
  const all = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  const readAll = { Effect: "Allow", Action: ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"], Resource: all };
  const notThis = { Effect: "Deny", Action: ["s3:GetObject"], Resource: [`arn:aws:s3:::${bucket}/${denied}`] };
  const policy = (principal: object): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: [readAll, notThis].map((each) => ({ ...each, ...principal })) });
  if (name === "versitygw") {
    await server.client.send(
      new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy({ Principal: { AWS: ["reader"] } }) }),
    );
    return { accessKeyId: "reader", secretAccessKey: "readersecret" };
  }
  return await fromTemporaryCredentials({
    masterCredentials: realS3Credentials,
    params: { RoleArn: "arn:minio:iam:::role/reader", RoleSessionName: "reader", Policy: policy({}) },
    clientConfig: { region: "us-east-1", endpoint: server.endpoint },
  })();
}

describe.each(["versitygw", "minio"])("%s", (name) => {
  let server: RealS3Server | string;
  beforeAll(async () => {
    server = await startRealS3Server(name);
    if (typeof server === "string") console.warn(`tests on ${name} are skipped: ${server}`);
  });
  afterAll(async () => {
    if (typeof server === "object") await server[Symbol.asyncDispose]();
  });

  /** A trail in a bucket of its own, as the SDK puts it: signatures are metadata of the digests. */
  async function uploaded({ client }: RealS3Server): Promise<{ readonly trail: MadeTrail; readonly bucket: string }> {
    const bucket = `trail-${++serial}`;
    const trail = trailWithCalls({ bucket });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    await mapParallel([...trail.objects], 16, async ([key, { body, metadata }]) => {
      await put(client, bucket, key, body, metadata);
    });
    cloudtrail.keys.set(trail.chain.region, [
      { key: trail.chain.key, from: begin - 100 * hour, to: begin + 100 * hour },
    ]);
    return { trail, bucket };
  }

  async function put(
    client: S3Client,
    Bucket: string,
    Key: string,
    Body: Buffer,
    Metadata: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await client.send(new PutObjectCommand({ Bucket, Key, Body, Metadata: { ...Metadata } }));
  }

  const endpoints = (endpoint: string): readonly string[] => [
    "--s3-endpoint",
    endpoint,
    "--s3-path-style",
    "--cloudtrail-endpoint",
    cloudtrail.endpoint,
  ];

  async function verify(endpoint: string, trail: MadeTrail, ...more: readonly string[]): Promise<CliRun> {
    const range = ["--to", new Date(trail.end).toISOString()];
    const args = ["verify", `s3://${trail.chain.bucket}`, ...endpoints(endpoint), ...range, "--format", "json"];
    return await runCli([...args, ...more], {}, now());
  }

  const rowsOf = ({ stdout }: CliRun): readonly VerifyCells[] => JSON.parse(stdout) as VerifyCells[];
  const wrongOf = (run: CliRun): readonly string[] =>
    rowsOf(run).flatMap(({ kind, uri, verdict, reason }) =>
      verdict === "valid" ? [] : [`${kind} ${uri}: ${verdict} (${reason ?? ""})`],
    );
  const flags = ["--fail-on", "integrity", "--strict"];

  it("a chain is valid, by the signatures of its metadata, with the rows of our own server", async ({ skip }) => {
    if (typeof server === "string") return skip(server);
    const { trail } = await uploaded(server);
    const run = await verify(server.endpoint, trail, ...flags);
    expect(run).toMatchObject({ code: 0 });
    expect(wrongOf(run)).toEqual([]);
    const rows = rowsOf(run);
    expect(rows.filter(({ kind }) => kind === "log")).toHaveLength(12);
    expect(rows.flatMap(({ signature_source: source }) => source ?? [])).toEqual(Array(4).fill("metadata"));
    await using own = await S3Server.start({ bucket: trail.chain.bucket, region: "us-east-1" });
    for (const [key, { body, metadata }] of trail.objects) own.put(key, body, metadata);
    expect(rows).toEqual(rowsOf(await verify(own.endpoint, trail)));
    if (aws === undefined) return;
    const theirs = await validateLogs(
      trail,
      { s3: server.endpoint, cloudtrail: cloudtrail.endpoint },
      { from: begin, to: trail.end },
    );
    expect(theirs).toEqual({ code: 0, lines: ["4/4 digest files valid", "12/12 log files valid"] });
  });

  it("one log file written over, one deleted, one digest deleted: each is named", async ({ skip }) => {
    if (typeof server === "string") return skip(server);
    const { client, endpoint } = server;
    const { trail, bucket } = await uploaded(server);
    const [changed = ""] = trail.logs(0);
    const [gone = ""] = trail.logs(3);
    await put(client, bucket, changed, tampered(trail.get(changed).body));
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: gone }));
    const run = await verify(endpoint, trail, ...flags);
    expect(wrongOf(run)).toEqual([
      `log s3://${bucket}/${changed}: invalid (hash)`,
      `log s3://${bucket}/${gone}: missing (not-found)`,
    ]);
    expect(run.code).toBe(3);
    if (aws !== undefined) {
      const theirs = await validateLogs(
        trail,
        { s3: endpoint, cloudtrail: cloudtrail.endpoint },
        { from: begin, to: trail.end },
      );
      expect(theirs.code).toBe(1);
      expect(theirs.lines.filter((line) => line.startsWith("Log file"))).toHaveLength(2);
    }
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: trail.digestKey(1) }));
    const holed = await verify(endpoint, trail, ...flags);
    expect(holed.code).toBe(3);
    const wrong = wrongOf(holed);
    expect(wrong).toContain(`digest s3://${bucket}/${trail.digestKey(1)}: missing (not-found)`);
    for (const key of trail.logs(1)) expect(wrong.join("\n")).toContain(`log s3://${bucket}/${key}: undigested`);
  });

  it("the newest digest deleted is a chain cut off; no digest at all is a gap", async ({ skip }) => {
    if (typeof server === "string") return skip(server);
    const { client, endpoint } = server;
    const { trail, bucket } = await uploaded(server);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: trail.digestKey(3) }));
    const cut = await verify(endpoint, trail, ...flags);
    expect(cut.code).toBe(3);
    expect(wrongOf(cut).join("\n")).toContain("missing (cut-end)");
    for (const { key } of trail.digests) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    const none = await verify(endpoint, trail, ...flags);
    expect(none.code).toBe(4);
    expect(rowsOf(none).every(({ verdict }) => verdict !== "valid" && verdict !== "invalid")).toBe(true);
  });

  it("an object that must not be read is unreadable, never invalid, and a bucket that is not there is said", async ({
    skip,
  }) => {
    if (typeof server === "string") return skip(server);
    const { endpoint } = server;
    const { trail, bucket } = await uploaded(server);
    const [denied = ""] = trail.logs(2);
    try {
      signAs(await readerOf(name, server, bucket, denied));
      const run = await verify(endpoint, trail, ...flags);
      expect(wrongOf(run)).toEqual([`log s3://${bucket}/${denied}: unreadable (denied)`]);
      expect(run.code).toBe(4);
    } finally {
      signAs(realS3Credentials);
    }
    const stranger = { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "nobodysecret" };
    const refused = await spawnCli(["verify", `s3://${bucket}`, ...endpoints(endpoint)], { env: stranger }).ended;
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^error: .*nobody.*$|^error: .*credentials.*$|^error: access denied.*$/m);
    const args = ["verify", "s3://no-such-bucket", ...endpoints(endpoint)];
    const nowhere = await runCli(args, {}, now());
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain("there is no bucket no-such-bucket");
  });

  it("`ingest --verify`, a pack of it, and its calls traced to the bucket", async ({ skip }) => {
    if (typeof server === "string") return skip(server);
    const { client, endpoint } = server;
    const { trail, bucket } = await uploaded(server);
    const warehouse = join(folder, `${name}.duckdb`);
    const args = ["ingest", `s3://${bucket}`, "--verify", "--warehouse", warehouse, ...endpoints(endpoint)];
    expect(await runCli(args, {}, now())).toMatchObject({ code: 0 });
    const verdicts =
      "select digest_verdict, count(*)::int as n, count(sha256)::int as hashed from trail_object group by 1";
    expect(await queryRows(warehouse, verdicts)).toEqual([{ digest_verdict: "valid", n: 12, hashed: 12 }]);
    const pack = join(folder, `${name}-pack`);
    expect(await evidence(warehouse, pack)).toMatchObject({ code: 0 });
    expect((await runCli(["evidence", "verify", pack])).stdout).toBe("valid-unsigned\n");
    expect(runVerifier(pack)).toMatchObject({ code: 0 });
    const key = "eu-central-1/00000000-0000-4000-8000-000000000004";
    const source = ["--source", `s3://${bucket}`, "--s3-endpoint", endpoint, "--s3-path-style"];
    const trace = async (): Promise<CliRun> => await runCli(["evidence", "trace", pack, key, ...source]);
    const traced = await trace();
    expect(traced.stdout).toContain("record    eventID e0000000-0000-4000-8000-000000000004, in the log file of this");
    expect(traced.code).toBe(0);
    const log = trail.logs(1)[1] ?? "";
    await put(client, bucket, log, tampered(trail.get(log).body));
    expect((await trace()).code).toBe(3);
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: log }));
    expect((await trace()).code).toBe(4);
  });
});

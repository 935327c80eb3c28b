/** The benchmark of the S3 source: small objects from a local server beside a bare GET loop and `aws s3 sync`, and a run with nothing new. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DuckDBInstance } from "duckdb";
import { mapParallel } from "../src/ingest/listing/parallel.ts";
import { Warehouse } from "../src/store/warehouse.ts";
import { type RealS3Server, realS3Credentials, startRealS3Server } from "../test/support/real-s3-server.ts";
import { builtCli, ensureLogs, requireBuild } from "./dataset.ts";
import { type TrailShape, etagAt, firstDay, keyAt, sizeOf, startEndlessBucket } from "./endless-bucket.ts";
import { type Measurement, interleave, markdownTable, measure, medianCells, medianRatio, median } from "./measure.ts";

const bucket = "bench-trail";
const rival = fileURLToPath(new URL("./rivals/s3-get.mjs", import.meta.url));

async function inScratch<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "spillway-bench-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ingestCommand(endpoint: string, warehouse: string): [string, ...string[]] {
  const flags = ["--s3-endpoint", endpoint, "--s3-path-style", "--from", "2020-01-01", "--warehouse", warehouse];
  return [process.execPath, builtCli, "ingest", `s3://${bucket}`, ...flags];
}

async function upload({ client }: RealS3Server, folder: string): Promise<number> {
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  await mapParallel(files, 32, (path) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: relative(folder, path), Body: readFileSync(path) })),
  );
  return files.length;
}

function hasAwsCli(): boolean {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

type Name = "spillway ingest" | "bare SDK list + GET" | "aws s3 sync";

async function smallObjects(serverName: string, objects: number, rounds: number): Promise<string> {
  const logs = ensureLogs(`small-${objects}`, {
    files: objects,
    rawBytes: objects * 8000,
    share: 0.02,
    hitFiles: 0.1,
    seed: 3,
  });
  const started = await startRealS3Server(serverName);
  if (typeof started === "string") return `No figures for small objects: ${started}\n`;
  await using server = started;
  process.stderr.write(`uploading to ${serverName}\n`);
  const count = await upload(server, logs);
  const withAws = hasAwsCli();
  const names: readonly Name[] = [
    "spillway ingest",
    "bare SDK list + GET",
    ...(withAws ? ["aws s3 sync" as const] : []),
  ];
  const results = await interleave<Name>(names, rounds, (name) =>
    inScratch(async (folder) => {
      const command: Readonly<Record<Name, [string, ...string[]]>> = {
        "spillway ingest": ingestCommand(server.endpoint, join(folder, "w.duckdb")),
        "bare SDK list + GET": [process.execPath, rival, bucket, server.endpoint],
        "aws s3 sync": ["aws", "s3", "sync", "--quiet", "--endpoint-url", server.endpoint, `s3://${bucket}`, folder],
      };
      const measured = await measure(command[name]);
      process.stderr.write(`${name}: ${measured.wallMs.toFixed(0)} ms\n`);
      return measured;
    }),
  );
  const own = results.get("spillway ingest") ?? [];
  const rows = names.map((name) => {
    const runs = results.get(name) ?? [];
    const perSecond = (count / median(runs.map(({ wallMs }) => wallMs))) * 1000;
    return [name, perSecond.toFixed(0), ...medianCells(runs), medianRatio(runs, own).toFixed(2)];
  });
  const head = ["", "objects / s", "wall", "user + sys", "peak RSS", "its wall / Spillway's"];
  const left = withAws ? "" : "aws s3 sync was left out: the AWS CLI is not installed (pip install awscli).\n";
  return `### ${count} small objects in ${serverName}\n\n${markdownTable(head, rows)}${left}\nBars: the bare loop at least 0.80, aws s3 sync over 1.00.\n\n`;
}

/** A warehouse whose ledger knows every object of the bucket. */
async function fillLedger(file: string, shape: TrailShape): Promise<void> {
  {
    await using warehouse = await Warehouse.open(file);
    await warehouse.publish();
  }
  rmSync(`${file}.work`, { force: true });
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  const { regions, days, filesADay } = shape;
  const list = regions.map((region) => `'${region}'`).join(", ");
  // The same keys as keyAt makes, a hundred times as fast.
  await connection.run(`
INSERT INTO trail_object (uri, etag, size, status, account_id, region, day, records, bedrock_events, new_events, duplicates, rejected, other, run_id, loaded_at)
SELECT 's3://${bucket}/AWSLogs/' || account || '/CloudTrail/' || region || '/' || strftime(day, '%Y/%m/%d') || '/' || account || '_CloudTrail_' || region || '_'
    || strftime(day, '%Y%m%d') || 'T0000Z_' || lpad(file::VARCHAR, 8, '0') || '.json.gz',
  printf('%032x', i), 2000, 'loaded', account, region, strftime(day, '%Y-%m-%d'), 0, 0, 0, 0, 0, 0, 'run', now()::TIMESTAMP
FROM (
  SELECT i, i % ${filesADay} AS file, DATE '${firstDay}' + ((i // ${filesADay}) % ${days})::INTEGER AS day,
    list_extract([${list}], ((i // ${filesADay * days}) % ${regions.length})::INTEGER + 1) AS region,
    lpad((100000000000 + i // ${filesADay * days * regions.length})::VARCHAR, 12, '0') AS account
  FROM (SELECT unnest(range(${sizeOf(shape)})) AS i)
)`);
  const sample = Math.floor(sizeOf(shape) * 0.618);
  const rows = await connection.runAndReadAll(
    `SELECT count(*)::INTEGER FROM trail_object WHERE uri = 's3://${bucket}/${keyAt(shape, sample)}' AND etag = '${etagAt(sample)}'`,
  );
  if (rows.getRows()[0]?.[0] !== 1) throw new Error("the ledger and the bucket hold different keys");
  await connection.run("CHECKPOINT");
  connection.closeSync();
  instance.closeSync();
}

async function nothingNew(objects: number, rounds: number): Promise<string> {
  const regions = ["ap-northeast-1", "eu-central-1", "eu-west-1", "us-east-1"];
  const shape: TrailShape = { accounts: 20, regions, days: 25, filesADay: Math.ceil(objects / (20 * 4 * 25)) };
  await using server = await startEndlessBucket(shape);
  return await inScratch(async (folder) => {
    process.stderr.write("filling the ledger\n");
    const filled = join(folder, "filled.duckdb");
    await fillLedger(filled, shape);
    const results = await interleave(["listing alone", "spillway ingest"] as const, rounds, async (name) => {
      const warehouse = join(folder, "w.duckdb");
      for (const end of ["", ".work", ".work.wal"]) rmSync(`${warehouse}${end}`, { force: true });
      copyFileSync(filled, warehouse);
      const measured: Measurement = await (name === "listing alone"
        ? measure([process.execPath, rival, bucket, server.endpoint, "list"])
        : measure(ingestCommand(server.endpoint, warehouse)));
      process.stderr.write(`${name}: ${measured.wallMs.toFixed(0)} ms ${measured.stdout.trim()}\n`);
      return measured;
    });
    const own = results.get("spillway ingest") ?? [];
    const rows = [...results].map(([name, runs]) => [name, ...medianCells(runs), medianRatio(runs, own).toFixed(2)]);
    const head = ["", "wall", "user + sys", "peak RSS", "its wall / Spillway's"];
    return `### Nothing new, ${sizeOf(shape).toLocaleString("en-US")} objects listed and in the ledger (first day ${firstDay})\n\n${markdownTable(head, rows)}\n`;
  });
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    objects: { type: "string", default: "20000" },
    known: { type: "string", default: "1000000" },
    server: { type: "string", default: "versitygw" },
    only: { type: "string" },
  },
});
requireBuild();
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: realS3Credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: realS3Credentials.secretAccessKey,
  AWS_REGION: "us-east-1",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
});
const rounds = Number(values.runs);
if (values.only !== "known") process.stdout.write(await smallObjects(values.server, Number(values.objects), rounds));
if (values.only !== "small") process.stdout.write(await nothingNew(Number(values.known), rounds));

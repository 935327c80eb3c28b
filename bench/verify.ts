/** The benchmark of digest chains: `spillway verify` beside `aws cloudtrail validate-logs`, its memory over an organization, and what `--verify` adds to an ingest. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { makeChain, publicKeyList } from "../src/demo/digest-chain.ts";
import { parseLogName } from "../src/integrity/digest-name.ts";
import { testKey } from "../test/integrity/made-trail.ts";
import { awsCliVersion, awsProgram } from "../test/support/validate-logs.ts";
import { builtCli, ensureLogs, requireBuild } from "./dataset.ts";
import { type Measurement, interleave, markdownTable, measure, median, medianCells, medianRatio } from "./measure.ts";

interface BenchBucket {
  readonly s3: string;
  readonly cloudtrail: string;
  readonly from: string;
  readonly to: string;
  stop(): void;
}

async function startBucket(places: number, hours: number, logs: number): Promise<BenchBucket> {
  const script = new URL("digest-bucket.ts", import.meta.url).pathname;
  const args = [
    "--import",
    "tsx",
    script,
    "--places",
    String(places),
    "--hours",
    String(hours),
    "--logs",
    String(logs),
  ];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  let out = "";
  return await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the bucket ended with ${String(code)}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const [, from = "", to = ""] = /^range (\S+) (\S+)$/m.exec(out) ?? [];
      const [, s3, cloudtrail] = /^ready (\S+) (\S+)$/m.exec(out) ?? [];
      if (s3 !== undefined && cloudtrail !== undefined)
        resolve({ s3, cloudtrail, from, to, stop: () => void child.stdin?.end() });
    });
  });
}

function verifyCommand({ s3, cloudtrail, from, to }: BenchBucket): [string, ...string[]] {
  const endpoints = ["--s3-endpoint", s3, "--cloudtrail-endpoint", cloudtrail];
  const flags = ["--from", from, "--to", to, "--strict", "--fail-on", "integrity"];
  return [process.execPath, builtCli, "verify", "s3://bench-trail", ...endpoints, ...flags];
}

const load = (): string => `load average ${loadavg()[0]?.toFixed(1) ?? ""} at the start`;

async function againstAws(rounds: number): Promise<string> {
  const version = await awsCliVersion();
  if (version === undefined) return "No AWS CLI (pip install awscli): nothing to compare with.\n";
  const at = load();
  const bucket = await startBucket(1, 24, 100);
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: bucket.s3, AWS_ENDPOINT_URL_CLOUDTRAIL: bucket.cloudtrail });
  const arn = "arn:aws:cloudtrail:eu-west-1:111122220000:trail/main_trail";
  const aws = awsProgram();
  const theirs: [string, ...string[]] = [
    aws,
    "cloudtrail",
    "validate-logs",
    "--trail-arn",
    arn,
    "--region",
    "eu-west-1",
    "--s3-bucket",
    "bench-trail",
    "--start-time",
    bucket.from,
    "--end-time",
    bucket.to,
  ];
  const name = `${version} validate-logs`;
  const results = await interleave(["spillway verify", name], rounds, async (which) => {
    const measured = await measure(which === name ? theirs : verifyCommand(bucket));
    if (which === name && !measured.stdout.includes("2400/2400 log files valid")) throw new Error(measured.stdout);
    process.stderr.write(`${which}: ${measured.wallMs.toFixed(0)} ms\n`);
    return measured;
  });
  bucket.stop();
  delete process.env["AWS_ENDPOINT_URL_S3"];
  delete process.env["AWS_ENDPOINT_URL_CLOUDTRAIL"];
  const own = results.get("spillway verify") ?? [];
  const rows = [...results].map(([which, runs]) => {
    const perSecond = 2400 / (median(runs.map(({ wallMs }) => wallMs)) / 1000);
    const perCpu = 2400 / (median(runs.map(({ cpuMs }) => cpuMs)) / 1000);
    return [which, perSecond.toFixed(0), perCpu.toFixed(0), ...medianCells(runs), medianRatio(runs, own).toFixed(2)];
  });
  const head = [
    "24 digests, 2,400 log files",
    "log files / s",
    "/ s of CPU",
    "wall",
    "user + sys",
    "peak RSS",
    "its wall / Spillway's",
  ];
  return `### One chain (${at})\n\n${markdownTable(head, rows)}\nBar: at least 10.\n\n`;
}

async function organization(places: number): Promise<string> {
  const at = load();
  const rows: string[][] = [];
  for (const count of [Math.max(1, places / 10), places]) {
    const bucket = await startBucket(count, 24, 42);
    const measured: Measurement = await measure(verifyCommand(bucket));
    bucket.stop();
    const logs = count * 24 * 42;
    const perSecond = (logs / measured.wallMs) * 1000;
    rows.push([
      `${count} account-Regions, ${logs.toLocaleString("en-US")} log files`,
      perSecond.toFixed(0),
      ...medianCells([measured]),
    ]);
  }
  return `### An organization (${at}, one round)\n\n${markdownTable(["", "log files / s", "wall", "user + sys", "peak RSS"], rows)}\nBar: flat memory.\n\n`;
}

/** Digests beside the mixed logs: as many as an account has that delivers every five minutes, ten log files each. */
function withDigests(logs: string, folder: string): { readonly keys: string } {
  cpSync(logs, folder, { recursive: true });
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json.gz"));
  const places = new Map<string, string[]>();
  for (const name of names) {
    const parsed = parseLogName(name);
    if (parsed === null) continue;
    const place = `${name.slice(0, name.indexOf(parsed.accountId))} ${parsed.accountId} ${parsed.region}`;
    places.set(place, [...(places.get(place) ?? []), name]);
  }
  const day = 86_400_000;
  let [oldest, newest] = [Number.POSITIVE_INFINITY, 0];
  for (const [place, keys] of places) {
    const [root = "", account = "", region = ""] = place.split(" ");
    const times = keys.map((key) => parseLogName(key)?.deliveredAt ?? 0);
    const start = Math.floor(Math.min(...times) / day) * day;
    const end = Math.max(...times) + day;
    const hourMs = Math.ceil((end - start) / Math.max(1, keys.length / 10) / 1000) * 1000;
    [oldest, newest] = [Math.min(oldest, start), Math.max(newest, end)];
    const hours = Array.from({ length: Math.ceil((end - start) / hourMs) }, (_, index) =>
      keys
        .filter((_key, at) => Math.floor(((times[at] ?? 0) - start) / hourMs) === index)
        .map((key) => ({ key, content: gunzipSync(readFileSync(join(folder, key))) })),
    );
    const chain = makeChain({
      bucket: "bench",
      root,
      account,
      region,
      trail: "t",
      homeRegion: region,
      key: testKey,
      start,
      hours,
      hourMs,
    });
    for (const { key, body } of chain) {
      mkdirSync(dirname(join(folder, key)), { recursive: true });
      writeFileSync(join(folder, key), body);
    }
  }
  const file = `${folder}.keys.json`;
  writeFileSync(file, publicKeyList([testKey], oldest - 90 * day, newest + 90 * day));
  return { keys: file };
}

async function ingest(rounds: number, rawMb: number): Promise<string> {
  const at = load();
  const logs = ensureLogs(`mixed-${rawMb}`, {
    rawBytes: rawMb * 1e6,
    share: 0.02,
    files: Math.round((rawMb * 7) / 6),
    hitFiles: 0.33,
    seed: 1,
  });
  const scratch = mkdtempSync(join(tmpdir(), "spillway-bench-"));
  try {
    const folder = join(scratch, "logs");
    const { keys } = withDigests(logs, folder);
    const names = ["spillway ingest", "spillway ingest --verify"] as const;
    const results = await interleave(names, rounds, async (name) => {
      const warehouse = join(scratch, "w.duckdb");
      for (const end of ["", ".work", ".work.wal"]) if (existsSync(`${warehouse}${end}`)) rmSync(`${warehouse}${end}`);
      const more = name === "spillway ingest" ? [] : ["--verify", "--public-keys", keys];
      const measured = await measure([process.execPath, builtCli, "ingest", folder, "--warehouse", warehouse, ...more]);
      process.stderr.write(`${name}: ${measured.wallMs.toFixed(0)} ms\n`);
      return measured;
    });
    const own = results.get("spillway ingest") ?? [];
    const rows = [...results].map(([name, runs]) => {
      const cpu = median(runs.map((run, round) => run.cpuMs / (own[round]?.cpuMs ?? Number.NaN)));
      return [name, ...medianCells(runs), medianRatio(runs, own).toFixed(2), cpu.toFixed(2)];
    });
    const head = [
      `${rawMb} MB of mixed logs with digests`,
      "wall",
      "user + sys",
      "peak RSS",
      "its wall / plain",
      "its CPU / plain",
    ];
    return `### Verifying on the way (${at})\n\n${markdownTable(head, rows)}\nBar: at most 1.35.\n\n`;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    places: { type: "string", default: "50" },
    "raw-mb": { type: "string", default: "1200" },
    only: { type: "string" },
  },
});
requireBuild();
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "testtesttest",
  AWS_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
});
const rounds = Number(values.runs);
const wanted = (part: string): boolean => values.only === undefined || values.only === part;
if (wanted("chain")) process.stdout.write(await againstAws(rounds));
if (wanted("organization")) process.stdout.write(await organization(Number(values.places)));
if (wanted("ingest")) process.stdout.write(await ingest(rounds, Number(values["raw-mb"])));

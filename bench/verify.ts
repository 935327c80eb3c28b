/** The benchmark of digest chains: `spillway verify` beside `aws cloudtrail validate-logs`, its memory over an organization, and what `--verify` adds to an ingest. */
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { gunzipSync } from "node:zlib";
import { makeChain, publicKeyList } from "../src/demo/digest-chain.ts";
import { parseLogName } from "../src/integrity/digest-name.ts";
import { testKey } from "../test/integrity/made-trail.ts";
import { awsCliVersion, awsProgram } from "../test/support/validate-logs.ts";
import { type DigestBucket, digestBucket, startDigestBucket } from "./digest-bucket.ts";
import { builtCli, ensureLogs, requireBuild } from "./dataset.ts";
import { type Measurement, interleave, markdownTable, measure, median, medianCells, medianRatio } from "./measure.ts";

function verifyCommand({
  s3,
  cloudtrail,
  from,
  to,
}: Omit<DigestBucket, typeof Symbol.asyncDispose>): [string, ...string[]] {
  const endpoints = ["--s3-endpoint", s3, "--s3-path-style", "--cloudtrail-endpoint", cloudtrail];
  const flags = ["--from", from, "--to", to, "--strict", "--fail-on", "integrity"];
  return [process.execPath, builtCli, "verify", `s3://${digestBucket}`, ...endpoints, ...flags];
}

const load = (): string => `load average ${loadavg()[0]?.toFixed(1) ?? ""} at the start`;

/** `delayMs`: what an answer of the store takes longer than over loopback; 0: nothing between them. */
async function againstAws(server: string, rounds: number, logs: number, delayMs: number): Promise<string> {
  const version = await awsCliVersion();
  if (version === undefined) return "No AWS CLI (pip install awscli): nothing to compare with.\n";
  const hours = 48;
  const started = await startDigestBucket({ server, places: 1, hours, logs: Math.round(logs / hours) });
  if (typeof started === "string") return `No figures for one chain: ${started}\n`;
  await using filled = started;
  await using line = await distantLine(filled.s3, delayMs);
  const bucket = { ...filled, s3: line.endpoint };
  Object.assign(process.env, { AWS_ENDPOINT_URL_S3: bucket.s3, AWS_ENDPOINT_URL_CLOUDTRAIL: bucket.cloudtrail });
  const files = hours * Math.round(logs / hours);
  const arn = "arn:aws:cloudtrail:eu-west-1:111122220000:trail/main_trail";
  const trail = ["--trail-arn", arn, "--region", "eu-west-1", "--s3-bucket", digestBucket];
  const range = ["--start-time", bucket.from, "--end-time", bucket.to];
  const theirs: [string, ...string[]] = [awsProgram(), "cloudtrail", "validate-logs", ...trail, ...range];
  const at = load();
  const name = `${version} validate-logs`;
  const results = await interleave(["spillway verify", name], rounds, async (which) => {
    const measured = await measure(which === name ? theirs : verifyCommand(bucket));
    if (which === name && !measured.stdout.includes(`${files}/${files} log files valid`))
      throw new Error(measured.stdout);
    process.stderr.write(`${which}: ${measured.wallMs.toFixed(0)} ms\n`);
    return measured;
  });
  delete process.env["AWS_ENDPOINT_URL_S3"];
  delete process.env["AWS_ENDPOINT_URL_CLOUDTRAIL"];
  const own = results.get("spillway verify") ?? [];
  const rows = [...results].map(([which, runs]) => {
    const perSecond = files / (median(runs.map(({ wallMs }) => wallMs)) / 1000);
    const perCpu = files / (median(runs.map(({ cpuMs }) => cpuMs)) / 1000);
    return [which, perSecond.toFixed(0), perCpu.toFixed(0), ...medianCells(runs), medianRatio(runs, own).toFixed(2)];
  });
  const head = [
    `${hours} digests, ${files.toLocaleString("en-US")} log files on ${server}`,
    "log files / s",
    "/ s of CPU",
    "wall",
    "user + sys",
    "peak RSS",
    "its wall / Spillway's",
  ];
  const distance = delayMs === 0 ? "over loopback" : `answers ${delayMs} ms later`;
  return `### One chain, ${distance} (${at})\n\n${markdownTable(head, rows)}\nBar: at least 10.\n\n`;
}

interface Line extends AsyncDisposable {
  readonly endpoint: string;
}

async function distantLine(endpoint: string, delayMs: number): Promise<Line> {
  if (delayMs === 0) return { endpoint, [Symbol.asyncDispose]: () => Promise.resolve() };
  const workerData = { port: Number(new URL(endpoint).port), delayMs };
  const worker = new Worker(new URL("distant-line.mjs", import.meta.url), { workerData });
  // what it sends is the port that it listens on
  const [port] = (await once(worker, "message")) as [number];
  return {
    endpoint: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  };
}

async function organization(server: string, places: number): Promise<string> {
  const at = load();
  const rows: string[][] = [];
  for (const count of [Math.max(1, places / 10), places]) {
    const started = await startDigestBucket({ server, places: count, hours: 24, logs: 42 });
    if (typeof started === "string") return `No figures for an organization: ${started}\n`;
    await using bucket = started;
    const measured: Measurement = await measure(verifyCommand(bucket));
    const logs = count * 24 * 42;
    const perSecond = (logs / measured.wallMs) * 1000;
    rows.push([
      `${count} account-Regions, ${logs.toLocaleString("en-US")} log files on ${server}`,
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
    server: { type: "string", default: "versitygw" },
    logs: { type: "string", default: "20000" },
    "delay-ms": { type: "string", default: "0,10" },
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
if (wanted("chain"))
  for (const delay of values["delay-ms"].split(","))
    process.stdout.write(await againstAws(values.server, rounds, Number(values.logs), Number(delay)));
if (wanted("organization")) process.stdout.write(await organization(values.server, Number(values.places)));
if (wanted("ingest")) process.stdout.write(await ingest(rounds, Number(values["raw-mb"])));

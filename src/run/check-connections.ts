/** The trial of what a run needs from outside: each source and each place that it writes to, one line each. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isS3Url } from "../aws/s3/url.ts";
import { putObject } from "../aws/s3/put-object.ts";
import type { Config } from "../config/config.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import { fetchBytes } from "../ingest/fetch.ts";
import { type ObjectSource, type TrailObject, noMemory } from "../ingest/listing/source.ts";
import { countOrganizationAccounts, hasOrganization, organizationName } from "./expectation.ts";
import { makeFolder } from "./make-folder.ts";
import type { ReportJob } from "./report-jobs.ts";
import { putOptionsOf } from "./write-report.ts";

export interface Trial {
  readonly what: string;
  readonly holds: boolean;
  readonly detail: string;
  readonly next?: string | undefined;
}

export interface TrialOptions {
  readonly config: Config;
  readonly jobs: readonly ReportJob[];
  /** Opens each source of the config. */
  readonly sources: readonly { readonly name: string; readonly open: () => Promise<ObjectSource> }[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Tries one after the other, even after a failure. */
export async function* tryConnections({ config, jobs, sources, env }: TrialOptions): AsyncGenerator<Trial> {
  yield proxyOf(env);
  for (const { name, open } of sources) yield* trySource(name, open);
  if (hasOrganization(config)) {
    yield await trial(organizationName, async () => {
      const accounts = await countOrganizationAccounts(config, env);
      return `${accounts.toLocaleString("en-US")} active ${accounts === 1 ? "account" : "accounts"}`;
    });
  }
  yield await trial(`write beside ${config.warehouse}`, async () => await writeBeside(config.warehouse));
  const targets = new Map(jobs.map((job) => [dirname(job.target), job]));
  for (const [folder, job] of targets)
    yield await trial(`write to ${folder}`, async () => await writeInto(job.target, job.settings));
  if (config.evidence !== undefined) {
    const { evidence } = config;
    yield await trial(
      `write to ${evidence.output}`,
      async () => await writeInto(`${evidence.output}/pack.zip`, evidence),
    );
  }
  for (const [what, file] of [
    ["metrics", config.metricsFile],
    ["run report", config.reportFile],
  ] as const)
    if (file !== undefined) yield await trial(`write ${what} beside ${file}`, async () => await writeBeside(file));
  yield await trial(`write to the temporary folder ${tmpdir()}`, async () => await inTemporaryFolder(async () => ""));
}

function proxyOf(env: TrialOptions["env"]): Trial {
  const names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];
  const set = names.filter((name) => (env[name] ?? "") !== "");
  // a proxy's password stands in its URL
  const shown = set.map((name) => `${name}=${(env[name] ?? "").replace(/\/\/[^@/]*@/, "//…@")}`);
  return { what: "proxy", holds: true, detail: set.length === 0 ? "none is named" : shown.join(" ") };
}

async function* trySource(name: string, open: () => Promise<ObjectSource>): AsyncGenerator<Trial> {
  let found: TrailObject | undefined;
  yield await trial(`${name}: credentials and listing`, async () => {
    const source = await open();
    let listed = 0;
    for await (const { objects } of source.list(noMemory)) {
      listed += objects.length;
      found = objects.find(({ skip }) => skip === null);
      if (found !== undefined) break;
    }
    return found === undefined ? `no log file among ${listed} objects` : "lists log files";
  });
  if (found === undefined) return;
  const { uri, locator } = found;
  yield await trial(`${name}: get one object`, async () => {
    if (locator.kind === "source") return "not tried: each reading costs";
    return `${(await fetchBytes(locator)).length.toLocaleString("en-US")} bytes of ${uri}`;
  });
}

async function writeBeside(file: string): Promise<string> {
  await makeFolder(file);
  const own = `${file}.check-${process.pid}`;
  await writeFile(own, "");
  await rm(own);
  return "";
}

async function writeInto(target: string, settings: Parameters<typeof putOptionsOf>[0]): Promise<string> {
  if (!isS3Url(target)) return await writeBeside(target);
  const url = `${dirname(target)}/spillway-config-check.txt`;
  await inTemporaryFolder(async (folder) => {
    const file = join(folder, "check");
    await writeFile(file, "Written by: spillway config check --connect\n");
    await putObject(url, file, { ...putOptionsOf(settings), contentType: "text/plain; charset=utf-8" });
    return "";
  });
  return `left ${url} there`;
}

async function inTemporaryFolder(action: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "spillway-check-"));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function trial(what: string, action: () => Promise<string>): Promise<Trial> {
  try {
    return { what, holds: true, detail: await action() };
  } catch (thrown) {
    const next = thrown instanceof SpillwayError ? thrown.next : undefined;
    return { what, holds: false, detail: messageOf(thrown).split("\n")[0] ?? "", next };
  }
}

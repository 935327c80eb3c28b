/** The evidence packs of a run: one for each month that is over, or for a range; made again only where its inputs changed, and that is a finding. */
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { putObject } from "../aws/s3/put-object.ts";
import { isS3Url } from "../aws/s3/url.ts";
import type { Config, EvidenceConfig } from "../config/config.ts";
import type { Effects } from "../effects.ts";
import type { Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";
import { SpillwayError } from "../errors.ts";
import { fingerprintOf } from "../evidence/fingerprint.ts";
import { packName } from "../evidence/layout.ts";
import { makePack } from "../evidence/make-pack.ts";
import { monthsOf, nextMonth } from "../evidence/months.ts";
import { type PackGroups, groupsOf } from "../evidence/pack-groups.ts";
import { readClauses } from "../evidence/reference-files.ts";
import { type Signer, openSigner } from "../evidence/signing-key.ts";
import type { AskedRange } from "../evidence/statements.ts";
import type { Question } from "../evidence/summary.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { type Boundary, resolveBoundary } from "../report/boundary.ts";
import type { Report } from "../report/catalogue.ts";
import { withPartialFile } from "../report/output.ts";
import type { EvidencePack } from "./evidence-pack.ts";
import { makeFolder } from "./make-folder.ts";
import { type RememberedPack, readRemembered, writeRemembered } from "./remembered-packs.ts";
import { putOptionsOf } from "./write-report.ts";

export interface EvidenceRun {
  readonly config: Config;
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  readonly protection: Protection | undefined;
  readonly effects: Effects;
  readonly signal: AbortSignal;
  readonly now: Date;
}

export interface EvidenceOutcome {
  readonly packs: readonly EvidencePack[];
  readonly failures: readonly { readonly what: string; readonly error: SpillwayError }[];
}

/** In packs people are left out, unless there is a key for them or the config keeps them. */
export function evidenceProtection({ evidence }: Config, protection: Protection | undefined): Protection | undefined {
  if (evidence?.keepPersonal === true) return undefined;
  return protection !== undefined && "key" in protection ? protection : { drop: true };
}

export async function writeEvidencePacks(run: EvidenceRun, settings: EvidenceConfig): Promise<EvidenceOutcome> {
  const { config, signal, effects } = run;
  const boundary = resolveBoundary(settings.boundary ?? config.boundary ?? "", config.boundaries);
  const signer =
    settings.sign === undefined ? undefined : await openSigner(settings.sign, { profile: settings.profile, signal });
  const remembered = readRemembered(config.warehouse);
  const packs: EvidencePack[] = [];
  const failures: { what: string; error: SpillwayError }[] = [];
  for (const range of await rangesOf(run, settings)) {
    if (signal.aborted) break;
    const name = packName(boundary.name, range.from, range.to);
    try {
      const pack = await onePack({ run, settings, boundary, signer, name, ...range }, remembered);
      packs.push(pack);
      if (pack.outcome !== "unchanged") effects.log.info(`wrote ${pack.target}`, { evidence: pack.outcome });
    } catch (error) {
      if (signal.aborted || !(error instanceof SpillwayError)) throw error;
      failures.push({ what: `${settings.output}/${name}.zip`, error });
    }
  }
  return { packs, failures };
}

interface Job {
  readonly run: EvidenceRun;
  readonly settings: EvidenceConfig;
  readonly boundary: Boundary;
  readonly signer: Signer | undefined;
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
}

async function onePack(job: Job, remembered: Map<string, RememberedPack>): Promise<EvidencePack> {
  const { run, settings, boundary, from, to, name } = job;
  const { engine, catalogue, signal, protection, config, now } = run;
  const clauses = settings.clauses === undefined ? undefined : readClauses(settings.clauses);
  const question: Question = { boundary, from, to, asOf: now, protection };
  const request = { question, engine, catalogue, signal, clauses };
  const fingerprint = await fingerprintOf(request, settings.sign);
  const key = `${settings.output}/${name}`;
  const before = remembered.get(key);
  const said = { from: from.toISOString(), to: to.toISOString() };
  if (before?.fingerprint === fingerprint) return { ...said, target: before.target, outcome: "unchanged", changes: [] };
  const folder = await mkdtemp(join(tmpdir(), "spillway-evidence-"));
  try {
    const revision = before === undefined ? 1 : before.revision + 1;
    const { target, groups } = await deliver(job, request, folder, revision);
    remembered.set(key, { fingerprint, revision, target, groups });
    await writeRemembered(config.warehouse, remembered);
    const changes = before === undefined ? [] : changesBetween(before.groups, groups);
    // other versions of Spillway write other bytes of the same rows
    return { ...said, target, outcome: changes.length > 0 ? "changed" : "made", changes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes it elsewhere, and puts every zip of it in its place; a pack that is there is never written over. */
async function deliver(
  { run, settings, signer, name }: Job,
  request: Parameters<typeof makePack>[0],
  folder: string,
  revision: number,
): Promise<{ readonly target: string; readonly groups: PackGroups }> {
  const isFree = (at: number): boolean =>
    isS3Url(settings.output) || !existsSync(`${settings.output}/${nameOf(name, at)}`);
  let free = revision;
  while (!isFree(free)) free++;
  const made = await makePack(request, join(folder, nameOf(name, free)), { signer });
  const groups = groupsOf(made);
  for (const file of made.outputs) {
    const target = `${settings.output}/${basename(file)}`;
    if (isS3Url(target))
      await putObject(target, file, { ...putOptionsOf(settings), contentType: "application/zip", signal: run.signal });
    else await moveTo(target, file);
  }
  return { target: `${settings.output}/${basename(made.outputs[0] ?? "")}`, groups };
}

function nameOf(name: string, revision: number): string {
  return revision === 1 ? `${name}.zip` : `${name}-rev${revision}.zip`;
}

/** Moves a file under its name when it is complete. */
async function moveTo(target: string, file: string): Promise<void> {
  await makeFolder(target);
  await withPartialFile(target, async (partial) => await copyFile(file, partial));
}

/** The range that the config names, once it is over; else every month that is over since the first log file, but for what retention took. */
async function rangesOf({ engine, now }: EvidenceRun, { from, to }: EvidenceConfig): Promise<readonly AskedRange[]> {
  const start = from === undefined ? undefined : new Date(`${from}T00:00:00Z`);
  if (start !== undefined && to !== undefined) {
    const range = { from: start, to: new Date(`${to}T00:00:00Z`) };
    return range.to <= now ? [range] : [];
  }
  const [row] = await plainRows(
    await engine.run(
      `SELECT min(day) AS first, max(CASE WHEN status = 'pruned' THEN day END) AS pruned FROM trail_object WHERE status <> 'skipped'`,
    ),
  );
  const [first, pruned] = [row?.["first"], row?.["pruned"]];
  if (typeof first !== "string" && start === undefined) return [];
  const begin = start ?? new Date(`${(typeof first === "string" ? first : "").slice(0, 7)}-01T00:00:00Z`);
  const end = to === undefined ? now : new Date(`${to}T00:00:00Z`);
  const gone = typeof pruned === "string" ? new Date(`${pruned}T00:00:00Z`) : undefined;
  const known = { from: begin, to: end < now ? end : now };
  return monthsOf(known).filter(
    (month) => month.to.getTime() === nextMonth(month.from).getTime() && (gone === undefined || gone < month.from),
  );
}

function changesBetween(before: PackGroups, after: PackGroups): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    if (was === is) return [];
    return [
      name.startsWith("claim ") ? `${name.slice(6)} was ${was ?? "not there"} and is ${is ?? "not there"}` : name,
    ];
  });
}

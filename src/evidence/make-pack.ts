/** The making of an evidence pack: everything from one warehouse, and under the final name only when it is complete. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import { version } from "../version.ts";
import { closeBag } from "./bag.ts";
import { packName, signatureFiles, tagFiles } from "./layout.ts";
import { monthsOf } from "./months.ts";
import { PackFolder, type WrittenFile } from "./pack-folder.ts";
import { type PackRequest, writePayload } from "./payload.ts";
import { signPack } from "./sign-pack.ts";
import type { Signer } from "./signing-key.ts";
import type { Summary } from "./summary.ts";
import { writeZip } from "./zip-writer.ts";

export interface MadePack {
  /** One output, or a zip for each month. */
  readonly outputs: readonly string[];
  /** The summary of the whole range. */
  readonly summary: Summary;
  /** The files of the pack over the whole range. */
  readonly written: readonly WrittenFile[];
  readonly files: number;
  readonly bytes: number;
}

export interface PackOptions {
  readonly signer?: Signer | undefined;
  /** Bytes of a zip above which each month becomes one of its own; what receivers take. */
  readonly mostInZip?: number | undefined;
}

const mostInZip = 100_000_000;

/** `output` ends in `.zip`, or is a folder that is not there yet or is empty. @throws SpillwayError */
export async function makePack(request: PackRequest, output: string, options: PackOptions = {}): Promise<MadePack> {
  const isZip = output.toLowerCase().endsWith(".zip");
  await refuseTaken(output, isZip);
  const staged = `${resolve(output)}.partial`;
  try {
    const whole = await stage(request, staged, options);
    if (!isZip) {
      if (existsSync(output)) await rmdir(output);
      await rename(staged, output);
      return { ...sizeOf(whole), outputs: [output] };
    }
    const { mostInZip: most = mostInZip } = options;
    const zipped = await zip(request, whole, staged);
    const months = monthsOf(request.question);
    if ((await stat(zipped)).size <= most || months.length === 1) {
      await rename(zipped, output);
      return { ...sizeOf(whole), outputs: [output] };
    }
    await rm(zipped);
    const parts: { readonly made: Staged; readonly zipped: string; readonly output: string }[] = [];
    for (const month of months) {
      const part = { ...request, question: { ...request.question, ...month } };
      const folder = `${staged}/${month.from.toISOString().slice(0, 7)}`;
      const made = await stage(part, folder, options);
      parts.push({ made, zipped: await zip(part, made, folder), output: partName(output, month.from) });
    }
    for (const part of parts) await rename(part.zipped, part.output);
    const sum = (of: "files" | "bytes"): number => parts.reduce((total, { made }) => total + sizeOf(made)[of], 0);
    return {
      ...sizeOf(whole),
      files: sum("files"),
      bytes: sum("bytes"),
      outputs: parts.map((part) => part.output),
    };
  } catch (cause) {
    if (systemCode(cause) === undefined || cause instanceof SpillwayError) throw cause;
    throw new SpillwayError(
      systemCode(cause) === "ENOSPC" ? "disk-full" : "output",
      `cannot write ${output}: ${messageOf(cause)}`,
      { next: "Check that you may write there, and that there is room for the pack twice.", cause },
    );
  } finally {
    await rm(staged, { recursive: true, force: true }).catch(() => undefined);
    await rm(`${staged}.zip`, { force: true }).catch(() => undefined);
  }
}

interface Staged {
  readonly pack: PackFolder;
  readonly summary: Summary;
}

function sizeOf({ pack: { files }, summary }: Staged): Omit<MadePack, "outputs"> {
  return { summary, written: files, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

/** The whole bag in a folder that is not its own yet. */
async function stage(request: PackRequest, folder: string, { signer }: PackOptions): Promise<Staged> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const pack = new PackFolder(folder);
  const { asOf, boundary } = request.question;
  const summary = await writePayload(pack, request);
  await pack.writeWhole(tagFiles.guide, asset("VERIFY.md"));
  await pack.writeWhole(tagFiles.verifier, asset("verify.py"));
  if (signer !== undefined)
    await pack.writeWhole(signatureFiles.publicKey, signer.publicKey.export({ format: "pem", type: "spki" }));
  await closeBag(pack, {
    description: summary.answer,
    group: boundary.name,
    date: asOf.toISOString().slice(0, 10),
    software: `Spillway ${version}`,
  });
  if (signer !== undefined) await signPack(pack, summary, signer);
  return { pack, summary };
}

async function zip({ question }: PackRequest, { pack }: Staged, folder: string): Promise<string> {
  const { boundary, from, to } = question;
  const paths = pack.files.map(({ path }) => path);
  await writeZip(`${folder}.zip`, folder, packName(boundary.name, from, to), paths);
  return `${folder}.zip`;
}

function partName(output: string, from: Date): string {
  return output.replace(/\.zip$/i, (end) => `-${from.toISOString().slice(0, 7)}${end}`);
}

/** Refuses an output that exists: a pack may have been handed over. */
async function refuseTaken(output: string, isZip: boolean): Promise<void> {
  if (!existsSync(dirname(resolve(output)))) {
    throw new SpillwayError("output", `there is no folder ${dirname(output)} to write ${output} into`, {
      next: "Make it first, or name another place with --output.",
    });
  }
  if (isZip || !existsSync(output)) return;
  const inside = await readdir(output).catch(() => ["a file"]);
  if (inside.length === 0) return;
  throw new SpillwayError("usage", `${output} is there already`, {
    next: "Name a new folder, or a file that ends in .zip, with --output.",
  });
}

function asset(name: string): Uint8Array {
  return readFileSync(new URL(`./assets/${name}`, import.meta.url));
}

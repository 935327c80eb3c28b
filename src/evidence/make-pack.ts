/** The making of an evidence pack: everything from one warehouse, and nothing under the final name until it is whole. */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import { version } from "../version.ts";
import { closeBag } from "./bag.ts";
import { packName, tagFiles } from "./layout.ts";
import { PackFolder } from "./pack-folder.ts";
import { type PackRequest, writePayload } from "./payload.ts";
import type { Summary } from "./summary.ts";
import { writeZip } from "./zip-writer.ts";

export interface MadePack {
  readonly summary: Summary;
  readonly files: number;
  readonly bytes: number;
}

/** `output` ends in `.zip`, or is a folder that is not there yet or is empty. @throws SpillwayError */
export async function makePack(request: PackRequest, output: string): Promise<MadePack> {
  const isZip = output.toLowerCase().endsWith(".zip");
  await refuseTaken(output, isZip);
  const staged = `${resolve(output)}.partial`;
  const zipped = `${staged}.zip`;
  try {
    await rm(staged, { recursive: true, force: true });
    await mkdir(staged, { recursive: true });
    const pack = new PackFolder(staged);
    const { from, to, asOf, boundary } = request.question;
    const summary = await writePayload(pack, request);
    await pack.writeWhole(tagFiles.guide, asset("VERIFY.md"));
    await pack.writeWhole(tagFiles.verifier, asset("verify.py"));
    const date = asOf.toISOString().slice(0, 10);
    await closeBag(pack, {
      description: summary.answer,
      group: boundary.name,
      date,
      software: `Spillway ${version}`,
    });
    const { files } = pack;
    if (isZip) {
      const paths = files.map(({ path }) => path);
      await writeZip(zipped, staged, packName(boundary.name, from, to), paths);
      await rename(zipped, output);
    } else {
      if (existsSync(output)) await rmdir(output);
      await rename(staged, output);
    }
    return { summary, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
  } catch (cause) {
    if (systemCode(cause) === undefined || cause instanceof SpillwayError) throw cause;
    throw new SpillwayError(
      systemCode(cause) === "ENOSPC" ? "disk-full" : "output",
      `cannot write ${output}: ${messageOf(cause)}`,
      { next: "Check that you may write there, and that there is room for the pack twice.", cause },
    );
  } finally {
    await rm(staged, { recursive: true, force: true }).catch(() => undefined);
    await rm(zipped, { force: true }).catch(() => undefined);
  }
}

/** A pack that was handed over is never written into again. */
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

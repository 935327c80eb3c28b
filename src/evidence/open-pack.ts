/** The opening of a pack, a folder or a zip, which is unpacked only for a while. */
import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SpillwayError } from "../errors.ts";
import { unpackZip } from "./unpack-zip.ts";

/** `look` gets the folder of the bag, or what keeps a zip from being one. @throws SpillwayError `usage` where nothing is there */
export async function withPack<T>(
  pack: string,
  look: (root: string) => Promise<T>,
  broken: (problems: readonly string[]) => T,
): Promise<T> {
  if (!existsSync(pack)) {
    throw new SpillwayError("usage", `there is no pack ${pack}`, { next: "Name its folder, or its zip." });
  }
  if (statSync(pack).isDirectory()) return await look(pack);
  const folder = await mkdtemp(join(tmpdir(), "spillway-"));
  try {
    const problems = await unpackZip(pack, folder);
    const [only, ...more] = await readdir(folder);
    if (problems.length > 0) return broken(problems);
    if (only === undefined || more.length > 0) return broken(["the zip does not hold one folder"]);
    return await look(join(folder, only));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

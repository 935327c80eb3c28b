/** Forgers who know BagIt: they change a pack and mend all of its manifests. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

let copies = 0;

/** A copy of a pack to be damaged. */
export function copyOf(pack: string): string {
  const to = `${pack}-copy-${copies++}`;
  cpSync(pack, to, { recursive: true });
  return to;
}

/** Puts other content in place. @throws Error if nothing changed: a test that changes nothing shows nothing */
export function forge(where: string, path: string, change: (content: string) => string): void {
  const before = readFileSync(join(where, path), "utf8");
  const after = change(before);
  if (after === before) throw new Error(`nothing was changed in ${path}`);
  writeFileSync(join(where, path), after);
  mend(where);
}

/** Takes files away as if they had never been there. */
export function drop(where: string, path: string): void {
  rmSync(join(where, path));
  const manifest = readFileSync(join(where, "manifest-sha256.txt"), "utf8");
  writeFileSync(join(where, "manifest-sha256.txt"), manifest.replace(new RegExp(`^.*  ${path}\n`, "m"), ""));
  mend(where);
}

function mend(where: string): void {
  const payload = readdirSync(join(where, "data"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).length);
  const oxum = `${payload.reduce((sum, size) => sum + size, 0)}.${payload.length}`;
  const info = readFileSync(join(where, "bag-info.txt"), "utf8");
  writeFileSync(join(where, "bag-info.txt"), info.replace(/^Payload-Oxum: .*$/m, `Payload-Oxum: ${oxum}`));
  for (const manifest of ["manifest-sha256.txt", "tagmanifest-sha256.txt"]) {
    const lines = readFileSync(join(where, manifest), "utf8").replaceAll(
      /^[0-9a-f]{64} {2}(.+)$/gm,
      (line, name: string) =>
        existsSync(join(where, name)) ? `${sha256(readFileSync(join(where, name)))}  ${name}` : line,
    );
    writeFileSync(join(where, manifest), lines);
  }
}

/** Python packages for tests that compare with a parser we did not write: a virtual environment in the temporary folder. */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The interpreter of an environment that has `requirement` (NAME==VERSION), or the reason why there is none. */
export function pythonWith(requirement: string): { readonly python: string } | { readonly missing: string } {
  const folder = join(tmpdir(), `spillway-python-${requirement.replaceAll(/[^a-z0-9.]+/gi, "-")}`);
  const python = join(folder, "bin", "python");
  const done = join(folder, "bin", "done");
  if (existsSync(done)) return { python };
  try {
    rmSync(folder, { recursive: true, force: true });
    execFileSync("python3", ["-m", "venv", folder], { stdio: "pipe", timeout: 60_000 });
    execFileSync(python, ["-m", "pip", "install", "--quiet", requirement], { stdio: "pipe", timeout: 150_000 });
    execFileSync("touch", [done]);
    return { python };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { missing: `cannot install ${requirement} from PyPI here: ${reason}` };
  }
}

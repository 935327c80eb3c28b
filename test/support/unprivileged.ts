/** Running the command line as a user without rights: root may read everything, and tests often run as root. */
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import type { CliRun } from "./run-cli.ts";
import { spawnCli } from "./spawn-cli.ts";

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

/** `spillway ARGS` by somebody to whom all below `folder` belongs, and nothing else. */
export async function runUnprivileged(args: readonly string[], folder: string): Promise<CliRun> {
  if (!isRoot) return await spawnCli(args).ended;
  execFileSync("chown", ["-R", String(nobody), folder]);
  chmodSync(folder, 0o755);
  return await spawnCli(args, { uid: nobody }).ended;
}

/** A copy of the tree into which one mutant at a time goes, and what the tests there say of it. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type Mutant, mutated, root } from "./catalogue.ts";

/** A mutant may well wait for ever: a test has this long, or several times what it took without one. */
const leastPatienceMs = 60_000;
const patience = 6;

const leftOut: ReadonlySet<string> = new Set(["node_modules", ".git", "dist", "bench", "docs"]);

/** The first test that failed and what it said; undefined: all passed. */
export interface Failure {
  readonly file: string;
  readonly test: string;
  readonly message: string;
}

export interface Tree extends Disposable {
  readonly folder: string;
}

export function copyTree(): Tree {
  const folder = mkdtempSync(join(tmpdir(), "spillway-mutant-"));
  const from = fileURLToPath(root);
  cpSync(from, folder, {
    recursive: true,
    filter: (path) => !(leftOut.has(basename(path)) && join(from, basename(path)) === path),
  });
  symlinkSync(join(from, "node_modules"), join(folder, "node_modules"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  return { folder, [Symbol.dispose]: remove };
}

/** Runs the test files of a mutant until one of them notices it, the fastest first. `seconds`: what each takes. */
export async function tryMutant(
  tree: Tree,
  mutant: Mutant,
  seconds: ReadonlyMap<string, number>,
  prefix: string,
): Promise<Failure | undefined> {
  const path = join(tree.folder, mutant.file);
  const sound = readFileSync(path, "utf8");
  const secondsOf = (test: string): number => seconds.get(test) ?? 0;
  writeFileSync(path, mutated(mutant));
  try {
    for (const test of mutant.tests.toSorted((a, b) => secondsOf(a) - secondsOf(b))) {
      const limitMs = Math.max(leastPatienceMs, 1000 * patience * secondsOf(test));
      const failure = await runTests(tree, test, prefix, limitMs);
      if (failure !== undefined) return failure;
    }
    return undefined;
  } finally {
    writeFileSync(path, sound);
  }
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      message: z.string().optional(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** One process for each file: the next one is not started for nothing. */
export async function runTests(
  { folder }: Tree,
  file: string,
  prefix: string,
  limitMs: number = Infinity,
): Promise<Failure | undefined> {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const command = [
    ...prefix.split(" ").filter((word) => word !== ""),
    process.execPath,
    join(folder, "node_modules", "vitest", "vitest.mjs"),
    "run",
    file,
    "--bail=1",
    "--maxWorkers=1",
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  const status = await exitOf(command, folder, limitMs);
  if (status === 0) return undefined;
  if (status === "too late") return { file, test: "", message: "it did not come to an end" };
  const results = existsSync(report) ? reportSchema.parse(JSON.parse(readFileSync(report, "utf8"))).testResults : [];
  const failed = results
    .flatMap(({ assertionResults }) => assertionResults)
    .find((result) => result.status === "failed");
  const message = failed?.failureMessages?.[0] ?? results.find((result) => result.status === "failed")?.message;
  return { file, test: failed?.fullName ?? "", message: (message ?? `exit code ${status}`).split("\n", 1)[0] ?? "" };
}

async function exitOf(
  [program = "", ...args]: readonly string[],
  cwd: string,
  limitMs: number,
): Promise<number | "too late"> {
  const child = spawn(program, args, { cwd, stdio: "ignore", detached: true });
  let isLate = false;
  const end = (): void => {
    // the whole group: the workers of a runner that is killed alone go on for ever
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  const late = (): void => {
    isLate = true;
    end();
  };
  const timer = limitMs === Infinity ? undefined : setTimeout(late, limitMs);
  process.once("exit", end);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(isLate ? "too late" : (code ?? 1)));
    });
  } finally {
    clearTimeout(timer);
    process.off("exit", end);
  }
}

/** Measuring whole processes: wall clock, CPU time and peak memory, and what comes of several runs. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Measurement {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly stdout: string;
}

const gnuTime = "/usr/bin/time";

/** Numbers that Linux keeps about a process, as last seen before it ended: the way out without GNU time. */
function readProc(pid: number): { readonly cpuMs: number; readonly peakMb: number } | undefined {
  try {
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return peak === undefined
      ? undefined
      : { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, peakMb: Number(peak) / 1024 };
  } catch {
    return undefined; // already gone
  }
}

/** Runs a command to its end and measures it. Fails if it fails, unless its exit code is one of `allowed`. */
export async function measure(
  command: readonly [string, ...string[]],
  allowed: readonly number[] = [0],
): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "spillway-measure-"));
  const figures = join(folder, "time");
  const hasTime = existsSync(gnuTime);
  const [program, ...args] = hasTime ? ([gnuTime, "-f", "%U %S %M", "-o", figures, ...command] as const) : command;
  try {
    const started = performance.now();
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    let seen = { cpuMs: Number.NaN, peakMb: Number.NaN };
    const { pid } = child;
    const timer = hasTime || pid === undefined ? undefined : setInterval(() => (seen = readProc(pid) ?? seen), 10);
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once("error", reject).once("close", resolve),
    );
    const wallMs = performance.now() - started;
    clearInterval(timer);
    if (code === null || !allowed.includes(code))
      throw new Error(`${command.join(" ")} ended with ${code}\n${stderr.slice(-2000)}`);
    if (!hasTime) return { wallMs, ...seen, stdout };
    // GNU time writes a line of its own before the figures when the exit code is not 0.
    const [user = "", system = "", peak = ""] =
      readFileSync(figures, "utf8").trim().split("\n").at(-1)?.split(" ") ?? [];
    return { wallMs, cpuMs: (Number(user) + Number(system)) * 1000, peakMb: Number(peak) / 1024, stdout };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Runs every contender once per round, in turns that begin with another one each time. */
export async function interleave<Name extends string>(
  names: readonly Name[],
  rounds: number,
  run: (name: Name) => Promise<Measurement>,
): Promise<ReadonlyMap<Name, readonly Measurement[]>> {
  const results = new Map<Name, Measurement[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      if (name !== undefined) results.get(name)?.push(await run(name));
    }
  }
  return results;
}

/** Median of the ratio a / b, taken round by round, so that what slows a whole round cancels out. */
export function medianRatio(a: readonly Measurement[], b: readonly Measurement[]): number {
  return median(a.map((measured, round) => measured.wallMs / (b[round]?.wallMs ?? Number.NaN)));
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map((_, index) => (index === 0 ? "---" : "---:")), ...rows];
  return `${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Median wall, CPU and peak memory as cells of a table. */
export function medianCells(runs: readonly Measurement[]): readonly [wall: string, cpu: string, peak: string] {
  return [
    seconds(median(runs.map((run) => run.wallMs))),
    seconds(median(runs.map((run) => run.cpuMs))),
    `${median(runs.map((run) => run.peakMb)).toFixed(0)} MB`,
  ];
}

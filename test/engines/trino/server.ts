/** The Trino server of a test run: started once for all files, stopped at the end; where there is none, its absence is said. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Empty where no server could be started. */
    readonly trinoUrl: string;
    /** Folder that the server sees as `local:///`. */
    readonly trinoStorage: string;
    readonly trinoMissing: string;
  }
}

/** Exit code of the script that says: nothing is broken, but there is no Java or no server here. */
const unavailable = 75;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const storage = mkdtempSync(join(tmpdir(), "spillway-trino-storage-"));
  const script = fileURLToPath(new URL("../../../scripts/trino-server.mjs", import.meta.url));
  const child = spawn(process.execPath, [script, "run", "--storage", storage], { stdio: ["pipe", "pipe", "pipe"] });
  const started = await readiness(child);
  // where the proof has to be made, its absence is a failure
  if (started.missing !== "" && process.env["SPILLWAY_TRINO_REQUIRED"] === "1")
    throw new Error(`no Trino server, and SPILLWAY_TRINO_REQUIRED is set: ${started.missing}`);
  project.provide("trinoStorage", storage);
  project.provide("trinoUrl", started.url);
  project.provide("trinoMissing", started.missing);
  if (started.missing !== "") console.warn(`tests on Trino are skipped: ${started.missing}`);
  return async () => {
    const ended = new Promise((done) => child.once("exit", done));
    if (child.exitCode === null) {
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(storage, { recursive: true, force: true });
  };
}

async function readiness(child: ChildProcess): Promise<{ url: string; missing: string }> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  return await new Promise((done, fail) => {
    let out = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const url = /^ready (\S+)$/m.exec(out)?.[1];
      if (url !== undefined) done({ url, missing: "" });
    });
    child.once("exit", (code) => {
      if (code === unavailable) done({ url: "", missing: said.trim().split("\n").at(-1) ?? "" });
      else fail(new Error(`the Trino server ended with ${String(code)} before it was ready:\n${said}`));
    });
  });
}

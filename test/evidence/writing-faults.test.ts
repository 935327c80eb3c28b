/** What can go wrong while a pack is written: nothing half stands under its name, and too large a zip becomes one for each month. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openWarehouse } from "../../src/engines/duckdb/engine.ts";
import { makePack } from "../../src/evidence/make-pack.ts";
import { resolveBoundary } from "../../src/report/boundary.ts";
import { loadCatalogue } from "../../src/report/catalogue.ts";
import { runCli } from "../support/run-cli.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { spawnCli } from "../support/spawn-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { evidence, ingestVerified, trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const warehouse = join(folder, "spillway.duckdb");
const disk = join(folder, "disk");
mkdirSync(disk);
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "spillway-test", disk]).status === 0;

beforeAll(async () => {
  expect((await ingestVerified(trailWithCalls(), warehouse)).code).toBe(0);
});
afterAll(() => {
  if (isMounted) spawnSync("umount", [disk]);
});

it.runIf(isMounted)("a disk that fills up leaves nothing but one line (needs the right to mount)", async () => {
  for (const output of [join(disk, "pack"), join(disk, "pack.zip")]) {
    const run = await evidence(warehouse, output);
    expect(run.stderr).toMatch(/cannot write .*pack.*(ENOSPC|no space)/);
    expect(run.code).toBe(1);
    expect(readdirSync(disk)).toEqual([]);
  }
});

it("a pack that is killed while it is written is not there, and the next one is whole", async () => {
  const output = join(folder, "killed");
  const range = ["--boundary", "eu", "--from", "2026-09-14", "--to", "2026-09-15"];
  const args = ["evidence", ...range, "--warehouse", warehouse, "--output", output];
  const { child, ended } = spawnCli(args);
  while (!existsSync(join(`${output}.partial`, "data")) && child.exitCode === null) await sleep(2);
  child.kill("SIGKILL");
  expect((await ended).signal).toBe("SIGKILL");
  expect(existsSync(output)).toBe(false);
  const next = await evidence(warehouse, output);
  expect(next.code).toBe(0);
  expect(existsSync(`${output}.partial`)).toBe(false);
  expect((await runCli(["evidence", "verify", output])).stdout).toBe("valid-unsigned\n");
});

it("a zip that grows too large becomes a whole pack for each month", async () => {
  const output = join(folder, "large.zip");
  const engine = await openWarehouse(warehouse, [], { drop: true });
  try {
    const question = {
      boundary: resolveBoundary("eu", undefined),
      from: new Date("2026-08-15T00:00:00Z"),
      to: new Date("2026-09-15T00:00:00Z"),
      asOf: new Date("2026-09-20T00:00:00Z"),
      protection: { drop: true } as const,
    };
    const request = { question, engine, catalogue: loadCatalogue(), signal: new AbortController().signal };
    const made = await makePack(request, output, { mostInZip: 1000 });
    expect(made.outputs).toEqual([join(folder, "large-2026-08.zip"), join(folder, "large-2026-09.zip")]);
    expect(made.summary.figures["invocations"]).toBe(12);
  } finally {
    await engine.close();
  }
  expect(existsSync(output)).toBe(false);
  expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  const said = [];
  for (const month of ["08", "09"]) {
    const run = await runCli(["evidence", "verify", join(folder, `large-2026-${month}.zip`)]);
    expect(run.stdout).toBe("valid-unsigned\n");
    said.push(/boundary eu: (met|not met|not shown)/.exec(run.stderr)?.[1]);
  }
  expect(said).toEqual(["not shown", "not met"]);
});

it("a file in the way is not written over, and a place without a folder is named", async () => {
  const taken = join(folder, "taken");
  writeFileSync(taken, "a letter");
  expect((await evidence(warehouse, taken)).code).toBe(2);
  expect(readFileSync(taken, "utf8")).toBe("a letter");
  rmSync(taken);
  const run = await evidence(warehouse, join(folder, "no", "folder", "pack"));
  expect(run.stderr).toMatch(/there is no folder/);
  expect(run.code).toBe(1);
});

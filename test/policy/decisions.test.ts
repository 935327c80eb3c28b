import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runTestLine } from "../../src/policy/test-line.ts";

/** Every line of a file of cases is decided as it says, with every reason. */
function decides(file: string): void {
  const lines = readFileSync(file, "utf8").trim().split("\n");
  it.each(lines.map((line, index) => [nameOf(line), line, index + 1] as const))("%s", async (_, text, line) => {
    const result = await runTestLine(text, {
      file,
      line,
      profiles: [],
      bundle: () => Promise.reject(new Error("no bundle is named here")),
    });
    expect(result.differences).toEqual([]);
    expect(result.pass).toBe(true);
  });
}

function nameOf(line: string): string {
  return /"id": ?"([^"]+)"/.exec(line)?.[1] ?? line.slice(0, 40);
}

describe("our own cases", () => decides(fileURLToPath(new URL("corpus/decisions.jsonl", import.meta.url))));

// beside the project, or beside the folder with its working trees
const shared = ["../../../shared/", "../../../../shared/"]
  .map((folder) => fileURLToPath(new URL(`${folder}data/policy-cases/cases.jsonl`, import.meta.url)))
  .find((file) => existsSync(file));
if (shared !== undefined) describe("the shared cases", () => decides(shared));

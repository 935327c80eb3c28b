/** What was not tested: every skipped test by name with its reason, and where nothing may be missing (CI=true) the run fails for it. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reporter, TestModule, Vitest } from "vitest/node";

export interface SkippedTest {
  readonly file: string;
  readonly title: string;
  readonly why: string | undefined;
}

/** Tests that some machines cannot run, whoever sets them up: file, part of the title, what they need. */
const allowed: readonly (readonly [file: string, title: string, needs: string])[] = [
  ["ingest/warehouse-faults.test.ts", "needs the right to mount", "the right to mount"],
  ["run/sixty-nights.test.ts", "needs the right to mount", "the right to mount"],
  ["evidence/writing-faults.test.ts", "needs the right to mount", "the right to mount"],
  ["ingest/sources/s3/odd-stores.test.ts", "where the tests do not run as root", "root"],
  ["run/side-files.test.ts", "where the tests do not run as root", "root"],
  ["docs/scheduling.test.ts", "systemd accepts", "systemd"],
  ["report/pdf/print-pdf.test.ts", "the message says what to install", "Linux"],
];

/** What is missing without an excuse. */
export function unexcused(skipped: readonly SkippedTest[]): readonly SkippedTest[] {
  return skipped.filter(
    ({ file, title }) => !allowed.some(([ofFile, ofTitle]) => file === ofFile && title.includes(ofTitle)),
  );
}

const testFolder = fileURLToPath(new URL("..", import.meta.url));

export default class SkipsReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // tests that were left out by their names are not missing
    if (this.#vitest?.config.testNamePattern !== undefined) return;
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].map((test): SkippedTest => {
        const result = test.result();
        const why = result.state === "skipped" ? result.note : undefined;
        const file = relative(testFolder, module.moduleId).replaceAll("\\", "/");
        return { file, title: test.fullName, why };
      }),
    );
    if (skipped.length === 0) return;
    const line = ({ file, title, why }: SkippedTest): string =>
      `  ${file}: ${title}${why === undefined ? "" : ` (${why})`}\n`;
    process.stderr.write(`\nNot tested here:\n${skipped.map(line).join("")}`);
    const missing = unexcused(skipped);
    if (process.env["CI"] !== "true" || missing.length === 0) return;
    process.exitCode = 1;
    process.stderr.write(`CI=true, and nothing excuses that these were skipped:\n${missing.map(line).join("")}`);
  }
}

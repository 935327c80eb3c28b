/** The second half of the proof that every rule is held: when all tests ran, the test of each rule ran and passed, or the run fails. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { rules } from "./rules.ts";

export interface RanTest {
  readonly title: string;
  readonly state: string;
}

type Rule = readonly [rule: string, file: string, test: string];

/** Rules whose test did not pass, each with what became of it. */
export function unheldRules(all: readonly Rule[], ran: ReadonlyMap<string, readonly RanTest[]>): readonly string[] {
  return all.flatMap(([rule, file, test]) => {
    const tests = ran.get(file);
    if (tests === undefined) return [`${rule}: ${file} did not run`];
    const named = tests.filter(({ title }) => plain(title).includes(shortened(test)));
    if (named.length === 0) return [`${rule}: no test "${test}" in ${file}`];
    const bad = named.find(({ state }) => state !== "passed");
    return bad === undefined ? [] : [`${rule}: "${test}" in ${file} was ${bad.state}`];
  });
}

/** Titles made of a field of a case are shown by the runner as values: apostrophes with a backslash, long ones cut. */
const plain = (title: string): string => title.replaceAll("\\'", "'");

function shortened(test: string): string {
  return test.length > 39 ? test.slice(0, 35) : test;
}

const testFolder = fileURLToPath(new URL("..", import.meta.url));

export default class RulesReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const vitest = this.#vitest;
    if (vitest === undefined || vitest.config.testNamePattern !== undefined) return;
    // a part of the files, chosen by name, shows nothing about the others
    if (modules.length < (await vitest.globTestSpecifications()).length) return;
    const ran = new Map(
      modules.map((module) => [
        relative(testFolder, module.moduleId).replaceAll("\\", "/"),
        [...module.children.allTests()].map((test) => ({ title: test.fullName, state: test.result().state })),
      ]),
    );
    const unheld = unheldRules(rules, ran);
    if (unheld.length === 0) return;
    process.exitCode = 1;
    process.stderr.write(`\nRules that no passed test holds:\n${unheld.map((line) => `  ${line}\n`).join("")}`);
  }
}

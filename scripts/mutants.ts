/**
 * The mutation run: it puts each mistake of scripts/mutants/*.json into a copy of the tree and sees whether a test notices.
 *
 *   npm run mutants                     all of them; what was found before, and has not changed since, is not tried again
 *   npm run mutants -- src/store fold   only those whose file, or whose mistake, contains one of these texts
 *   npm run mutants -- --check          only whether every mutant still fits
 *   npm run mutants -- --anew           whatever was found before
 *   npm run mutants -- --prefix "nice"  in front of each test command
 *
 * Exit codes: 0 fine · 1 fewer than nine of ten were noticed · 2 wrong usage, or a mutant that no longer fits its file · 3 a test that
 * fails without any mutant. The findings are kept in the folder for temporary files, or where --findings says.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { type Mutant, areaOf, markOf, misfit, readMutants, soundMarkOf } from "./mutants/catalogue.ts";
import { type Tree, copyTree, runTests, tryMutant } from "./mutants/trial.ts";

/** Two at once: on a machine of a few cores more of them make tests fail that wait for something. */
const trees = 2;
const wantedShare = 0.9;

const findingSchema = z.object({
  seconds: z.number(),
  by: z.object({ file: z.string(), test: z.string(), message: z.string() }).nullable(),
});
type MutantFinding = z.infer<typeof findingSchema>;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: "boolean", default: false },
    anew: { type: "boolean", default: false },
    prefix: { type: "string", default: "" },
    findings: { type: "string", default: join(tmpdir(), "spillway-mutants.json") },
  },
});

const mutants = readMutants().filter(
  ({ file, what }) =>
    positionals.length === 0 || positionals.some((text) => file.includes(text) || what.includes(text)),
);
/** By what they are now: a test may be edited while it is tried. */
const marks: ReadonlyMap<Mutant, string> = new Map(
  mutants.filter((each) => !misfit(each)).map((each) => [each, markOf(each)]),
);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
process.exitCode = !allFit() ? 2 : values.check ? 0 : await tryAll();

function allFit(): boolean {
  if (mutants.length === 0) {
    console.error(`No mutant's file or mistake contains ${positionals.join(", or ")}`);
    return false;
  }
  const wrong = mutants.flatMap((mutant) => {
    const why = misfit(mutant);
    return why === undefined ? [] : [`${mutant.file}: ${mutant.what}: ${why}`];
  });
  if (wrong.length > 0) console.error(`Mutants that do not fit:\n${wrong.map((line) => `  ${line}`).join("\n")}`);
  return wrong.length === 0;
}

async function tryAll(): Promise<number> {
  const found = new Map<string, MutantFinding>(values.anew ? [] : readFindings());
  const open = mutants.filter((mutant) => !found.has(markBefore(mutant)));
  console.log(`${mutants.length} mutants, ${open.length} of them to be tried`);
  const copies = Array.from({ length: Math.min(trees, open.length) }, copyTree);
  try {
    const seconds = await timeTests(copies, [...new Set(open.flatMap(({ tests }) => tests))], found);
    if (seconds === undefined) return 3;
    await share(copies, open, async (tree, mutant) => {
      const start = performance.now();
      const by = (await tryMutant(tree, mutant, seconds, values.prefix)) ?? null;
      const finding = { seconds: Math.round((performance.now() - start) / 100) / 10, by };
      found.set(markBefore(mutant), finding);
      keep(found);
      console.log(lineOf(mutant, finding));
    });
  } finally {
    for (const copy of copies) copy[Symbol.dispose]();
  }
  return summed(found);
}

function markBefore(mutant: Mutant): string {
  return marks.get(mutant) ?? "";
}

/** A test that fails anyway would notice everything. Undefined if there is one. */
async function timeTests(
  copies: readonly Tree[],
  tests: readonly string[],
  found: Map<string, MutantFinding>,
): Promise<ReadonlyMap<string, number> | undefined> {
  const seconds = new Map<string, number>();
  let hasFailed = false;
  await share(copies, tests, async (tree, test) => {
    const mark = soundMarkOf(test);
    const start = performance.now();
    const known = found.get(mark)?.seconds;
    const failure = known === undefined ? await runTests(tree, test, values.prefix) : undefined;
    seconds.set(test, known ?? (performance.now() - start) / 1000);
    if (failure === undefined) {
      found.set(mark, { seconds: seconds.get(test) ?? 0, by: null });
      keep(found);
      return;
    }
    hasFailed = true;
    console.error(`without any mutant ${test} fails: ${failure.test}: ${failure.message}`);
  });
  return hasFailed ? undefined : seconds;
}

/** Each tree takes the next item as soon as it is free. */
async function share<T>(
  copies: readonly Tree[],
  items: readonly T[],
  work: (tree: Tree, item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    copies.map(async (tree) => {
      for (const item of rest) await work(tree, item);
    }),
  );
}

function keep(found: ReadonlyMap<string, MutantFinding>): void {
  writeFileSync(values.findings, JSON.stringify([...found]));
}

function readFindings(): readonly [string, MutantFinding][] {
  if (!existsSync(values.findings)) return [];
  return z.array(z.tuple([z.string(), findingSchema])).parse(JSON.parse(readFileSync(values.findings, "utf8")));
}

function lineOf({ file, what }: Mutant, { seconds, by }: MutantFinding): string {
  const told = by === null ? "" : `\n             ${by.file}: ${by.test}: ${by.message.slice(0, 120)}`;
  return `${by === null ? "SURVIVED" : "killed  "} ${seconds.toFixed(1).padStart(6)} s  ${file}: ${what}${told}`;
}

function summed(found: ReadonlyMap<string, MutantFinding>): number {
  const areas = new Map<string, { all: number; killed: number }>();
  const survivors: Mutant[] = [];
  for (const mutant of mutants) {
    const area = areas.get(areaOf(mutant)) ?? { all: 0, killed: 0 };
    const isKilled = (found.get(markBefore(mutant))?.by ?? null) !== null;
    areas.set(areaOf(mutant), { all: area.all + 1, killed: area.killed + (isKilled ? 1 : 0) });
    if (!isKilled) survivors.push(mutant);
  }
  const killed = mutants.length - survivors.length;
  console.log("\nfolder         mutants  killed  survived");
  for (const [area, { all, killed: dead }] of [...areas, ["all", { all: mutants.length, killed }] as const])
    console.log(
      `${area.padEnd(14)} ${String(all).padStart(7)} ${String(dead).padStart(7)} ${String(all - dead).padStart(9)}`,
    );
  console.log(`kill rate ${((100 * killed) / mutants.length).toFixed(1)} %`);
  for (const { file, what } of survivors) console.log(`survived: ${file}: ${what}`);
  return killed / mutants.length >= wantedShare ? 0 : 1;
}

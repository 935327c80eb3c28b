/** The payload of a pack: the files of `data/`, each with the statement that made it. */
import type { Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";
import type { Report } from "../report/catalogue.ts";
import { send } from "../report/formats/format.ts";
import { buildPage } from "../report/page/build-page.ts";
import { pageHead } from "../report/page/head.ts";
import { renderPage } from "../report/page/page.ts";
import { writeResult } from "../report/results/write-result.ts";
import { type Scope, applyScopeWherePossible } from "../sql/scope.ts";
import { version } from "../version.ts";
import { type Clause, clauseRows } from "../reference/clauses.ts";
import { writeDigests } from "./digest-files.ts";
import { callsByLog, logInputs, tokensByLog } from "./log-statements.ts";
import { oscalOf } from "./oscal.ts";
import type { PackFolder } from "./pack-folder.ts";
import { writeReferenceFiles } from "./reference-files.ts";
import {
  countries,
  digests,
  inTotalOrder,
  inputs,
  listedRanges,
  missingLogs,
  publicKeys,
  invocationRows,
  months,
  outsideRows,
  wholeTables,
} from "./statements.ts";
import { type Question, type Summary, personalDataOf, summarize } from "./summary.ts";

export interface PackRequest {
  readonly question: Question;
  /** Over relations in which people are protected as the question says. */
  readonly engine: Engine;
  readonly catalogue: ReadonlyMap<string, Report>;
  readonly signal: AbortSignal;
  /** Clauses in place of the map that ships. */
  readonly clauses?: readonly Clause[] | undefined;
}

type PackFormat = "csv" | "parquet";

export async function writePayload(pack: PackFolder, request: PackRequest): Promise<Summary> {
  const { question, engine, catalogue, signal, clauses } = request;
  const { from, to, asOf, boundary, protection } = question;
  const scope: Scope = { from, to, asOf, boundary: boundary.regions };
  const within = (part: Scope) => (sql: string) => applyScopeWherePossible(sql, part, engine.qualify);
  const scoped = within(scope);
  const write = async (file: string, sql: string, kinds: readonly PackFormat[]): Promise<void> => {
    for (const kind of kinds) {
      const result = await engine.run(sql, signal, file);
      await pack.write(`data/${file}.${kind}`, (stdout) => writeResult(result, { stdout }, { format: kind, signal }));
    }
    await pack.writeWhole(`data/sql/${file}.sql`, `${sql}\n`);
  };

  const claims = catalogue.get("claims");
  if (claims === undefined) throw new Error("the catalogue has no report claims");
  const summary = await summarize(question, claims, { engine, scoped, signal });
  await pack.writeWhole("data/summary.json", `${JSON.stringify(summary, null, 2)}\n`);

  await write("rows/invocations", scoped(invocationRows(engine.qualify)), ["parquet"]);
  for (const { month } of await plainRows(await engine.run(scoped(months()), signal, "months"))) {
    const part = monthOf(String(month), from, to);
    await write(`rows/invocations-${String(month)}`, within({ ...scope, ...part })(invocationRows(engine.qualify)), [
      "csv",
    ]);
  }
  await write("rows/outside-boundary", scoped(outsideRows(engine.qualify)), ["csv", "parquet"]);
  for (const report of catalogue.values())
    await write(`reports/${report.name}`, inTotalOrder(scoped(report.sql)), ["csv", "parquet"]);
  await write("countries", scoped(countries()), ["csv", "parquet"]);
  await write("inputs", scoped(inputs(engine.qualify)), ["csv"]);
  await write("invocation-log-inputs", scoped(logInputs(engine.qualify)), ["csv"]);
  await write("calls-by-invocation-log", scoped(callsByLog(engine.qualify)), ["csv"]);
  await write("tokens-by-invocation-log", scoped(tokensByLog(engine.qualify)), ["csv"]);
  const chain = { digests: scoped(digests(question, engine.qualify)), keys: scoped(publicKeys(question)) };
  await writeDigests(pack, engine, chain, signal);
  await pack.writeWhole("data/sql/integrity/signatures.sql", `${chain.digests}\n`);
  await write("integrity/missing-logs", missingLogs(question, engine.qualify), ["csv"]);
  await write("reference/listed-ranges", listedRanges(), ["csv"]);
  for (const [file, sql] of wholeTables) await write(file, sql, ["csv"]);
  await writeReferenceFiles(pack, clauses);

  await pack.writeWhole("data/config.json", `${JSON.stringify(configOf(question), null, 2)}\n`);
  const head = pageHead({ scope, boundaryName: boundary.name, engine: engine.name, protection });
  const page = await buildPage({ engine, catalogue, statement: ({ sql }) => scoped(sql), head, signal });
  await pack.write("data/report.html", (output) => send(output, renderPage(page)));
  const oscal = oscalOf(summary, clauses ?? clauseRows(), pack.files);
  await pack.writeWhole("data/assessment-results.oscal.json", `${JSON.stringify(oscal, null, 2)}\n`);
  return summary;
}

/** A month of the calendar, as far as it lies in the range. */
function monthOf(month: string, from: Date, to: Date): Pick<Scope, "from" | "to"> {
  const first = new Date(`${month}-01T00:00:00Z`);
  const next = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1));
  return { from: first > from ? first : from, to: next < to ? next : to };
}

/** The parameters behind every statement of the pack. */
function configOf({ boundary, from, to, asOf, protection }: Question): object {
  return {
    spillway: version,
    engine: "duckdb",
    from: from.toISOString(),
    to: to.toISOString(),
    asOf: asOf.toISOString(),
    boundary: { name: boundary.name, regions: boundary.regions.toSorted() },
    personalData: personalDataOf(protection),
    keepUsers: protection?.keepUsers === true,
  };
}

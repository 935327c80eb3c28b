/** The proof that every DuckDB client reads the published file as Spillway does, or refuses it in words. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WarehouseReader } from "../../src/store/reader.ts";
import { plainRows } from "../../src/engines/result.ts";
import { type ClientAnswer, type Relations, duckDbClients, readWith } from "../support/duckdb-client.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

/** Lines before 1.4 cannot read the file's format and say so. */
const refusing = /^(?:python|jdbc) 1\.[123]\./;
const refusal = /version/;

const clients = duckDbClients();
const required = process.env["SPILLWAY_DUCKDB_CLIENTS_REQUIRED"] === "1";
const answers = new Map<string, ClientAnswer>();

const folder = temporaryFolder();
const file = join(folder, "spillway.duckdb");
let ours: Relations = {};
beforeAll(async () => {
  const made = await runCli(["demo", "--folder", folder]);
  expect(made.code).toBe(0);
  ours = await ownRelations();
});

afterAll(() => console.info(`DuckDB clients on the published file of the demo\n${matrixText()}`));

describe.each(clients)("$name", (client) => {
  const { name, missing } = client;
  if (missing !== null && !required) {
    console.warn(`the DuckDB client ${name} is skipped: ${missing}`);
    it.skip(`reads rightly or refuses (${missing})`);
    return;
  }

  it("reads every table and view as Spillway does, or refuses", () => {
    expect(missing, "SPILLWAY_DUCKDB_CLIENTS_REQUIRED is set").toBeNull();
    const answer = readWith(client, file);
    answers.set(name, answer);
    if (refusing.test(name)) {
      expect("refused" in answer && answer.refused).toMatch(refusal);
      return;
    }
    if ("refused" in answer) throw new Error(answer.refused);
    expect(Object.keys(answer.relations).toSorted()).toEqual(Object.keys(ours).toSorted());
    for (const [relation, rows] of Object.entries(answer.relations))
      expect(sorted(rows), relation).toEqual(sorted(ours[relation] ?? []));
  });
});

it("the demo has rows in its tables and views", () => {
  expect(Object.keys(ours).length).toBeGreaterThan(15);
  expect(ours["main.invocation"]?.length).toBeGreaterThan(1000);
  expect(ours["main.region_flow"]?.length).toBeGreaterThan(10);
});

function isEqual(one: Relations[string] = [], other: Relations[string] = []): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** Reports are in an order; tables are in none. */
function sorted(rows: Relations[string]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

/** Rows: tables and views. Columns: clients. */
function matrixText(): string {
  const names = [...answers.keys()];
  const cell = (answer: ClientAnswer | undefined, relation: string): string => {
    if (answer === undefined || "refused" in answer) return "refused";
    return isEqual(answer.relations[relation], ours[relation]) ? "right" : "WRONG";
  };
  const rows = Object.keys(ours)
    .toSorted()
    .map((relation) => [relation, ...names.map((name) => cell(answers.get(name), relation))]);
  const lines = [["", ...names], ["", ...names].map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const reasons = [...answers].flatMap(([name, answer]) =>
    "refused" in answer ? [`${name}: ${answer.refused.split("\n")[0] ?? ""}`] : [],
  );
  return [...lines, ...reasons].join("\n");
}

async function ownRelations(): Promise<Relations> {
  await using reader = await WarehouseReader.open(file, { threads: 1 });
  const rowsOf = async (sql: string): Promise<(string | null)[][]> => {
    const rows = await plainRows(await reader.query(sql));
    return rows.map((row) => Object.values(row).map(textOf));
  };
  const names = await rowsOf(
    "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal",
  );
  const relations: Record<string, (string | null)[][]> = {};
  for (const [schema = "", name = ""] of names)
    relations[`${schema}.${name}`] = await rowsOf(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM "${schema}"."${name}"`);
  return relations;
}

function textOf(cell: unknown): string | null {
  return cell === null || typeof cell === "string" ? cell : JSON.stringify(cell);
}

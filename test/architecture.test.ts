import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src", import.meta.url));

/**
 * Which folders a folder imports from, besides itself; "." are the files of src itself. Each line names only folders of the lines
 * above it, so there is no way round.
 */
const directions: readonly (readonly [folder: string, imports: readonly string[]])[] = [
  [".", []],
  ["columnar", []],
  ["schema", []],
  ["reference", []],
  ["policy", []],
  ["policy/lint", ["policy"]],
  ["policy/suggest", ["policy"]],
  ["sql", [".", "schema"]],
  ["aws", [".", "reference"]],
  ["aws/s3", [".", "aws"]],
  ["parse", [".", "columnar", "reference", "schema"]],
  ["integrity", [".", "aws", "aws/s3", "parse"]],
  ["privacy", []],
  ["store", [".", "privacy", "reference", "schema", "sql"]],
  ["engines/raw-logs", [".", "reference", "schema", "sql"]],
  ["engines", ["schema"]],
  ["engines/duckdb", ["engines", "privacy", "store"]],
  ["engines/athena", [".", "aws", "aws/s3", "engines", "engines/raw-logs", "schema", "sql"]],
  ["engines/trino", [".", "engines", "engines/raw-logs", "sql"]],
  ["ingest/listing", ["aws", "store"]],
  ["ingest/sources/s3", [".", "aws", "aws/s3", "ingest/listing"]],
  ["ingest/sources/invocation-logs", [".", "aws/s3", "ingest/listing"]],
  ["ingest/sources/lookup-events", [".", "aws", "ingest/listing", "reference"]],
  ["ingest/sources/athena", [".", "aws/s3", "engines/athena", "engines/raw-logs", "ingest/listing", "schema", "sql"]],
  [
    "ingest/sources",
    [
      ".",
      "aws",
      "aws/s3",
      "ingest/listing",
      "ingest/sources/athena",
      "ingest/sources/invocation-logs",
      "ingest/sources/lookup-events",
      "ingest/sources/s3",
    ],
  ],
  ["ingest", [".", "aws/s3", "columnar", "ingest/listing", "integrity", "parse", "store"]],
  ["report", [".", "engines", "reference", "sql"]],
  ["report/page/markup", ["engines", "report"]],
  ["report/page/data", [".", "engines", "report"]],
  ["report/page/charts", ["report", "report/page/markup"]],
  ["report/page/sections", [".", "engines", "report", "report/page/charts", "report/page/data", "report/page/markup"]],
  [
    "report/page",
    [
      ".",
      "engines",
      "privacy",
      "reference",
      "report",
      "report/page/data",
      "report/page/markup",
      "report/page/sections",
      "sql",
    ],
  ],
  ["report/formats", [".", "columnar", "engines", "report", "report/page", "report/page/data", "schema"]],
  ["report/results", [".", "engines", "report", "report/formats", "report/page", "sql"]],
  ["report/overview", [".", "engines", "report"]],
  ["report/policies", [".", "engines", "policy", "reference", "sql"]],
  ["report/pdf", [".", "report"]],
  [
    "evidence",
    [
      ".",
      "aws",
      "engines",
      "integrity",
      "parse",
      "privacy",
      "reference",
      "report",
      "report/formats",
      "report/page",
      "report/results",
      "sql",
    ],
  ],
  ["probe", [".", "aws", "policy", "reference"]],
  ["probe/preflight", [".", "aws", "policy", "probe"]],
  [
    "probe/calls",
    [
      ".",
      "aws",
      "engines",
      "engines/duckdb",
      "ingest",
      "ingest/listing",
      "ingest/sources/lookup-events",
      "parse",
      "policy",
      "sql",
    ],
  ],
  ["config", [".", "ingest/sources", "ingest/sources/invocation-logs", "report/formats"]],
  [
    "run",
    [
      ".",
      "aws",
      "aws/s3",
      "config",
      "engines",
      "engines/duckdb",
      "evidence",
      "ingest",
      "ingest/listing",
      "ingest/sources",
      "privacy",
      "reference",
      "report",
      "report/formats",
      "report/overview",
      "report/page",
      "report/page/data",
      "report/policies",
      "report/results",
      "sql",
      "store",
    ],
  ],
  ["demo", ["."]],
  [
    "cli/flags",
    [
      ".",
      "aws",
      "engines",
      "engines/athena",
      "engines/duckdb",
      "engines/raw-logs",
      "engines/trino",
      "ingest/listing",
      "ingest/sources",
      "ingest/sources/s3",
      "policy",
      "privacy",
      "probe/calls",
      "probe/preflight",
      "reference",
      "report",
      "report/formats",
      "report/results",
      "sql",
    ],
  ],
  [
    "cli",
    [
      ".",
      "aws",
      "aws/s3",
      "cli/flags",
      "config",
      "demo",
      "engines",
      "engines/athena",
      "engines/duckdb",
      "engines/raw-logs",
      "evidence",
      "ingest",
      "ingest/listing",
      "ingest/sources",
      "ingest/sources/s3",
      "integrity",
      "policy",
      "policy/lint",
      "policy/suggest",
      "privacy",
      "probe",
      "probe/calls",
      "probe/preflight",
      "reference",
      "report",
      "report/formats",
      "report/overview",
      "report/page",
      "report/page/data",
      "report/pdf",
      "report/policies",
      "report/results",
      "run",
      "sql",
      "store",
    ],
  ],
];

/** The library's list of exports stands above everything. */
const entry = "index.ts";
const longest = 300;
const awsFolders: readonly string[] = ["aws", "aws/s3"];

interface Import {
  readonly from: string;
  /** A file below src, or a package. */
  readonly to: string;
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .toSorted();

const texts: ReadonlyMap<string, string> = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));

/** Types and modules that load late are imports too. */
function importsOf(file: string, text: string): Import[] {
  const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|^import\s+)"([^"\n]+)"/gm);
  return [...found].map(([, to = ""]) => ({
    from: file,
    to: to.startsWith(".") ? join(dirname(file), to).replaceAll("\\", "/") : to,
  }));
}

const imports = files.flatMap((file) => importsOf(file, texts.get(file) ?? ""));
const inside = imports.filter(({ to }) => texts.has(to));

const isPackage = (to: string, name: string): boolean => to === name || to.startsWith(`${name}/`);

/** A circle among what `file` reaches, as a path, or nothing. */
function findCircle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): readonly string[] => {
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    if (done.has(node)) return [];
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle.length > 0) return circle;
    }
    done.add(node);
    return [];
  };
  for (const node of edges.keys()) {
    const circle = visit(node, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

describe("the source", () => {
  it("was read: files, and imports of each kind", () => {
    expect(files).toContain("parse/record.ts");
    const seen = imports.map(({ from, to }) => `${from} ${to}`);
    expect(seen).toContain("store/duck.ts duckdb");
    // a type, and one that loads late
    expect(seen).toContain("engines/athena/connection.ts aws/call.ts");
    expect(seen).toContain("ingest/fetch.ts aws/s3/fetch-object.ts");
    expect(imports.filter(({ to }) => to.endsWith(".ts") && !texts.has(to))).toEqual([]);
  });

  it("knows no folder that the table does not", () => {
    const folders = [...new Set(files.map((file) => dirname(file)))];
    expect(folders.toSorted()).toEqual(directions.map(([folder]) => folder).toSorted());
  });

  it("has a table that goes one way", () => {
    const above: string[] = [];
    for (const [folder, allowed] of directions) {
      expect(
        allowed.filter((other) => !above.includes(other)),
        folder,
      ).toEqual([]);
      above.push(folder);
    }
  });

  it("imports in the directions of the table alone", () => {
    const allowed = new Map(directions);
    const wrong = inside.filter(({ from, to }) => {
      const [here, there] = [dirname(from), dirname(to)];
      return from !== entry && (to === entry || (here !== there && allowed.get(here)?.includes(there) !== true));
    });
    expect(wrong).toEqual([]);
  });

  it("has a table without an arrow that nobody uses", () => {
    const used = new Set(inside.map(({ from, to }) => `${dirname(from)} -> ${dirname(to)}`));
    const arrows = directions.flatMap(([folder, allowed]) => allowed.map((other) => `${folder} -> ${other}`));
    expect(arrows.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  it("has no circle between files", () => {
    const edges = new Map(
      files.map((file) => [file, inside.filter(({ from }) => from === file).map(({ to }) => to)] as const),
    );
    expect(findCircle(edges)).toEqual([]);
  });

  it("would see a circle", () => {
    const edges = new Map([
      ["a", ["b"]],
      ["b", ["c", "d"]],
      ["c", []],
      ["d", ["b"]],
    ]);
    expect(findCircle(edges)).toEqual(["b", "d", "b"]);
  });

  it("leaves DuckDB to the store", () => {
    const users = imports.filter(({ to }) => isPackage(to, "duckdb") || to.startsWith("@duckdb/"));
    expect(users.filter(({ from }) => dirname(from) !== "store")).toEqual([]);
  });

  it("leaves Arrow to its format", () => {
    const users = imports.filter(({ to }) => isPackage(to, "apache-arrow"));
    expect([...new Set(users.map(({ from }) => from))]).toEqual(["report/formats/arrow.ts"]);
  });

  it("leaves AWS's clients to the folders that reach AWS", () => {
    const users = imports.filter(({ to }) => to.startsWith("@aws-sdk/") || to.startsWith("@smithy/"));
    expect(users.filter(({ from }) => !awsFolders.includes(dirname(from)))).toEqual([]);
    expect(awsFolders.filter((folder) => !users.some(({ from }) => dirname(from) === folder))).toEqual([]);
  });
});

describe.each(files)("%s", (file) => {
  const text = texts.get(file) ?? "";

  it("is short, says what it is for, and has a plain name", () => {
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(longest);
    // a program's first line may be for the shell
    expect(text.replace(/^#!.*\n/, "")).toMatch(/^\/\*\*(?:\n \*)? [A-Z`]/);
    expect(basename(file)).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/);
  });
});

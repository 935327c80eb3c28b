/** Made-up pages: results of the known reports from a list of calls, added up here and not by SQL. */
import type { Cell, ResultType } from "../../../src/engines/engine.ts";
import { loadCatalogue } from "../../../src/report/catalogue.ts";
import { collectReport } from "../../../src/report/page/data/collect.ts";
import type { PageData, PageHead, ReportTable } from "../../../src/report/page/data/page-data.ts";
import { regionRows } from "../../../src/reference/regions.ts";

export type MadeRow = Readonly<Record<string, Cell>>;

export interface MadeReport {
  readonly name: string;
  readonly rows: readonly MadeRow[];
  /** For reports that are not in the catalogue. */
  readonly columns?: readonly string[];
  readonly title?: string;
  readonly answers?: string;
  readonly sql?: string;
  /** Columns whose type their name does not tell. */
  readonly types?: Readonly<Record<string, ResultType>>;
}

const types: readonly (readonly [pattern: RegExp, type: ResultType])[] = [
  [/_seen$|^bucket$|^newest_|_at$/, "timestamp"],
  [/(^|_)(share|rate)$|_hours$/, "double"],
  [/^explicit$/, "boolean"],
  [
    /^(invocations|via_profile|known|spilled|unknown|denied|throttled|failed|inside|outside|principals|accounts|count|objects|records|bedrock_events|without_count)$|_tokens$|^(calls|tokens)_/,
    "bigint",
  ],
];

export function typeOf(column: string): ResultType {
  return types.find(([pattern]) => pattern.test(column))?.[1] ?? "text";
}

export const head: PageHead = {
  boundary: { name: "eu", regions: ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3", "eu-south-1"] },
  engine: "duckdb",
  version: "0.0.0",
  references: [{ what: "Regions", asOf: "2026-11-23" }],
};

export async function madePage(reports: readonly MadeReport[], changes: Partial<PageHead> = {}): Promise<PageData> {
  const catalogue = loadCatalogue();
  const tables: ReportTable[] = [];
  let facts: PageData["facts"] = {};
  for (const made of reports) {
    const known = catalogue.get(made.name);
    const names = made.columns ?? known?.columns.map((column) => column.name) ?? [];
    const collected = await collectReport({
      name: made.name,
      title: made.title ?? known?.title ?? made.name,
      answers: made.answers ?? known?.answers ?? "",
      limits: known?.limits,
      sql: made.sql ?? known?.sql ?? "SELECT 1",
      columns: names.map((name) => ({
        name,
        type: made.types?.[name] ?? typeOf(name),
        doc: known?.columns.find((column) => column.name === name)?.doc ?? "",
      })),
      rows: cellsOf(made.rows, names),
    });
    tables.push(collected.table);
    facts = { ...facts, ...collected.facts };
  }
  return { head: { ...head, ...changes }, regions: regionRows(), tables, facts, omitted: [] };
}

async function* cellsOf(rows: readonly MadeRow[], columns: readonly string[]): AsyncGenerator<readonly Cell[]> {
  await Promise.resolve();
  for (const row of rows) yield columns.map((column) => row[column] ?? null);
}

export interface MadeCall {
  readonly day: number;
  readonly source: string;
  /** Null: not known. */
  readonly served: string | null;
  readonly principal: string;
  readonly calls: number;
}

const dayUs = 86_400_000_000n;
const start = BigInt(Date.UTC(2026, 8, 1)) * 1000n;

/** The rows of the known reports, from calls that all went through one profile. */
export function reportsOf(
  calls: readonly MadeCall[],
  boundary: readonly string[] = head.boundary?.regions ?? [],
): MadeReport[] {
  const total = (some: readonly MadeCall[]): bigint => some.reduce((sum, call) => sum + BigInt(call.calls), 0n);
  const times = (some: readonly MadeCall[]): MadeRow => ({
    first_seen: start + BigInt(Math.min(...some.map((call) => call.day))) * dayUs,
    last_seen: start + BigInt(Math.max(...some.map((call) => call.day))) * dayUs,
  });
  const counts = (some: readonly MadeCall[]): MadeRow => {
    const known = total(some.filter((call) => call.served !== null));
    const spilled = total(some.filter((call) => call.served !== null && call.served !== call.source));
    return {
      invocations: total(some),
      via_profile: total(some),
      known,
      spilled,
      spill_rate: known === 0n ? null : Number(spilled) / Number(known),
      unknown: total(some) - known,
      denied: 0n,
      throttled: 0n,
      failed: 0n,
      served_regions: [...new Set(some.flatMap((call) => call.served ?? []))].toSorted().join(", "),
      input_tokens: total(some) * 1000n,
      output_tokens: total(some) * 200n,
    };
  };
  const grouped = (key: (call: MadeCall) => unknown): (readonly MadeCall[])[] => {
    const groups = new Map<string, MadeCall[]>();
    for (const call of calls) {
      const group = groups.get(JSON.stringify(key(call))) ?? [];
      groups.set(JSON.stringify(key(call)), group);
      group.push(call);
    }
    return [...groups.values()];
  };
  const bySize = (a: readonly MadeCall[], b: readonly MadeCall[]): number => Number(total(b) - total(a));
  const one = (group: readonly MadeCall[]): MadeCall =>
    group[0] ?? { day: 0, source: "", served: null, principal: "", calls: 0 };
  const account = (principal: string): string => /:(\d{12}):/.exec(principal)?.[1] ?? "111122223333";
  const outside = (call: MadeCall): boolean => call.served !== null && !boundary.includes(call.served);
  const knownOf = new Map<string, bigint>();
  for (const { source, served, calls: some } of calls)
    if (served !== null) knownOf.set(source, (knownOf.get(source) ?? 0n) + BigInt(some));
  const regions = grouped((call) => [call.source, call.served]);
  return [
    {
      name: "spillover-by-region",
      rows: regions.toSorted(bySize).map((group) => {
        const { source, served } = one(group);
        const { invocations, via_profile, spilled } = counts(group);
        const known = knownOf.get(source) ?? 0n;
        return {
          source_region: source,
          served_region: served,
          invocations: invocations ?? 0n,
          via_profile: via_profile ?? 0n,
          spilled: spilled ?? 0n,
          share: served === null ? null : Number(total(group)) / Number(known),
          principals: BigInt(new Set(group.map((call) => call.principal)).size),
          accounts: 1n,
          ...times(group),
        };
      }),
    },
    {
      name: "spillover-by-principal",
      rows: grouped((call) => call.principal)
        .toSorted((a, b) => Number(counts(b)["spilled"]) - Number(counts(a)["spilled"]))
        .map((group) => ({
          principal: one(group).principal,
          principal_type: "AssumedRole",
          account_id: account(one(group).principal),
          ...counts(group),
        })),
    },
    {
      name: "spillover-by-model",
      rows:
        calls.length === 0
          ? []
          : [
              {
                profile_id: "eu.anthropic.claude-sonnet-4-6",
                profile_scope: "eu",
                model: "anthropic.claude-sonnet-4-6",
                provider: "anthropic",
                ...counts(calls),
              },
            ],
    },
    {
      name: "boundary-violations",
      rows: grouped((call) => [call.served, call.principal])
        .filter((group) => outside(one(group)))
        .toSorted(bySize)
        .map((group) => ({
          served_region: one(group).served,
          country: regionRows().find((row) => row.region === one(group).served)?.country ?? null,
          principal: one(group).principal,
          account_id: account(one(group).principal),
          profile_id: "eu.anthropic.claude-sonnet-4-6",
          invocations: total(group),
          ...times(group),
        })),
    },
    {
      name: "boundary-timeline",
      rows: grouped((call) => call.day)
        .toSorted((a, b) => one(a).day - one(b).day)
        .map((group) => ({
          bucket: start + BigInt(one(group).day) * dayUs,
          invocations: total(group),
          inside: total(group.filter((call) => call.served !== null && !outside(call))),
          outside: total(group.filter(outside)),
          unknown: total(group.filter((call) => call.served === null)),
        })),
    },
    {
      name: "spillover-timeline",
      rows: grouped((call) => [call.day, call.source])
        .toSorted((a, b) => one(a).day - one(b).day)
        .map((group) => ({
          bucket: start + BigInt(one(group).day) * dayUs,
          source_region: one(group).source,
          ...counts(group),
        })),
    },
    { name: "denials", rows: [] },
    { name: "coverage", rows: [] },
    { name: "unobservable", rows: [] },
  ];
}

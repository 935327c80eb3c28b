/** The sums of a pack's `inputs.csv` and digests, for each account, Region and day, and over all. */
import { join } from "node:path";
import { type CsvRow, csvRows } from "./csv-rows.ts";

/** The range of a pack, days as YYYY-MM-DD. */
export interface PackRange {
  readonly firstDay: string;
  readonly lastDay: string;
  readonly asOf: Date;
}

/** Log files of an account, Region and day; an empty text is what is not known. */
export interface SeenDay {
  readonly account: string;
  readonly region: string;
  readonly day: string;
  objects: number;
  records: number;
  bedrock: number;
  quarantined: number;
  pruned: number;
}

export type VerdictGroup = "valid" | "wrong" | "open" | "unchecked" | "unknown";

export interface Inputs {
  readonly seen: ReadonlyMap<string, SeenDay>;
  /** The worst that is said of a day, by its place: 1 is the worst. */
  readonly worst: ReadonlyMap<string, number>;
  readonly logs: Readonly<Record<VerdictGroup, number>>;
  readonly digests: Readonly<Record<VerdictGroup, number>>;
  readonly rejected: number;
}

export function placeKey(account: string, region: string, day: string): string {
  return `${account} ${region} ${day}`;
}

interface Judged {
  readonly verdict: string;
  readonly reason: string;
}

export async function recountInputs(root: string, { firstDay, lastDay }: PackRange): Promise<Inputs> {
  const seen = new Map<string, SeenDay>();
  const worst = new Map<string, number>();
  const none = { valid: 0, wrong: 0, open: 0, unchecked: 0, unknown: 0 };
  const [logs, digests] = [{ ...none }, { ...none }];
  let rejected = 0;
  const judge = (row: CsvRow, { verdict, reason }: Judged, tally: Record<VerdictGroup, number>): void => {
    tally[stateOf(verdict, reason)]++;
    const key = placeKey(row["account_id"] ?? "", row["region"] ?? "", row["day"] ?? "");
    worst.set(key, Math.min(worst.get(key) ?? 8, rankOf(verdict, reason)));
  };
  // versions of an object that was replaced stand one after the other: together they are one file
  let file: CsvRow[] = [];
  const close = (): void => {
    const [first] = file;
    if (first !== undefined) addFile(seen, first, file);
    file = [];
  };
  for await (const row of csvRows(join(root, "data/inputs.csv"))) {
    if (row["status"] === "skipped") continue;
    if (file[0]?.["uri"] !== row["uri"]) close();
    file.push(row);
    rejected += Number(row["rejected"]);
    judge(row, { verdict: row["digest_verdict"] ?? "", reason: row["digest_reason"] ?? "" }, logs);
  }
  close();
  const isAsked = ({ day = "" }: CsvRow): boolean => day === "" || (day >= firstDay && day <= lastDay);
  for (const [name, tally] of [
    ["signatures", digests],
    ["missing-logs", logs],
  ] as const)
    for await (const row of csvRows(join(root, `data/integrity/${name}.csv`)))
      if (isAsked(row)) judge(row, { verdict: row["verdict"] ?? "", reason: row["reason"] ?? "" }, tally);
  return { seen, worst, logs, digests, rejected };
}

function addFile(seen: Map<string, SeenDay>, first: CsvRow, versions: readonly CsvRow[]): void {
  const { account_id: account = "", region = "", day = "" } = first;
  const key = placeKey(account, region, day);
  const sum = seen.get(key) ?? { account, region, day, objects: 0, records: 0, bedrock: 0, quarantined: 0, pruned: 0 };
  const most = (column: string): number => Math.max(...versions.map((row) => Number(row[column])));
  const has = (...statuses: readonly string[]): boolean =>
    versions.some((row) => statuses.includes(row["status"] ?? ""));
  sum.objects++;
  sum.records += most("records");
  sum.bedrock += most("bedrock_events");
  if (!has("loaded", "pruned")) sum.quarantined++;
  if (has("pruned")) sum.pruned++;
  seen.set(key, sum);
}

const vouchless: ReadonlySet<string> = new Set(["unlisted", "cut-end"]);

function stateOf(verdict: string, reason: string): VerdictGroup {
  if (verdict === "valid") return "valid";
  if (verdict === "invalid" || verdict === "missing") return "wrong";
  if (verdict === "undigested" && vouchless.has(reason)) return "wrong";
  if (verdict === "not-yet-digested") return "open";
  return verdict === "" ? "unchecked" : "unknown";
}

function rankOf(verdict: string, reason: string): number {
  if (verdict === "undigested") return vouchless.has(reason) ? 3 : 5;
  return { invalid: 1, missing: 2, unreadable: 4, "not-yet-digested": 7, valid: 8 }[verdict] ?? 6;
}

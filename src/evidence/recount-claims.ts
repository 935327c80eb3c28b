/** The claims of a pack judged again from its rows: the rules and the words of the report claims, without its SQL. */
import type { CoverageDay, Listing } from "./recount-coverage.ts";
import type { Inputs } from "./recount-inputs.ts";
import type { Claim } from "./summary.ts";

export interface Counted {
  readonly served: number;
  readonly outside: number;
  readonly unknown_region: number;
}

export interface Rows {
  readonly counted: Counted;
  readonly coverage: readonly CoverageDay[];
  readonly inputs: Inputs;
  readonly listing: Listing;
  /** The range ends after the time of the pack. */
  readonly isOpen: boolean;
}

type Doubts = readonly (string | false | undefined)[];

const listOf = (doubts: Doubts): string | null => {
  const said = doubts.filter((doubt) => typeof doubt === "string");
  return said.length === 0 ? null : said.join("; ");
};

export function recountClaims(rows: Rows): readonly Claim[] {
  const days = judgedDays(rows);
  return [...boundaryAndCompleteness(rows, days), integrity(rows, days), regions(rows, days)];
}

/** Days of accounts that nobody expects owe nothing where some are expected. */
function judgedDays({ coverage, listing: { expected } }: Rows): readonly CoverageDay[] {
  const silences = ["no file", "never delivered", "not listed"];
  return coverage.map((day) =>
    expected.size > 0 && silences.includes(day.gap) && !expected.has(`${day.account} ${day.region}`)
      ? { ...day, gap: "" }
      : day,
  );
}

const sumOf = (days: readonly CoverageDay[], column: "objects" | "records"): number =>
  days.reduce((sum, day) => sum + day[column], 0);

function doubtOfLogs({ inputs, listing, isOpen }: Rows, days: readonly CoverageDay[]): Doubts {
  const with_ = (gap: string): readonly CoverageDay[] => days.filter((day) => day.gap === gap);
  const objects = sumOf(days, "objects");
  const said = (gap: string, what: string): string | false => {
    const found = with_(gap);
    return (
      found.length > 0 &&
      `${what}: ${found.length}${gap === "quarantined" || gap === "pruned" ? "" : ` (${pairsOf(found)})`}`
    );
  };
  const silent = with_("never delivered");
  const lost = sumOf(with_("no place"), "objects");
  return [
    objects === 0
      ? "any log file of the range"
      : sumOf(days, "records") === 0 && "any record in the log files of the range",
    isOpen && "the rest of the range, which is not over",
    said("no file", "account-Region-days without a log file"),
    silent.length > 0 && `expected, and never delivered: ${pairsOf(silent)}`,
    said("not listed", "account-Region-days that were not listed"),
    said("quarantined", "account-Region-days with a log file that could not be read"),
    inputs.rejected > 0 && `Bedrock records that were rejected: ${inputs.rejected}`,
    lost > 0 && `account, Region and day of log files: ${lost}`,
    said("pruned", "account-Region-days that retention removed"),
    listing.listed.size === 0 &&
      listing.expected.size === 0 &&
      "what was listed, or which accounts and Regions are expected",
  ];
}

/** The three with most days, and how many more. */
function pairsOf(days: readonly CoverageDay[]): string {
  const counts = new Map<string, number>();
  for (const { account, region } of days)
    counts.set(`${account} ${region}`, (counts.get(`${account} ${region}`) ?? 0) + 1);
  const order = [...counts].toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const more = order.length > 3 ? ` and ${order.length - 3} more` : "";
  return `${order
    .slice(0, 3)
    .map(([pair]) => pair)
    .join(", ")}${more}`;
}

function boundaryAndCompleteness(rows: Rows, days: readonly CoverageDay[]): readonly Claim[] {
  const { served, outside, unknown_region: unknown } = rows.counted;
  const ofLogs = listOf(doubtOfLogs(rows, days));
  const missing = listOf([ofLogs ?? undefined, unknown > 0 && `the served Region of calls: ${unknown}`]);
  const dated = days.flatMap(({ day }) => (day === "" ? [] : [day])).toSorted();
  const span = days.length === 0 ? "" : ` (${dated[0] ?? "unknown"} to ${dated.at(-1) ?? "unknown"})`;
  const pairs = rows.listing.expected.size;
  const whose =
    pairs > 0
      ? `, ${pairs} accounts and Regions expected`
      : ", of the accounts and Regions that were seen: none are named as expected";
  const read = `; ${sumOf(days, "objects")} log files with ${sumOf(days, "records")} records`;
  return [
    {
      claim: "inside-boundary",
      outcome: outside > 0 ? "not met" : missing === null ? "met" : "not shown",
      numbers: `processed outside: ${outside} of ${served} served calls; in an unknown Region: ${unknown}`,
      missing,
    },
    {
      claim: "complete",
      outcome: ofLogs === null ? "met" : "not shown",
      numbers: `${days.length} account-Region-days${span}${whose}${read}`,
      missing: ofLogs,
    },
  ];
}

function integrity({ inputs: { logs, digests } }: Rows, days: readonly CoverageDay[]): Claim {
  const both = (group: keyof typeof logs): number => logs[group] + digests[group];
  const checked = both("valid") + both("wrong") + both("open") + both("unknown");
  const objects = sumOf(days, "objects");
  const unvouched = days.filter((day) => day.objects === 0 && day.status === "not checked" && day.gap !== "").length;
  const missing = listOf([
    objects === 0 && "any log file of the range",
    checked === 0 && "a check of the digest chains",
    checked > 0 && both("unchecked") > 0 && `a check of log files: ${both("unchecked")}`,
    both("unknown") > 0 &&
      `digests and log files that nothing vouches for or that could not be read: ${both("unknown")}`,
    both("open") > 0 && `log files that are not digested yet: ${both("open")}`,
    checked > 0 && unvouched > 0 && `account-Region-days without a digest: ${unvouched}`,
  ]);
  return {
    claim: "unaltered",
    outcome: both("wrong") > 0 ? "not met" : missing === null ? "met" : "not shown",
    numbers:
      checked === 0
        ? `${objects} log files, none of them checked`
        : `valid: ${logs.valid} log files and ${digests.valid} digests; changed, missing or listed by no digest: ${logs.wrong} log files and ${digests.wrong} digests`,
    missing,
  };
}

function regions({ counted: { served, unknown_region: unknown } }: Rows, days: readonly CoverageDay[]): Claim {
  const missing = listOf([
    sumOf(days, "records") === 0 && "any record in the log files of the range",
    unknown > 0 && `the served Region of calls: ${unknown}`,
  ]);
  return {
    claim: "regions-known",
    outcome: missing === null ? "met" : "not shown",
    numbers: `${served} served calls, ${unknown} of them in an unknown Region`,
    missing,
  };
}

/** Every sentence of the page, made a second time from the JSON of the same reports: of the demo and of two worlds of other seeds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { generateLogs } from "../../bench/generate-logs.ts";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { regionRows } from "../../src/reference/regions.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

type JsonRow = Readonly<Record<string, unknown>>;

interface World {
  readonly scope: readonly string[];
  readonly boundary: string | undefined;
  readonly write: (folder: string) => Promise<void>;
}

const worlds: Readonly<Record<string, World>> = {
  "the demo": {
    scope: ["--boundary", "eu", "--from", "2026-09-01", "--to", "2026-09-15"],
    boundary: "eu",
    write: async (folder) => void (await writeDemoOrganization(folder)),
  },
  "half of an organization's time, without a boundary": {
    scope: ["--from", "2026-09-08", "--to", "2026-09-15"],
    boundary: undefined,
    write: async (folder) => void (await writeDemoOrganization(folder, { seed: 77 })),
  },
  "logs that are all Bedrock": {
    scope: ["--boundary", "us"],
    boundary: "us",
    write: async (folder) => {
      generateLogs({ out: folder, files: 20, rawBytes: 0, events: 900, share: 1, hitFiles: 1, seed: 9 });
      await Promise.resolve();
    },
  },
};

const reports = [
  "spillover-by-region",
  "spillover-by-principal",
  "spillover-by-model",
  "spillover-timeline",
  "peaks",
  "denials",
  "drift",
  "tokens-by-region",
  "first-seen",
  "coverage",
  "freshness",
  "unobservable",
  "claims",
] as const;
const compared = ["boundary-violations", "boundary-timeline"] as const;

const commas = (count: number): string => count.toLocaleString("en-US");
const amount = (count: number, one: string, many = `${one}s`): string => `${commas(count)} ${count === 1 ? one : many}`;
const sum = (rows: readonly JsonRow[], column: string): number =>
  rows.reduce((total, row) => total + Number(row[column] ?? 0), 0);
const text = (value: unknown): string => String(value);

function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.05) return "<0.1%";
  return share < 100 && share >= 99.95 ? ">99.9%" : `${share.toFixed(1)}%`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** How many rows have each value. */
function counted(rows: readonly JsonRow[], column: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (row[column] === null) continue;
    counts.set(text(row[column]), (counts.get(text(row[column])) ?? 0) + 1);
  }
  return counts;
}

const byName = (counts: ReadonlyMap<string, number>): string =>
  listed([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name}: ${commas(count)}`));

function plain(markup: string): string {
  return markup
    .replaceAll(/<span class="sr">[^<]*<\/span>/g, "")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function section(page: string, id: string): string {
  const start = page.indexOf(`<section id="${id}"`);
  expect(start, id).toBeGreaterThan(0);
  return page.slice(start, page.indexOf("</section>", start));
}

const findings = (page: string, id: string): string[] =>
  [...section(page, id).matchAll(/<p class="finding">(.*?)<\/p>/gs)].map(([, inner = ""]) => plain(inner));

/** The numbers of a drawn table's rows, beside the first words of each. */
function drawnRows(
  page: string,
  id: string,
  index = 0,
): { readonly name: string; readonly cells: readonly string[] }[] {
  const table = [...section(page, id).matchAll(/<table class="drawn [^"]*">(.*?)<\/table>/gs)][index]?.[1] ?? "";
  const body = /<tbody>(.*)<\/tbody>/s.exec(table)?.[1] ?? "";
  return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) => ({
    name: plain(/<th scope="row">(.*?)<\/th>/s.exec(row)?.[1] ?? ""),
    cells: [...row.matchAll(/<td class="[^"]*" data-l="[^"]*">(.*?)<\/td>/gs)].map(([, cell = ""]) => plain(cell)),
  }));
}

describe.each(Object.entries(worlds))("%s", (_, { scope, boundary, write }) => {
  const root = temporaryFolder();
  const json = new Map<string, readonly JsonRow[]>();
  let page = "";
  const rows = (name: string): readonly JsonRow[] => json.get(name) ?? [];

  beforeAll(async () => {
    const [logs, warehouse, file] = ["logs", "w.duckdb", "page.html"].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ]; // three names make three paths
    await write(logs);
    expect((await runCli(["ingest", logs, "--warehouse", warehouse])).code).toBe(0);
    const report = async (...args: string[]): ReturnType<typeof runCli> =>
      await runCli(["report", ...args, ...scope, "--warehouse", warehouse]);
    for (const name of [...reports, ...(boundary === undefined ? [] : compared)]) {
      const run = await report(name, "--format", "json");
      expect(run.code, name).toBe(0);
      json.set(name, JSON.parse(run.stdout) as JsonRow[]); // our own JSON format: an array of objects
    }
    expect((await report("--format", "html", "--output", file)).code).toBe(0);
    page = readFileSync(file, "utf8");
  }, 120_000);

  it("has calls, spilled ones and unknown ones: else this proves little", () => {
    expect(sum(rows("spillover-by-region"), "spilled")).toBeGreaterThan(20);
    expect(rows("spillover-by-region").some((row) => row["served_region"] === null)).toBe(true);
  });

  it("the answer", () => {
    const all = rows("spillover-by-region");
    const unknown = sum(
      all.filter((row) => row["served_region"] === null),
      "invocations",
    );
    const known = sum(all, "invocations") - unknown;
    const outside = sum(rows("boundary-violations"), "invocations");
    const blind = `; where ${commas(unknown)} more ran is unknown.`;
    expect(plain(/<p class="answer">(.*?)<\/p>/s.exec(page)?.[1] ?? "")).toBe(
      boundary === undefined
        ? `Of ${amount(known, "call")} with a known Region, ${commas(sum(all, "spilled"))} ran outside the Region that was called${blind}`
        : `${amount(outside, "call")} of ${commas(known)} with a known Region ran outside the boundary ${boundary}${blind}`,
    );
    const outcomes = [...page.matchAll(/<span class="outcome">.*?<\/span>([^<]*)<\/span>/gs)].map(([, word = ""]) =>
      word.trim(),
    );
    expect(outcomes).toEqual(rows("claims").map((row) => row["outcome"]));
  });

  it("the flow and the places", () => {
    const all = rows("spillover-by-region");
    const known = all.filter((row) => row["served_region"] !== null);
    const [via, unknown] = [sum(known, "via_profile"), sum(all, "via_profile") - sum(known, "via_profile")];
    expect(findings(page, "flow")).toEqual([
      `Through a profile, ${percent(sum(all, "spilled"), via)} of ${amount(via, "call")} with a known Region ran outside the Region that was called; ${amount(unknown, "more is", "more are")} unknown and in no rate.`,
    ]);
    const places = new Map(regionRows().map((row) => [row.region, row]));
    const found = (row: JsonRow) => places.get(text(row["served_region"]));
    const jurisdictions = new Map<string, number>();
    for (const row of known) {
      const place = found(row);
      const name = place?.jurisdiction === "EU" ? "European Union" : (place?.country_name ?? "");
      jurisdictions.set(name, (jurisdictions.get(name) ?? 0) + Number(row["invocations"]));
    }
    const shares = [...jurisdictions]
      .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .map(([name, calls]) => `${name} ${percent(calls, sum(known, "invocations"))}`);
    const said = shares.length > 3 ? [...shares.slice(0, 3), `${shares.length - 3} more`] : shares;
    const countries = new Set(known.map((row) => found(row)?.country_name)).size;
    const regions = new Set(known.map((row) => row["served_region"])).size;
    expect(findings(page, "places")).toEqual([
      `Processed in ${amount(regions, "Region")} of ${amount(countries, "country", "countries")}${said.length > 1 ? `: ${listed(said)}` : ""}.`,
    ]);
  });

  it("outside the boundary, and over time", () => {
    const violations = rows("boundary-violations");
    if (boundary !== undefined) {
      const principals = new Set(violations.map((row) => row["principal"])).size;
      expect(findings(page, "outside")).toEqual([
        `${amount(sum(violations, "invocations"), "call")} ran outside ${boundary}, sent by ${amount(principals, "principal")}.`,
      ]);
      expect(drawnRows(page, "outside").map(({ cells }) => cells[0])).toEqual(
        violations.slice(0, 8).map((row) => commas(Number(row["invocations"]))),
      );
    } else expect(page).not.toContain('<section id="outside"');
    const days = new Map<string, { out: number; known: number }>();
    let unknown = 0;
    for (const row of rows(boundary === undefined ? "spillover-timeline" : "boundary-timeline")) {
      const day = days.get(text(row["bucket"])) ?? { out: 0, known: 0 };
      days.set(text(row["bucket"]), day);
      const out = Number(row[boundary === undefined ? "spilled" : "outside"]);
      day.out += out;
      day.known += boundary === undefined ? Number(row["known"]) : out + Number(row["inside"]);
      unknown += Number(row["unknown"]);
    }
    const [out, known] = (["out", "known"] as const).map((part) =>
      [...days.values()].reduce((total, day) => total + day[part], 0),
    );
    const where = boundary === undefined ? "outside the Region that was called" : `outside ${boundary}`;
    const [finding = ""] = findings(page, "time");
    expect(finding.split(" The most ")[0]).toBe(
      `${percent(out ?? 0, known ?? 0)} of ${amount(known ?? 0, "call")} with a known Region ran ${where}; ${amount(unknown, "more is", "more are")} unknown.`,
    );
    const most = /on (\d{4}-\d\d-\d\d): ([\d,]+) of ([\d,]+)\.$/.exec(finding);
    const top = [...days].find(([bucket]) => bucket.startsWith(most?.[1] ?? "none"))?.[1];
    expect([most?.[2], most?.[3]]).toEqual([commas(top?.out ?? -1), commas(top?.known ?? -1)]);
    expect(top?.out).toBe(Math.max(...[...days.values()].map((day) => day.out)));
  });

  it("who, with what, and each number beside a name", () => {
    const principals = rows("spillover-by-principal");
    const spilling = principals.filter((row) => Number(row["spilled"]) > 0);
    const accounts = new Set(principals.flatMap((row) => row["account_id"] ?? [])).size;
    const blind = (some: readonly JsonRow[]): string => {
      const unknown = sum(some, "unknown");
      return unknown === 0 ? "." : `; where ${amount(unknown, "call")} through a profile ran is unknown.`;
    };
    expect(findings(page, "who")[0]).toBe(
      `${amount(spilling.length, "principal")} of ${commas(principals.length)}, in ${amount(accounts, "account")}, sent ${amount(sum(principals, "spilled"), "call")} that ran outside the Region that was called${blind(principals)}`,
    );
    const models = rows("spillover-by-model");
    expect(findings(page, "models")).toEqual([
      `${commas(models.filter((row) => Number(row["spilled"]) > 0).length)} of ${amount(models.length, "combination")} of profile and model ran outside the Region that was called${blind(models)}`,
    ]);
    const numbers = (row: JsonRow): string[] => [
      commas(Number(row["invocations"])),
      commas(Number(row["spilled"])),
      percent(Number(row["spilled"]), Number(row["known"])),
      commas(Number(row["unknown"])),
      commas(Number(row["denied"])),
    ];
    for (const [id, some] of [
      ["who", principals],
      ["models", models],
    ] as const)
      expect(drawnRows(page, id).map(({ cells }) => cells)).toEqual(some.slice(0, 10).map(numbers));
  });

  it("first times", () => {
    const first = rows("first-seen");
    const kinds = counted(first, "what");
    const since = first.find((row) => row["known_since"] !== null)?.["known_since"];
    const finding = findings(page, "who")[1];
    const days = kinds.get("spill-day") ?? 0;
    const unusual = days === 0 ? "" : ` On ${amount(days, "account-day")} spillover left its usual range.`;
    if (first.length === days) expect(finding).toBe(`No first time in a Region is known from these logs.${unusual}`);
    else if (since === undefined)
      expect(finding).toBe(
        `Nothing before the range is loaded, so everything looks new. What is new since a day within it: spillway report first-seen --from DAY.${unusual}`,
      );
    else {
      const parts = ["principal", "profile", "model", "account"].flatMap((kind) =>
        kinds.has(kind) ? [amount(kinds.get(kind) ?? 0, kind)] : [],
      );
      const doubtful = first.filter((row) => row["missing"] !== null).length;
      expect(finding).toBe(
        `${amount(first.length - days, "first time")} in a Region, in logs since ${text(since)}: ${listed(parts)}.${unusual}${doubtful === 0 ? "" : ` ${commas(doubtful)} of these are not sure; the table says why.`}`,
      );
    }
  });

  it("peaks, denials and routes", () => {
    const peaks = rows("peaks");
    const highest = Math.max(...peaks.map((row) => Number(row["calls_peak"])));
    const [via, direct] = [true, false].map((isVia) => peaks.filter((row) => (row["via_profile"] === true) === isVia));
    const share = (some: readonly JsonRow[] = []): string =>
      sum(some, "calls") === 0
        ? "none were made"
        : `${commas(sum(some, "throttled"))} of ${commas(sum(some, "calls"))} (${percent(sum(some, "throttled"), sum(some, "calls"))})`;
    const [peak = ""] = findings(page, "peaks");
    expect(peak.startsWith(`At most ${amount(highest, "call")} within a minute at `)).toBe(true);
    expect(peak.slice(peak.lastIndexOf(". ") + 2)).toBe(
      sum(peaks, "throttled") === 0
        ? "No call was throttled."
        : `Throttled: ${share(via)} through a profile, ${share(direct)} of the direct calls.`,
    );
    const denied = sum(rows("denials"), "invocations");
    const [denial, routes] = findings(page, "denied");
    expect(denial).toBe(
      denied === 0
        ? "No denied call is in these logs."
        : `${amount(denied, "call")} ${denied === 1 ? "was" : "were"} denied. A denial is counted apart: it ran nowhere and is in no rate.`,
    );
    const drawn = drawnRows(page, "denied").map(({ cells }) => Number(cells[0]?.replaceAll(",", "")));
    if (denied > 0) expect(drawn.reduce((total, one) => total + one, 0)).toBe(denied);
    const drift = rows("drift");
    const marks = new Map<string, number>();
    for (const row of drift) {
      const words = row["mark"] === null ? [] : text(row["mark"]).split("; ");
      for (const mark of new Set(words.map((word) => (word.startsWith("denied by ") ? "denied" : word))))
        marks.set(mark, (marks.get(mark) ?? 0) + 1);
    }
    const said = [...marks]
      .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .map(([mark, n]) => `${commas(n)} ${mark}`);
    expect(routes).toBe(
      said.length === 0
        ? `Nothing speaks against any of ${amount(drift.length, "route")}.`
        : `Of ${amount(drift.length, "route")} from a profile’s source to a destination${said.length > 1 ? ", of which one may be in several counts" : ""}: ${listed(said)}.`,
    );
  });

  it("tokens", () => {
    const tokens = rows("tokens-by-region");
    const [input, output, without] = ["input_tokens", "output_tokens", "without_count"].map((name) =>
      sum(tokens, name),
    );
    expect(findings(page, "tokens")).toEqual([
      `${amount((input ?? 0) + (output ?? 0), "token")} in ${amount(sum(tokens, "invocations") - (without ?? 0), "call")} that state them: ${commas(input ?? 0)} in, ${commas(output ?? 0)} out. ${amount(without ?? 0, "call states", "calls state")} none.`,
    ]);
    for (const { name, cells } of drawnRows(page, "tokens")) {
      const region = /[a-z]{2}(?:-[a-z]+)+-\d/.exec(name)?.[0] ?? null;
      const own = tokens.filter((row) => row["served_region"] === region);
      const isStated = sum(own, "invocations") > sum(own, "without_count");
      expect(cells, name).toEqual([
        ...["input_tokens", "output_tokens"].map((column) => (isStated ? commas(sum(own, column)) : "–")),
        commas(sum(own, "without_count")),
      ]);
    }
  });

  it("coverage, freshness and what could not be seen", () => {
    const coverage = rows("coverage").filter((row) => row["day"] !== null);
    const gaps = coverage.filter((row) => row["gap"] !== null);
    const places = new Set(coverage.map((row) => `${text(row["account_id"])} ${text(row["region"])}`)).size;
    const [covered, fresh] = findings(page, "coverage");
    expect(covered).toBe(
      gaps.length === 0
        ? `No gap is known in ${amount(places, "account-Region")}.`
        : `${amount(gaps.length, "account-Region-day")} with a gap, in ${amount(places, "account-Region")} (${byName(counted(gaps, "gap"))}).`,
    );
    const ages = rows("freshness");
    const silent = ages.filter((row) => row["gap"] !== null);
    if (silent.length === 0) expect(fresh).toContain(`of each of ${amount(ages.length, "account-Region")}`);
    else
      expect(fresh).toBe(
        `${amount(silent.length, "account-Region")} of ${commas(ages.length)} ${silent.length === 1 ? "has" : "have"} fallen silent (${byName(counted(silent, "gap"))}).`,
      );
    const blind = rows("unobservable");
    const kinds = new Set(blind.map((row) => row["what"])).size;
    expect(findings(page, "blind")).toEqual([
      `${amount(kinds, "kind")} of blind spot. Beside each count stands what it hides.`,
    ]);
    const counts = [...section(page, "blind").matchAll(/<th scope="row" class="n">([\d,]+)<\/th>/g)];
    expect(counts.reduce((total, [, count = ""]) => total + Number(count.replaceAll(",", "")), 0)).toBe(
      sum(blind, "count"),
    );
  });
});

/** The pages that are looked at: none, one, the usual, very many of everything, and hostile texts. */
import { loadCatalogue } from "../../../src/report/catalogue.ts";
import { regionRows } from "../../../src/reference/regions.ts";
import { renderPage } from "../../../src/report/page/page.ts";
import { driftOf, firstSeenOf, freshnessOf, logGapsOf, peaksOf } from "./made-traffic.ts";
import { type MadeCall, type MadeReport, type MadeRow, madePage, reportsOf } from "./made-up.ts";

const regions = regionRows().map(({ region }) => region);

const role = (number: number, name = `app-${number}`): string =>
  `arn:aws:iam::${String(100_000_000_000 + (number % 50))}:role/apps/${name}`;

const dayText = (index: number): string => new Date(Date.UTC(2026, 8, 1 + index)).toISOString().slice(0, 10);

/** Log files of some accounts, with gaps of each kind. */
function coverage(accounts: number, days: number): MadeReport {
  const rows: MadeRow[] = [];
  for (let account = 0; account < accounts; account++) {
    for (let index = 0; index < days; index++) {
      const missing = account % 7 === 2 && index % 50 < 2;
      const gap = missing
        ? "no file"
        : account === 1 && index === 3
          ? "quarantined"
          : account === 4 && index < days / 3
            ? "pruned"
            : null;
      rows.push({
        account_id: String(100_000_000_000 + account),
        region: regions[account % 12] ?? "",
        day: dayText(index),
        objects: missing ? 0n : 4n,
        records: missing ? 0n : BigInt(50 + ((account * 37 + index * 11) % 400)),
        bedrock_events: 0n,
        digest_status: "not checked",
        gap,
      });
    }
  }
  return { name: "coverage", rows };
}

const claims: MadeReport = {
  name: "claims",
  columns: ["claim", "outcome", "numbers", "missing"],
  rows: [
    {
      claim: "inside-boundary",
      outcome: "not met",
      numbers: "420 of 1,304 calls ran outside eu",
      missing: "where 21 calls ran",
    },
    {
      claim: "complete",
      outcome: "not shown",
      numbers: "82 of 84 account-Region-days have logs",
      missing: "logs of 2 account-Region-days",
    },
    { claim: "unaltered", outcome: "not shown", numbers: null, missing: "the digest chains were not checked" },
    { claim: "regions-known", outcome: "met", numbers: "0 calls without a Region", missing: null },
  ],
};

/** As it is with a bundle: each denial is explained. */
const explained: readonly string[] = [
  ...(loadCatalogue()
    .get("denials")
    ?.columns.map(({ name }) => name)
    .filter((name) => name !== "explanation") ?? []),
  "explanation",
];

const denials: MadeReport = {
  name: "denials",
  columns: explained,
  rows: ["eu-south-2", "unspecified", null].map((region, index) => ({
    principal: role(index),
    account_id: "100000000001",
    source_region: "eu-central-1",
    denied_region: region,
    denied_by: region === null ? null : "service control policy",
    explicit: region === null ? null : index === 0,
    policy_arn:
      index === 0
        ? "arn:aws:organizations::444455556666:policy/o-exampleorg1/service_control_policy/p-regions01"
        : null,
    invocations: BigInt(29 - index * 9),
    first_seen: 1_788_220_800_000_000n,
    last_seen: 1_789_000_000_000_000n,
    explanation:
      index === 2
        ? null
        : `arn:aws:bedrock:eu-south-2::foundation-model/anthropic.claude-sonnet-4-6: service control policy of ou Workloads (ou-1) denies ${role(index, `an-assistant-with-a-long-name-${"x".repeat(40)}`)}. To change: add a condition`,
    example_message: `User: ${role(index)} is not authorized to perform: bedrock:InvokeModel with an explicit deny in a service control policy`,
  })),
};

const blind: MadeReport = {
  name: "unobservable",
  rows: [
    {
      what: "lost",
      account_id: "100000000001",
      region: "eu-central-1",
      count: 5n,
      why: "streamed, completion lost: it is missing for more than three days",
    },
    {
      what: "mantle-absent",
      account_id: null,
      region: null,
      count: 1n,
      why: "no bedrock-mantle call in these logs: without data events on the trail they would not show",
    },
  ],
};

const tokensOf = (served: readonly (string | null)[]): MadeReport => ({
  name: "tokens-by-region",
  title: "Tokens by Region",
  answers: "How many tokens did each Region process?",
  columns: [
    "served_region",
    "country",
    "model",
    "principal",
    "invocations",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "without_count",
  ],
  rows: served.map((region, index) => ({
    served_region: region,
    country: region?.slice(0, 30) ?? null,
    model: "anthropic.claude-sonnet-4-6",
    principal: role(index),
    invocations: 40n,
    input_tokens: BigInt(900_000 - index * 20_000),
    output_tokens: 50_000n,
    cache_read_tokens: 0n,
    cache_write_tokens: null,
    without_count: BigInt(index),
  })),
});

function usualCalls(): MadeCall[] {
  const served = ["eu-central-1", "eu-north-1", "eu-west-1", "eu-west-3", "us-east-1", "sa-east-1"];
  return Array.from({ length: 180 }, (_, index): MadeCall => ({
    day: index % 14,
    source: index % 5 === 4 ? "us-east-1" : "eu-central-1",
    served: index % 23 === 22 ? null : (served[(index * index) % 6] ?? null),
    principal: role(index % 9),
    calls: 1 + (index % 13),
  }));
}

function manyCalls(): MadeCall[] {
  return Array.from({ length: 10_000 }, (_, index): MadeCall => ({
    day: index % 400,
    source: regions[index % 12] ?? "",
    served: index % 97 === 0 ? null : (regions[(index * 7) % 39] ?? null),
    principal: role(index, index % 3 === 0 ? `app-${index}-${"long".repeat(48)}` : undefined),
    calls: 1 + (index % 13),
  }));
}

export const hostile: readonly string[] = [
  "<script>document.title='owned'</script>",
  "</script><img src=x onerror=\"document.title='owned'\">",
  "</style></title><svg onload=\"document.title='owned'\">",
  "$& $` $' $1",
  "\"quoted\" 'single' `tick`",
  "\u202Eoverride \u2066isolate\u2069",
  "مرحبا بالعالم",
  "日本語テキスト",
  "👩‍👩‍👧‍👦 family",
  "a\u0000b\u001B[31m\u009B1m",
  '=HYPERLINK("http://example.com","y")',
  "@SUM(A1)",
  "+1+1",
  "x".repeat(200),
  "line\nbreak\ttab",
  "",
  "\uD83D lone",
  "  spaces  ",
  "--><!-- ]]> &amp;&lt;",
  "javascript:alert(1)",
];

const hostileReport: MadeReport = {
  name: 'own <report> & "x"',
  title: "Own </title><script>",
  answers: "Why </style>?",
  columns: ["text", "<b>", "constructor", "calls_peak"],
  rows: hostile.map((text, index) => ({ text, "<b>": text, constructor: text, calls_peak: BigInt(index) })),
  sql: "SELECT '</pre></script>' -- $& \u202E",
};

const hostileDenials: MadeReport = {
  name: "denials",
  columns: explained,
  rows: hostile.map((text, index) => ({
    principal: text,
    account_id: text,
    source_region: text,
    denied_region: text,
    denied_by: text,
    explicit: index % 2 === 0,
    policy_arn: text,
    invocations: BigInt(index + 1),
    first_seen: 1_788_220_800_000_000n,
    last_seen: 1_789_000_000_000_000n,
    explanation: text === "" ? null : text,
    example_message: text,
  })),
};

const hostileCoverage: MadeReport = {
  name: "coverage",
  rows: hostile.map((text, index) => ({
    account_id: text,
    region: text,
    day: `2026-09-${String(1 + (index % 9)).padStart(2, "0")}`,
    objects: 1n,
    records: BigInt(index),
    bedrock_events: 0n,
    digest_status: text,
    gap: text,
  })),
};

const without = (reports: readonly MadeReport[], ...names: readonly string[]): readonly MadeReport[] =>
  reports.filter((report) => !names.includes(report.name));

export const usualReports = (): readonly MadeReport[] => [
  claims,
  ...without(reportsOf(usualCalls()), "coverage", "denials", "unobservable"),
  denials,
  driftOf(["eu.anthropic.claude-sonnet-4-6", "global.anthropic.claude-sonnet-4-6"]),
  tokensOf(["eu-north-1", "us-east-1", null]),
  peaksOf(["anthropic.claude-sonnet-4-6", "amazon.nova-pro-v1:0"]),
  firstSeenOf({ principals: [0, 1, 2].map((number) => role(number)), knownSince: "2026-08-01" }),
  coverage(6, 14),
  freshnessOf(["100000000000", "100000000001", "100000000002"]),
  blind,
  logGapsOf(["100000000000", "100000000001"]),
];

/** Of reports that have no section of their own on the overview, or another one there. */
export const reportsAlone = [
  "claims",
  "denials",
  "drift",
  "first-seen",
  "freshness",
  "invocation-log-gaps",
  "peaks",
  "tokens-by-region",
  "unobservable",
] as const;

/** What ran is not there, and what was asked for is. */
const emptyTraffic: readonly MadeReport[] = [
  peaksOf([]),
  firstSeenOf({ principals: [], knownSince: null }),
  freshnessOf([]),
  driftOf([]),
  logGapsOf([]),
];

const manyReports = (): readonly MadeReport[] => [
  ...without(reportsOf(manyCalls()), "coverage"),
  coverage(60, 400),
  peaksOf(
    Array.from({ length: 900 }, (_, index) => `model-${index}`),
    regions,
  ),
  firstSeenOf({ principals: Array.from({ length: 9000 }, (_, index) => role(index)), knownSince: "2026-08-01" }),
  freshnessOf(Array.from({ length: 700 }, (_, index) => String(100_000_000_000 + index))),
  driftOf(Array.from({ length: 500 }, (_, index) => `eu.model-${index}`)),
  logGapsOf(Array.from({ length: 4000 }, (_, index) => String(100_000_000_000 + index))),
  tokensOf([...regions.slice(0, 40), null]),
];

const page = async (...args: Parameters<typeof madePage>): Promise<string> => renderPage(await madePage(...args));

/** Each by name, made when it is asked for. */
export const states: Readonly<Record<string, () => Promise<string>>> = {
  usual: () => page(usualReports()),
  "no boundary": () =>
    page(without(usualReports(), "boundary-timeline", "boundary-violations"), { boundary: undefined }),
  "no data": () => page([...reportsOf([]), ...emptyTraffic]),
  "one call": () =>
    page(reportsOf([{ day: 0, source: "eu-central-1", served: "eu-north-1", principal: role(1), calls: 1 }])),
  "everything unknown": () =>
    page([
      ...reportsOf(usualCalls().map((call) => ({ ...call, served: null }))),
      peaksOf(["anthropic.claude-sonnet-4-6"], [null]),
      firstSeenOf({ principals: [role(1)], knownSince: null }),
    ]),
  "10,000 principals and 40 Regions": () => page(manyReports()),
  ...Object.fromEntries(
    reportsAlone.map((name) => [`${name} alone`, () => page(usualReports().filter((report) => report.name === name))]),
  ),
  "invocation logs that were not loaded, alone": () =>
    page([logGapsOf([])], { unknowable: { "invocation-log-gaps": "No invocation log was loaded." } }),
  "nothing matches": () => page([...reportsOf([]), ...emptyTraffic], { notes: ["No call is of account 1."] }),
  "one long report": () => page(manyReports().filter(({ name }) => name === "spillover-by-principal")),
  "hostile texts": () =>
    page(
      [
        ...without(
          reportsOf(
            hostile.map((text, index) => ({
              day: index % 9,
              source: index % 3 === 0 ? text : "eu-central-1",
              served: index % 4 === 0 ? text : "eu-north-1",
              principal: text,
              calls: index + 1,
            })),
          ),
          "denials",
          "coverage",
        ),
        hostileReport,
        peaksOf(hostile, hostile),
        firstSeenOf({ principals: hostile, knownSince: "</script>" }),
        freshnessOf(hostile),
        driftOf(hostile),
        logGapsOf(hostile),
        tokensOf(hostile),
        hostileDenials,
        hostileCoverage,
      ],
      {
        boundary: { name: "</script>\"'<b>", regions: ["eu-north-1", "<i>"] },
        engine: "<engine>",
        accounts: [...hostile],
        principals: hostile.slice(0, 3),
      },
    ),
};

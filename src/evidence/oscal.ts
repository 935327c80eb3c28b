/** `assessment-results.oscal.json`: each claim as an observation, and a finding only where a control is named and the claim was shown. */
import { createHash } from "node:crypto";
import type { Clause } from "../reference/clauses.ts";
import type { WrittenFile } from "./pack-folder.ts";
import type { Summary } from "./summary.ts";

const version = "1.1.2";
/** Of this product's identifiers: UUIDv5 of its own name in the namespace of URLs. */
const namespace = uuid5("6ba7b811-9dad-11d1-80b4-00c04fd430c8", "spillway/evidence");
const outcomeNamespace = "urn:spillway:evidence";

/** Evidence of each claim, below `data/`. */
const evidenceOf: Readonly<Record<string, readonly string[]>> = {
  "inside-boundary": ["reports/claims.csv", "reports/boundary-violations.csv", "rows/outside-boundary.csv"],
  complete: ["reports/claims.csv", "reports/coverage.csv", "inputs.csv"],
  unaltered: ["reports/claims.csv", "inputs.csv", "integrity/signatures.csv", "integrity/missing-logs.csv"],
  "regions-known": ["reports/claims.csv", "reports/unobservable.csv"],
};

/** `files`: what was written, with their hashes. The same inputs give the same identifiers. */
export function oscalOf(summary: Summary, clauses: readonly Clause[], files: readonly WrittenFile[]): object {
  const seed = createHash("sha256").update(JSON.stringify(summary));
  for (const { path, sha256 } of files) seed.update(`${sha256}  ${path}\n`);
  const root = seed.digest("hex");
  const id = (...name: readonly string[]): string => uuid5(namespace, [root, ...name].join("/"));
  const controls = controlsOf(clauses);
  const { asOf, from, to, claims, answer } = summary;
  const observations = claims.map(({ claim, outcome, numbers, missing }) => ({
    uuid: id("observation", claim),
    title: claim,
    description: `${outcome}: ${numbers === "" ? "no numbers" : numbers}${missing === null ? "" : `; missing: ${missing}`}`,
    props: [{ name: "outcome", ns: outcomeNamespace, value: outcome }],
    methods: ["EXAMINE"],
    "relevant-evidence": (evidenceOf[claim] ?? ["reports/claims.csv"]).map((href) => ({
      href,
      description: `data/${href}`,
    })),
    collected: asOf,
  }));
  const inside = claims.find(({ claim }) => claim === "inside-boundary");
  const findings =
    inside === undefined || inside.outcome === "not shown"
      ? []
      : controls.map((control) => ({
          uuid: id("finding", control),
          title: `inside-boundary for ${control}`,
          description: `What the logs show of the boundary ${summary.boundary.name}; no statement on the rest of the control.`,
          target: {
            type: "statement-id",
            "target-id": `${control}_smt`,
            status: { state: inside.outcome === "met" ? "satisfied" : "not-satisfied" },
          },
          "related-observations": [{ "observation-uuid": id("observation", "inside-boundary") }],
        }));
  const plan = id("plan");
  return {
    "assessment-results": {
      uuid: id("results"),
      metadata: {
        title: `Where Amazon Bedrock inference ran, boundary ${summary.boundary.name}`,
        "last-modified": asOf,
        version: asOf,
        "oscal-version": version,
      },
      "import-ap": { href: `#${plan}` },
      results: [
        {
          uuid: id("result"),
          title: "Claims over the range",
          description: answer,
          start: from,
          end: to,
          "reviewed-controls": {
            "control-selections": [
              controls.length === 0
                ? { "include-all": {} }
                : { "include-controls": controls.map((control) => ({ "control-id": control })) },
            ],
          },
          observations,
          ...(findings.length === 0 ? {} : { findings }),
        },
      ],
      "back-matter": {
        resources: [
          {
            uuid: plan,
            title: "No assessment plan",
            description:
              "These observations follow from logs that are read all the time, by the statements in sql/; nobody planned them as an assessment.",
          },
          ...[...new Set(Object.values(evidenceOf).flat())].toSorted().flatMap((href) => {
            const file = files.find(({ path }) => path === `data/${href}`);
            if (file === undefined) return [];
            const hashes = [{ algorithm: "SHA-256", value: file.sha256 }];
            return [{ uuid: id("resource", href), title: href, rlinks: [{ href, hashes }] }];
          }),
        ],
      },
    },
  };
}

/** NIST's controls of the clause map, as its catalogue calls them: SA-9(5) is sa-9.5. */
function controlsOf(clauses: readonly Clause[]): readonly string[] {
  return clauses.flatMap(({ framework, clause }) => {
    const [, family = "", number = "", enhancement] = /^([A-Z]{2}-)(\d+)(?:\((\d+)\))?$/.exec(clause) ?? [];
    if (!framework.startsWith("NIST SP 800-53") || family === "") return [];
    return [`${family.toLowerCase()}${number}${enhancement === undefined ? "" : `.${enhancement}`}`];
  });
}

/** RFC 9562: SHA-1 over namespace and name. */
export function uuid5(space: string, name: string): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(space.replaceAll("-", ""), "hex"))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

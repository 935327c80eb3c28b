/** The metrics' text: by the grammar of OpenMetrics, and by Prometheus' own client, whose parsers we did not write. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Metric, openMetricsText, sampleIn } from "../../src/run/open-metrics.ts";
import { runCli } from "../support/run-cli.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putSoundFiles } from "../support/trail-files.ts";

const folder = temporaryFolder();
const file = join(folder, "spillway.prom");

beforeAll(async () => {
  putSoundFiles(join(folder, "logs"));
  const flags = ["--metrics-file", file, "--warehouse", join(folder, "w.duckdb"), "--boundary", "eu"];
  const run = await runCli(["run", ...flags], { SPILLWAY_SOURCES: join(folder, "logs") });
  expect(run.code).toBe(0);
});

interface Parsed {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** OpenMetrics 1.0 as far as gauges need it, strictly: order of the lines, names, units, escapes, no line twice. */
function parse(text: string): Parsed[] {
  expect(text.endsWith("\n# EOF\n")).toBe(true);
  const samples: Parsed[] = [];
  const families = new Set<string>();
  let family = "";
  let unit = "";
  for (const line of text.slice(0, -"# EOF\n".length).trimEnd().split("\n")) {
    const meta = /^# (TYPE|UNIT|HELP) ([a-z_][a-z0-9_]*) (.+)$/.exec(line);
    if (meta !== null) {
      const [, kind = "", name = "", rest = ""] = meta;
      if (kind === "TYPE") {
        expect(rest).toBe("gauge");
        expect(families).not.toContain(name);
        families.add(name);
        family = name;
        unit = "";
      } else if (kind === "UNIT") {
        unit = rest;
        expect(name.endsWith(`_${unit}`)).toBe(true);
      } else {
        expect(rest).toMatch(/^(?:[^\\"]|\\[\\n"])*$/);
      }
      expect(name).toBe(family);
      continue;
    }
    const sample = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    expect(sample, line).not.toBeNull();
    const [, name = "", labelText = "", value = ""] = sample ?? [];
    expect(name).toBe(family);
    expect(value).toMatch(/^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/);
    const labels: Record<string, string> = {};
    let rest = labelText;
    while (rest !== "") {
      const label = /^([a-z_][a-z0-9_]*)="((?:[^\\"\n]|\\[\\n"])*)"(?:,(?=.)|$)/.exec(rest);
      expect(label, line).not.toBeNull();
      const [whole = rest, key = "", raw = ""] = label ?? [];
      expect(labels).not.toHaveProperty(key);
      labels[key] = raw.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
      rest = rest.slice(whole.length);
    }
    samples.push({ name, labels, value: Number(value.replace("Inf", "Infinity")) });
  }
  const places = samples.map(({ name, labels }) => JSON.stringify([name, labels]));
  expect(new Set(places).size).toBe(places.length);
  return samples;
}

const client = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as classic
text = open(sys.argv[1], encoding="utf-8", newline="").read()
out = []
for read in (strict, classic):
    families = list(read(text))
    out.append({
        "samples": [[s.name, s.labels, s.value] for f in families for s in f.samples],
        "types": sorted({f.type for f in families}),
        "documented": all(f.documentation != "" for f in families),
        "units": {f.name: f.unit for f in families if f.unit},
    })
print(json.dumps(out))
`;

describe("a run's metrics", () => {
  it("keep to the grammar, and have what the run did", () => {
    const samples = parse(readFileSync(file, "utf8"));
    const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
      samples.find((each) => each.name === name && JSON.stringify(each.labels) === JSON.stringify(labels))?.value;
    expect(value("spillway_run_success")).toBe(1);
    expect(value("spillway_run_last_success_timestamp_seconds")).toBe(Date.parse("2026-09-20T06:00:00Z") / 1000);
    expect(value("spillway_run_objects", { status: "loaded" })).toBe(3);
    expect(value("spillway_run_objects", { status: "quarantined" })).toBe(0);
    expect(value("spillway_run_records", { kind: "bedrock" })).toBe(4);
    expect(value("spillway_run_bedrock_events", { kind: "duplicate" })).toBe(1);
    expect(value("spillway_invocations")).toBe(3);
    expect(value("spillway_spilled_invocations")).toBe(3);
    expect(value("spillway_unknown_invocations", { reason: "pending" })).toBe(0);
    expect(value("spillway_quarantined_objects")).toBe(0);
    expect(value("spillway_boundary_violations")).toBe(0);
    // silent since 2 September, and listed on the 20th
    expect(value("spillway_coverage_gaps", { gap: "no file" })).toBe(17);
    expect(value("spillway_region_invocations", { source_region: "eu-central-1", served_region: "eu-north-1" })).toBe(
      3,
    );
  });

  it("are read by Prometheus' client: as OpenMetrics, and as the older text that the node exporter reads", (context) => {
    const found = pythonWith("prometheus_client==0.26.0");
    if ("missing" in found) {
      context.skip(found.missing);
      return;
    }
    const printed = execFileSync(found.python, ["-c", client, file], { encoding: "utf8" });
    // what the script above prints
    const [strict, classic] = JSON.parse(printed) as {
      samples: [string, Record<string, string>, number][];
      types: string[];
      documented: boolean;
      units: Record<string, string>;
    }[];
    const expected = parse(readFileSync(file, "utf8")).map(({ name, labels, value }) => [name, labels, value]);
    expect(strict?.samples).toEqual(expected);
    expect(classic?.samples).toEqual(expected);
    expect(strict?.types).toEqual(["gauge"]);
    expect(classic?.types).toEqual(["gauge"]);
    expect(strict?.documented).toBe(true);
    expect(strict?.units).toMatchObject({
      spillway_run_duration_seconds: "seconds",
      spillway_run_read_bytes: "bytes",
    });
  }, 180_000);
});

it("any label and any number come back", () => {
  const label = fc.oneof(fc.string(), fc.constantFrom("\\", '"', "\n", "\\n", 'a\\"b\n', "}", ",", "="));
  const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(Infinity, -Infinity, NaN, 0, 1e300, 5e-324));
  fc.assert(
    fc.property(fc.uniqueArray(label, { minLength: 1, maxLength: 5 }), number, (labels, value) => {
      const metric: Metric = {
        name: "a_metric",
        help: labels.join(" ") === "" ? "h" : `h ${labels.join(" ").replaceAll("\r", "")}`,
        samples: labels.map((text) => ({
          labels: { text: text.replaceAll("\r", ""), n: String(labels.indexOf(text)) },
          value,
        })),
      };
      const read = parse(openMetricsText([metric]));
      expect(read.map((sample) => sample.labels)).toEqual(metric.samples.map((sample) => sample.labels));
      for (const sample of read) expect(Object.is(sample.value, value) || sample.value === value).toBe(true);
    }),
  );
});

it("a metric without samples is left out; a value of an earlier text is found by its whole name", () => {
  const text = openMetricsText([
    { name: "empty", help: "h", samples: [] },
    { name: "one", help: "h", samples: [{ value: 5 }] },
    { name: "one_more", help: "h", samples: [{ labels: { a: "b" }, value: 6 }] },
  ]);
  expect(text).not.toContain("empty");
  expect(sampleIn(text, "one")).toBe(5);
  expect(sampleIn(text, "one_more")).toBeUndefined();
  expect(sampleIn("", "one")).toBeUndefined();
});

/** The paths in the config, and the folder that relative ones start from. */
import { resolve } from "node:path";
import { logsPrefix } from "../ingest/sources/invocation-logs/name.ts";

type Values = Readonly<Record<string, unknown>>;

const pathKeys = ["warehouse", "reportsFolder", "pseudonymiseKeyFile", "metricsFile", "reportFile"];

/** A source or output with a scheme (`s3://`, `lookup-events:`) is not a path. */
const scheme = /^[a-z][a-z0-9+.-]+:/i;

function isPath(text: string): boolean {
  return !scheme.test(text);
}

/** The values of a file with its paths resolved from `folder`. Values of a wrong type stay as they are. */
export function resolvePaths(values: Values, folder: string): Values {
  const from = (value: unknown): unknown => {
    if (typeof value !== "string" || value === "") return value;
    const prefix = value.startsWith(logsPrefix) ? logsPrefix : "";
    const place = value.slice(prefix.length);
    return place !== "" && isPath(place) ? `${prefix}${resolve(folder, place)}` : value;
  };
  const inside = (key: string) => (entry: unknown) => {
    if (typeof entry !== "object" || entry === null || !(key in entry)) return from(entry);
    return { ...entry, [key]: from(new Map(Object.entries(entry)).get(key)) };
  };
  const resolved: Record<string, unknown> = { ...values };
  for (const key of pathKeys) if (key in values) resolved[key] = from(values[key]);
  const { sources, reports } = values;
  if (Array.isArray(sources)) resolved["sources"] = sources.map(inside("source"));
  if (Array.isArray(reports)) resolved["reports"] = reports.map(inside("output"));
  const { evidence, policies, verify } = values;
  if (typeof evidence === "object" && evidence !== null) {
    const given = new Map(Object.entries(evidence));
    for (const key of ["output", "sign", "clauses"]) if (given.has(key)) given.set(key, from(given.get(key)));
    resolved["evidence"] = Object.fromEntries(given);
  }
  if (policies !== undefined) resolved["policies"] = inside("bundle")(policies);
  if (typeof verify === "object" && verify !== null) {
    const given = new Map(Object.entries(verify));
    for (const [key, value] of given)
      if (["publicKeys", "signatures"].includes(key) && Array.isArray(value)) given.set(key, value.map(from));
    resolved["verify"] = Object.fromEntries(given);
  }
  return resolved;
}

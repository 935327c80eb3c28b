/** The words for what is wrong with a config: the key, what was expected, and the nearest known key. */
import type { z } from "zod";
import { configJsonSchema, keyPaths } from "./json-schema.ts";
import { nearest } from "../nearest.ts";

type Issue = z.core.$ZodIssue;

/** One line for each thing that is wrong. */
export function explainIssues(issues: readonly Issue[]): string[] {
  return issues.flatMap((issue) => explainIssue(issue, issue.path));
}

function explainIssue(issue: Issue, path: readonly PropertyKey[]): string[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path));
  if (issue.code === "invalid_union") {
    // The variant that fits the value's type has issues deeper down than the others.
    const deepest = issue.errors.find((option) => option.some((inner) => inner.path.length > 0));
    if (deepest !== undefined) return deepest.flatMap((inner) => explainIssue(inner, [...path, ...inner.path]));
    const expected = issue.errors.flatMap((option) =>
      option.map((inner) => inner.message.replace(/^Invalid input: /, "")),
    );
    return [`${pathText(path)}: ${[...new Set(expected)].join(", or ")}`];
  }
  return [`${pathText(path)}: ${issue.message.replace(/^Invalid (?:input|option): /, "")}${memberOf(issue, path)}`];
}

/** The words for a member of a list: its value, since nobody counts positions. */
function memberOf(issue: Issue, path: readonly PropertyKey[]): string {
  return typeof path.at(-1) === "number" && typeof issue.input === "string"
    ? `, not ${JSON.stringify(issue.input)}`
    : "";
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const here = pathText([...path, key]);
  const suggestion = nearestKey(key, path);
  return `unknown key ${here}${suggestion === undefined ? "" : `; the nearest known one is ${suggestion}`}`;
}

/** The nearest known key: one of the same object wins, unless another is spelt exactly like it. */
function nearestKey(key: string, path: readonly PropertyKey[]): string | undefined {
  const all = keyPaths(configJsonSchema());
  const place = generalPath(path);
  const siblings = all.filter((known) => parentOf(known) === place);
  return (
    all.find((known) => lastName(known) === key) ?? nearest(key, siblings, lastName) ?? nearest(key, all, lastName)
  );
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function parentOf(path: string): string {
  return path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "";
}

function generalPath(path: readonly PropertyKey[]): string {
  return pathText(path).replaceAll(/\[\d+\]/g, "[]");
}

function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

/** The faults for which IAM and Organizations would refuse a document, with their places. */
import { type Fault, error, unknownElements, warning } from "./fault.ts";
import type { PolicyKind, Problem } from "./kinds.ts";
import { type JsonNode, type ObjectNode, memberOf, placeOf } from "./json-reader.ts";
import { identityPlaces, lengthsOf, limits } from "./limits.ts";
import { statementFaults } from "./validate-statement.ts";

export function findProblems(kind: PolicyKind, file: string, text: string, root: JsonNode): Problem[] {
  return [...documentFaults(kind, root), ...lengthFaults(kind, text, root)].map(({ at, ...fault }) => ({
    ...fault,
    file,
    ...placeOf(text, at.start),
  }));
}

const topElements = ["Version", "Id", "Statement"];

function documentFaults(kind: PolicyKind, root: JsonNode): Fault[] {
  if (root.kind !== "object") return [error(root, "shape", "a policy is a JSON object with Version and Statement")];
  const faults = [...unknownElements(root.members, topElements), ...versionFaults(kind, root)];
  const statement = memberOf(root, "Statement");
  if (statement === undefined) return [...faults, error(root, "no-statement", "the element Statement is missing")];
  const nodes = statement.kind === "array" ? statement.items : [statement];
  if (nodes.length === 0) faults.push(error(statement, "no-statement", "Statement is an empty list"));
  return [...faults, ...nodes.flatMap((node) => statementFaults(kind, node)), ...repeatedSids(nodes)];
}

function versionFaults(kind: PolicyKind, root: ObjectNode): Fault[] {
  const version = memberOf(root, "Version");
  if (version === undefined) {
    const message = "Version is missing";
    return kind === "scp"
      ? [error(root, "no-version", `${message}: a service control policy needs "2012-10-17"`)]
      : [warning(root, "no-version", `${message}: 2008-10-17 then holds, and policy variables are plain text`)];
  }
  const value = version.kind === "string" ? version.value : undefined;
  if (value === "2012-10-17" || (value === "2008-10-17" && kind !== "scp")) return [];
  return [error(version, "version", 'Version is "2012-10-17"; it is the version of the language, not a date of yours')];
}

function repeatedSids(nodes: readonly JsonNode[]): Fault[] {
  const seen = new Set<string>();
  return nodes.flatMap((node) => {
    const sid = node.kind === "object" ? memberOf(node, "Sid") : undefined;
    if (sid?.kind !== "string" || sid.value === "") return [];
    if (seen.has(sid.value)) return [error(sid, "repeated-sid", `the Sid ${sid.value} stands twice`)];
    seen.add(sid.value);
    return [];
  });
}

/** Faults of length. IAM ignores blanks and the console removes them for SCPs: a document that fits only without them is a warning. */
function lengthFaults(kind: PolicyKind, text: string, root: JsonNode): Fault[] {
  const limit = limits[kind];
  const { written, minimised } = lengthsOf(text, root);
  const said = `${minimised.toLocaleString("en-US")} characters without blanks, ${limit.of} may have ${limit.characters.toLocaleString("en-US")}`;
  // too long for a managed policy, it may still fit inline on a role
  const most = kind === "identity" ? Math.max(...identityPlaces.map(({ characters }) => characters)) : limit.characters;
  if (minimised > most) return [error(root, "too-long", said)];
  if (minimised > limit.characters) return [warning(root, "too-long", said)];
  if (kind !== "scp" || written <= limit.characters) return [];
  return [
    warning(
      root,
      "long-as-written",
      `${written.toLocaleString("en-US")} characters as written, which the CLI and the SDKs send; ${said}`,
    ),
  ];
}

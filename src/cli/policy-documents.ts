/** The policy documents that the flags name; those that AWS would refuse are refused. */
import { readFile } from "node:fs/promises";
import type { Effects } from "../effects.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import { type PolicyDocument, isRefused, readPolicy } from "../policy/document.ts";
import type { PrincipalPolicies } from "../policy/bundle-layers.ts";
import type { PolicyKind, Problem } from "../policy/kinds.ts";
import { type Layer, type LayerDocuments, layersOf } from "../policy/layers.ts";
import { mostPerLevel } from "../policy/limits.ts";
import type { DocumentFlags } from "./flags/policy.ts";

export interface GivenDocuments {
  readonly layers: readonly Layer[];
  /** Kinds of policy that are known not to exist, and so are not missing. */
  readonly none: readonly PolicyKind[];
}

/** The SCP that is attached to every root, OU and account unless somebody detached it. */
const fullAccess = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** Reads the documents; those of flags take precedence over the bundle's. @throws SpillwayError `usage` for a file that is not a policy */
export async function readDocuments(
  flags: DocumentFlags,
  bundled: PrincipalPolicies | undefined,
  effects: Effects,
): Promise<GivenDocuments> {
  const scps = await readScps(flags);
  const read = async (kind: PolicyKind, files: readonly string[] | undefined): Promise<PolicyDocument[] | undefined> =>
    files === undefined ? undefined : await Promise.all(files.map((file) => readFileAs(kind, file)));
  const documents: LayerDocuments = {
    ...scps,
    identity: await read("identity", flags.identity),
    boundary: await read("boundary", flags.boundaryPolicy),
    session: await read("session", flags.sessionPolicy),
    endpoint: await read("endpoint", flags.endpointPolicy),
  };
  const own = layersOf(documents);
  refuseUnusable(
    own.flatMap((layer) => [...layer.documents]),
    effects,
  );
  const kinds = new Set<PolicyKind>([
    ...own.map(({ kind }) => kind),
    ...(flags.scp === false ? (["scp"] as const) : []),
  ]);
  const layers = [...(bundled?.layers ?? []).filter(({ kind }) => !kinds.has(kind)), ...own];
  const none: PolicyKind[] = [...(bundled?.none ?? []), ...(flags.scp === false ? (["scp"] as const) : [])];
  return { layers: withMissing(layers, none.includes("scp")), none };
}

/** The layers with the two that every call meets marked as missing if they were not given. */
function withMissing(layers: readonly Layer[], withoutScps: boolean): Layer[] {
  const has = (kind: PolicyKind): boolean => layers.some((layer) => layer.kind === kind);
  const scp: Layer[] =
    has("scp") || withoutScps
      ? []
      : [
          {
            kind: "scp",
            documents: [],
            missing: "no SCP was given: add --scp LEVEL=FILE, or --no-scp if there are none",
          },
        ];
  const identity: Layer[] = has("identity")
    ? []
    : [{ kind: "identity", documents: [], missing: "no identity policy was given: add --identity FILE" }];
  return [...scp, ...layers, ...identity];
}

async function readScps(flags: DocumentFlags): Promise<Pick<LayerDocuments, "scps" | "scpTitles">> {
  if (!Array.isArray(flags.scp)) return {};
  const levels = new Map<string, PolicyDocument[]>();
  for (const written of flags.scp.map(String)) {
    const [, level, file] = /^([^=]+)=(.+)$/s.exec(written) ?? [];
    if (level === undefined || file === undefined) {
      throw new SpillwayError("usage", `--scp ${written} names no level`, {
        next: "Write LEVEL=FILE, from the root to the account, for example: --scp root=FullAWSAccess --scp ou=region-deny.json",
      });
    }
    const documents = levels.get(level) ?? [];
    documents.push(await readFileAs("scp", file));
    levels.set(level, documents);
  }
  const crowded = [...levels].find(([, documents]) => documents.length > mostPerLevel);
  if (crowded !== undefined) {
    throw new SpillwayError(
      "usage",
      `${crowded[0]} has ${crowded[1].length} SCPs, AWS allows ${mostPerLevel} at one place`,
      {
        next: "Check the levels of --scp.",
      },
    );
  }
  return { scps: [...levels.values()], scpTitles: [...levels.keys()] };
}

async function readFileAs(kind: PolicyKind, file: string): Promise<PolicyDocument> {
  if (kind === "scp" && file === "FullAWSAccess") return readPolicy(kind, file, fullAccess);
  try {
    return readPolicy(kind, file, await readFile(file, "utf8"));
  } catch (cause) {
    throw new SpillwayError("usage", `cannot read ${file}: ${messageOf(cause)}`, {
      next: "Name a file with one policy document in JSON.",
      cause,
    });
  }
}

/** Reports every fault, warnings included, and refuses documents that AWS would refuse. */
function refuseUnusable(documents: readonly PolicyDocument[], effects: Effects): void {
  const problems = documents.flatMap((document) => document.problems);
  for (const problem of problems) {
    if (problem.severity === "warning") effects.log.warn(describeProblem(problem));
  }
  const [first, ...more] = problems.filter(({ severity }) => severity === "error");
  if (first === undefined) return;
  for (const problem of more) effects.log.error(describeProblem(problem));
  const refused = documents.filter(isRefused).map(({ name }) => name);
  throw new SpillwayError("usage", describeProblem(first), {
    next: `AWS would not take ${refused.join(", ")}: mend the document first.`,
  });
}

function describeProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** The reading of a bundle file, and the search for a principal in it. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { SpillwayError, messageOf } from "../../errors.ts";
import { type Bundle, bundleSchema } from "../../policy/bundle.ts";
import { type PrincipalPolicies, principalPolicies } from "../../policy/bundle-layers.ts";
import { JsonError, placeOf, plainValue, readJson } from "../../policy/json-reader.ts";

/** @throws SpillwayError `usage` for a file that is not a bundle, or an empty one */
export async function readBundle(file: string): Promise<Bundle> {
  const next = "Make one with: spillway policy collect --output bundle.json";
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new SpillwayError("usage", `cannot read ${file}: ${messageOf(cause)}`, { next, cause });
  });
  const parsed = bundleSchema.safeParse(valueOf(file, text));
  if (!parsed.success) {
    const said = z.prettifyError(parsed.error).split("\n").slice(0, 2).join(" ");
    throw new SpillwayError("usage", `${file} is not a bundle: ${said}`, { next });
  }
  if (Object.keys(parsed.data.principals).length === 0)
    throw new SpillwayError("usage", `${file} holds no principal`, { next });
  return parsed.data;
}

function valueOf(file: string, text: string): unknown {
  try {
    return plainValue(readJson(text));
  } catch (thrown) {
    if (!(thrown instanceof JsonError)) throw thrown;
    const { line, column } = placeOf(text, thrown.offset);
    throw new SpillwayError("usage", `${file}:${line}:${column}: ${thrown.message}`, {
      next: "Make a bundle with: spillway policy collect --output bundle.json",
    });
  }
}

/** @throws SpillwayError `usage` for a principal that the bundle does not have */
export function policiesIn(bundle: Bundle, file: string, principal: string): PrincipalPolicies {
  const found = principalPolicies(bundle, principal);
  if (found !== undefined) return found;
  const has = Object.keys(bundle.principals);
  throw new SpillwayError("usage", `${file} does not hold ${principal}`, {
    next: `It has ${has.slice(0, 3).join(", ")}${has.length > 3 ? `, and ${has.length - 3} more` : ""}.`,
  });
}

export async function policiesOf(file: string, principal: string): Promise<PrincipalPolicies> {
  return policiesIn(await readBundle(file), file, principal);
}

/** The principal of a bundle with one. */
export function onlyPrincipal(bundle: Bundle | undefined): string | undefined {
  const [only, ...more] = Object.keys(bundle?.principals ?? {});
  return more.length === 0 ? only : undefined;
}

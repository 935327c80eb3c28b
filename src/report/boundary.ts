/** The meaning of a boundary's name: approved Regions, from reference data or listed by the user. */
import { SpillwayError } from "../errors.ts";
import { builtInBoundaries } from "../reference/boundaries.ts";
import { findRegion } from "../reference/regions.ts";

export interface Boundary {
  readonly name: string;
  readonly regions: readonly string[];
}

/** Boundaries of the user's own: a name and its members, Regions or names that everybody has. */
export type OwnBoundaries = Readonly<Record<string, readonly string[]>>;

/**
 * `eu` (member states), `eea`, any jurisdiction of the table `region` (`us`, `uk`, `ch`, ...), a name of the user's own,
 * Regions, or several of these with commas. A profile's prefix is something else: `eu.` called from London may run in London (R7).
 * @throws SpillwayError `usage` that names what nobody knows, `config` for boundaries of one's own that cannot be
 */
export function resolveBoundary(name: string, own: OwnBoundaries = {}): Boundary {
  // all of them, whichever is asked for: one that redefines eu never decides what eu means
  const known = ownBoundaryRegions(own);
  const single = memberRegions(name, known);
  if (single !== undefined) return { name: known.has(name) ? name : name.toLowerCase(), regions: single };
  const members = name.split(",").map((member) => member.trim());
  if (members.length === 1) {
    throw new SpillwayError("usage", `unknown boundary ${JSON.stringify(name)}`, { next: knownNames(known) });
  }
  return { name: members.join(", "), regions: union(members, known, `boundary ${JSON.stringify(name)}`, "usage") };
}

/**
 * The Regions of each boundary of the user's own.
 * @throws SpillwayError `config` for a name that is taken or cannot be told from a list, and for a member that nobody knows
 */
export function ownBoundaryRegions(own: OwnBoundaries): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(own).map(([name, members]) => {
      checkName(name);
      return [name, union(members, new Map(), `boundaries.${name}`, "config")];
    }),
  );
}

function checkName(name: string): void {
  const taken = builtInBoundaries().has(name.toLowerCase())
    ? "that everybody has"
    : findRegion(name.toLowerCase()) !== undefined
      ? "of a Region"
      : undefined;
  if (taken !== undefined) {
    throw new SpillwayError("config", `boundaries.${name}: this is the name of a boundary ${taken}`, {
      next: `Give your own another name, for example "our-${name}".`,
    });
  }
  if (!/^[^\s,][^,]*$/.test(name)) {
    throw new SpillwayError("config", `boundaries: ${JSON.stringify(name)} is not a name`, {
      next: "A name has no comma and does not begin with a blank.",
    });
  }
}

function union(
  members: readonly string[],
  own: ReadonlyMap<string, readonly string[]>,
  where: string,
  code: "usage" | "config",
): readonly string[] {
  const regions = members.flatMap((member) => {
    const found = memberRegions(member, own);
    if (found !== undefined) return found;
    throw new SpillwayError(code, `${where}: ${JSON.stringify(member)} is not a Region, nor a boundary that is known`, {
      next: knownNames(own),
    });
  });
  return [...new Set(regions)];
}

function knownNames(own: ReadonlyMap<string, unknown>): string {
  const names = [...builtInBoundaries().keys(), ...own.keys()];
  return `Name one of ${names.join(", ")}, or list Regions: --boundary eu-central-1,eu-west-1`;
}

/** The Regions of one name; undefined for an unknown one. */
function memberRegions(name: string, own: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const named = own.get(name) ?? builtInBoundaries().get(name.toLowerCase());
  if (named !== undefined) return named;
  return findRegion(name.toLowerCase()) === undefined ? undefined : [name.toLowerCase()];
}

/** The bundle: the documents that bear on principals, the tree of the organization, and what could not be read, in one file. */
import { z } from "zod";

/** A question that AWS refused to answer, or that was not asked. */
export interface Unreadable {
  readonly what: string;
  readonly why: string;
}

export interface BundleTarget {
  readonly type: "root" | "ou" | "account";
  readonly name: string;
  /** The parent's id; null for the root. */
  readonly parent: string | null;
  /** Keys of `policies`, in the order of AWS's answer; null where they could not be read. */
  readonly scps: readonly string[] | null;
}

export interface BundlePolicy {
  readonly name: string;
  /** The document as a text, as AWS gave it; null where it could not be read. */
  readonly document: string | null;
}

export interface BundlePrincipal {
  readonly account: string;
  /** Keys of `policies`; null where they could not be read. */
  readonly identity: readonly string[] | null;
  /** The boundary; undefined where it could not be read. */
  readonly boundary?: string | null | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface Bundle {
  readonly format: "spillway-policy-bundle/1";
  readonly collected_at: string;
  /** The organization; null if the account belongs to none, undefined if it is not known. */
  readonly organization?: { readonly id: string; readonly management_account: string } | null | undefined;
  /** The root, OUs and accounts by their ids. */
  readonly targets: Readonly<Record<string, BundleTarget>>;
  readonly policies: Readonly<Record<string, BundlePolicy>>;
  readonly principals: Readonly<Record<string, BundlePrincipal>>;
  readonly unreadable: readonly Unreadable[];
}

const keys = z.array(z.string()).nullable();

export const bundleSchema: z.ZodType<Bundle> = z.strictObject({
  format: z.literal("spillway-policy-bundle/1"),
  collected_at: z.string(),
  organization: z.strictObject({ id: z.string(), management_account: z.string() }).nullish(),
  targets: z.record(
    z.string(),
    z.strictObject({
      type: z.enum(["root", "ou", "account"]),
      name: z.string(),
      parent: z.string().nullable(),
      scps: keys,
    }),
  ),
  policies: z.record(z.string(), z.strictObject({ name: z.string(), document: z.string().nullable() })),
  principals: z.record(
    z.string(),
    z.strictObject({
      account: z.string(),
      identity: keys,
      boundary: z.string().nullish(),
      tags: z.record(z.string(), z.string()).optional(),
    }),
  ),
  unreadable: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});

/** The targets from the root to the account; undefined where the path is not known. */
export function pathToAccount(
  bundle: Bundle,
  account: string,
): (readonly [id: string, target: BundleTarget])[] | undefined {
  const path: (readonly [string, BundleTarget])[] = [];
  let id: string | null = account;
  while (id !== null) {
    const target: BundleTarget | undefined = bundle.targets[id];
    if (target === undefined || path.some(([seen]) => seen === id)) return undefined;
    path.unshift([id, target]);
    id = target.parent;
  }
  return path[0]?.[1].type === "root" ? path : undefined;
}

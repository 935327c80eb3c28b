/** The place of a prefix in `[any/]AWSLogs/[o-id/]ACCOUNT/CloudTrail/REGION/yyyy/mm/dd/`, or below the folder of another kind of log. Pure. */

export type TrailPlace =
  /** Above `AWSLogs/`: trails have to be looked for. */
  | { readonly at: "above" }
  /** At `AWSLogs/` or at its organization folder: accounts come next. */
  | { readonly at: "root"; readonly folder: string }
  | { readonly at: "account"; readonly folder: string; readonly accountId: string }
  /** At `.../CloudTrail/`: Regions come next. */
  | { readonly at: "trail"; readonly folder: string; readonly accountId: string }
  | { readonly at: "region"; readonly folder: string; readonly accountId: string; readonly region: string }
  /** Within days, a single file, or a folder of another service: listed as it is. */
  | { readonly at: "below"; readonly prefix: string };

export const accountFolder: RegExp = /^\d{12}$/;
export const organizationFolder: RegExp = /^o-[a-z0-9]+$/;
export const regionFolder: RegExp = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;

/** The place of a prefix, read as a folder with or without its final slash, unless it ends like a log file. */
export function placeOf(prefix: string, kindFolder = "CloudTrail"): TrailPlace {
  if (/\.(?:json|gz|jsonl|ndjson|log)$/i.test(prefix)) return { at: "below", prefix };
  const folder = asFolder(prefix);
  const segments = folder.split("/").slice(0, -1);
  const root = segments.lastIndexOf("AWSLogs");
  if (root < 0) return { at: "above" };
  const rest = segments.slice(root + 1);
  if (rest[0] !== undefined && organizationFolder.test(rest[0])) rest.shift();
  const [accountId, service, region, ...days] = rest;
  if (accountId === undefined) return { at: "root", folder };
  if (!accountFolder.test(accountId)) return { at: "below", prefix };
  if (service === undefined) return { at: "account", folder, accountId };
  if (service !== kindFolder) return { at: "below", prefix };
  if (region === undefined) return { at: "trail", folder, accountId };
  if (!regionFolder.test(region) || days.length > 0) return { at: "below", prefix };
  return { at: "region", folder, accountId, region };
}

/** The prefix as a folder: a bare `logs` would match `logs-old/` too. */
export function asFolder(prefix: string): string {
  return prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
}

/** The last segment of a folder: `a/b/` gives `b`. */
export function folderName(folder: string): string {
  return folder.slice(folder.lastIndexOf("/", folder.length - 2) + 1, -1);
}

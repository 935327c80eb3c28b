/** The reading of a trail object's path: account, Region, delivery day, or that it is not a log file. */

export interface TrailKey {
  readonly accountId: string | null;
  readonly region: string | null;
  readonly day: string | null;
  readonly skip: string | null;
}

/** CloudTrail's layout (User Guide, "Getting and viewing your CloudTrail log files"); organization trails have the `o-...` folder. */
const layout =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/(CloudTrail[A-Za-z-]*)\/([a-z0-9-]+)\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/;

/** CloudTrail's other files, recognised by their folder or, in flattened copies, by the second part of their name. */
const otherKinds: ReadonlyMap<string, string> = new Map([
  ["CloudTrail-Digest", "digest file"],
  ["CloudTrail-Insight", "Insight file"],
  ["CloudTrail-NetworkActivity", "network activity file"],
  ["CloudTrail-Aggregated", "aggregated file"],
  ["CloudTrail-Lake", "CloudTrail Lake result"],
  ["BedrockModelInvocationLogs", "model invocation log"],
]);

/** Other services that deliver into `AWSLogs/ACCOUNT/` of the same bucket. Unknown folders are read: they may hold a trail's copies. */
const otherServices: ReadonlyMap<string, string> = new Map([
  ["Config", "AWS Config file"],
  ["GuardDuty", "GuardDuty finding"],
  ["WAFLogs", "WAF log"],
  ["SecurityHub", "Security Hub finding"],
  ["RedshiftAudit", "Redshift log"],
  ["vpcflowlogs", "VPC flow log"],
  ["vpcdnsquerylogs", "DNS query log"],
  ["vpc-endpoint", "VPC endpoint log"],
  ["vpclattice", "VPC Lattice log"],
  ["VPCLattice", "VPC Lattice log"],
  ["elasticloadbalancing", "load balancer log"],
  ["network-firewall", "Network Firewall log"],
  ["globalaccelerator", "Global Accelerator log"],
  ["transitgateway", "transit gateway log"],
  ["redshift", "Redshift log"],
  ["s3serveraccesslogs", "S3 access log"],
  ["verified-access", "Verified Access log"],
]);

const kindFolder = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/([A-Za-z][\w-]*)\//;
const kindName = /(?:^|\/)\d{12}_([A-Za-z][\w-]*?)_[^/]*$/;

/** The signature beside CloudTrail Lake's results, and the objects that AWS services write to test their access. */
const leftovers: ReadonlyMap<string, string> = new Map([
  ["result_sign.json", "CloudTrail Lake result"],
  ["ConfigWritabilityCheckFile", "AWS Config file"],
  ["ELBAccessLogTestFile", "load balancer log"],
  ["amazon-bedrock-logs-permission-check", "model invocation log"],
]);

/** A prompt or a completion beside the model invocation log that names it: recognised by its name anywhere, and never opened. */
export const bodyName: RegExp = /(?:^|\/)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}_(?:input|output)\.json(?:\.gz)?$/i;

const logName = /\.(?:json|jsonl|ndjson|log|csv)(?:\.gz)?$|\.gz$/i;

/**
 * Reads a key or a path with forward slashes. `AWSLogs/` may be in any folder;
 * without that layout only the name decides, and account, Region and day stay unknown. With `anyName` any name will do.
 */
export function parseTrailKey(key: string, anyName = false): TrailKey {
  const match = layout.exec(key);
  const place = match
    ? { accountId: match[1] ?? null, region: match[3] ?? null, day: `${match[4]}-${match[5]}-${match[6]}` }
    : { accountId: null, region: null, day: null };
  return { ...place, skip: skipReason(key, anyName) };
}

function skipReason(key: string, anyName: boolean): string | null {
  for (const [kind, reason] of otherKinds) {
    if (key.includes(`/${kind}/`) || key.startsWith(`${kind}/`)) return reason;
  }
  const [folder, flat] = [kindFolder.exec(key)?.[1], kindName.exec(key)?.[1]];
  const service = otherServices.get(folder ?? "") ?? otherServices.get(flat ?? "");
  if (service !== undefined) return service;
  const name = key.slice(key.lastIndexOf("/") + 1);
  const leftover = leftovers.get(name);
  if (leftover !== undefined) return leftover;
  if (bodyName.test(key)) return "model invocation log";
  // aggregated events in a flattened copy are read: their counts have to be reported
  if (flat !== undefined && flat !== "CloudTrail-Aggregated" && otherKinds.has(flat))
    return otherKinds.get(flat) ?? null;
  if (name === "" || name.startsWith(".")) return "hidden file";
  return anyName || logName.test(name) ? null : "not the name of a log file";
}

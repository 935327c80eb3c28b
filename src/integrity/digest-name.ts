/** The names of digest files and log files in a trail: what a key says before anything is read. Pure. */

/** An account's Region below `base`, the part before `AWSLogs/`: a bucket or folder may hold several. */
export interface TrailPlace {
  readonly base: string;
  readonly accountId: string;
  readonly region: string;
}

export interface DigestName extends TrailPlace {
  readonly trail: string;
  readonly homeRegion: string;
  /** The end of the digest's hour, epoch milliseconds. */
  readonly endsAt: number;
  readonly isBackfill: boolean;
}

export interface LogName extends TrailPlace {
  /** Delivery, to the minute, epoch milliseconds. */
  readonly deliveredAt: number;
}

/** CloudTrail User Guide, "CloudTrail digest file structure"; a trail's name may hold underscores. */
const digestLayout =
  /^(.*\/|)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail-Digest\/([a-z0-9-]+)\/\d{4}\/\d{2}\/\d{2}\/\2_CloudTrail-Digest_\3_(.+)_([a-z]{2,}(?:-[a-z]+)+-\d+)_(\d{8}T\d{6}Z)(_backfill)?\.json\.gz$/;
/** "Getting and viewing your CloudTrail log files"; one page prints the name without the second underscore. */
const logLayout =
  /^(.*\/|)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail\/([a-z0-9-]+)\/\d{4}\/\d{2}\/\d{2}\/\2_CloudTrail_\3_(\d{8}T\d{4})Z_?[A-Za-z0-9]+\.json(?:\.gz)?$/;

/** Reads a key, or a path with forward slashes. */
export function parseDigestName(key: string): DigestName | null {
  const match = digestLayout.exec(key);
  if (match === null) return null;
  const [, base = "", accountId = "", region = "", trail = "", homeRegion = "", stamp = "", backfill] = match;
  const endsAt = stampTime(stamp);
  if (endsAt === null) return null;
  return { base, accountId, region, trail, homeRegion, endsAt, isBackfill: backfill !== undefined };
}

export function parseLogName(key: string): LogName | null {
  const match = logLayout.exec(key);
  if (match === null) return null;
  const [, base = "", accountId = "", region = "", stamp = ""] = match;
  const deliveredAt = stampTime(`${stamp}00Z`);
  return deliveredAt === null ? null : { base, accountId, region, deliveredAt };
}

/** The time of a stamp such as `20260914T080131Z`. */
function stampTime(stamp: string): number | null {
  const iso = stamp.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, "$1-$2-$3T$4:$5:$6Z");
  const time = Date.parse(iso);
  return Number.isNaN(time) ? null : time;
}

/** The name of a chain: all digests of a trail for an account and Region. Backfill digests are a separate chain. */
export function chainOf({ trail, homeRegion, isBackfill }: DigestName): string {
  return `${trail} ${homeRegion}${isBackfill ? " backfill" : ""}`;
}

/** The key of a digest that would end in the hour of `endsAt`, without its exact second. */
export function expectedDigest(like: string, endsAt: number): string {
  const stamp = new Date(endsAt).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = `${stamp.slice(0, 4)}/${stamp.slice(4, 6)}/${stamp.slice(6, 8)}`;
  return like
    .replace(/\/\d{4}\/\d{2}\/\d{2}\/(?=[^/]*$)/, `/${day}/`)
    .replace(/_\d{8}T\d{6}Z(?=(?:_backfill)?\.json\.gz$)/, `_${stamp.slice(0, 11)}*Z`);
}

/** The part of a key that a copy keeps: from the layout's last `AWSLogs/` on. */
export function tailOf(key: string): string {
  const at = key.lastIndexOf("AWSLogs/");
  return at < 0 ? key : key.slice(at);
}

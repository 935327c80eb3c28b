/** The made-up organization as a whole: its trail in a folder, and what went into it. */
import { dayMs, dayOf, hourMs } from "../day.ts";
import { demoAccounts, homeRegion, trailName } from "./callers.ts";
import type { World } from "./calls.ts";
import { runNoise, runOrdinary } from "./bystanders.ts";
import { runDenials, runSpecials } from "./incidents.ts";
import { createRandom } from "./random.ts";
import { type DemoDigests, type DemoLog, writeDigests } from "./digests.ts";
import { type TrailObject, contentOf, createTrail, objectKey, writeObject, writeTrail } from "./trail.ts";
import type { Entry } from "./entry.ts";
import { runWorkloads } from "./workloads.ts";

export interface DemoOptions {
  readonly seed?: number;
  /** The end of the logs; default: a fixed date, which makes the demo the same for everybody. */
  readonly now?: Date;
  /** Whether CloudTrail's digests are written too; their signatures, one an hour, take some seconds. */
  readonly digests?: boolean;
}

export interface DemoOrganization {
  readonly folder: string;
  /** First instant of the first day and end of the logs, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** The delivered files, and their keys. */
  readonly objects: readonly TrailObject[];
  readonly keys: readonly string[];
  /** Files that are not logs, and those that arrived broken. */
  readonly skipped: readonly string[];
  readonly quarantined: readonly string[];
  /** The calls that were made, and the account-day on which no file was delivered. */
  readonly entries: readonly Entry[];
  readonly gap: { readonly account: string; readonly day: string };
  /** The digests, where they were asked for. */
  readonly digests?: DemoDigests;
}

const days = 14;
const gapDay = 6;

interface Oddities {
  readonly skipped: readonly string[];
  /** The file that arrived broken, as it was sent. */
  readonly broken: DemoLog;
}

/** Files among the logs that are not logs, or arrived broken. */
function writeOddities(folder: string, end: number): Oddities {
  const place = { account: demoAccounts.shop, region: "eu-central-1", at: end - dayMs };
  const insight = objectKey(place, "CloudTrail-Insight", "Zy9Xw8Vu7Ts6Rq5P");
  writeObject(folder, insight, {
    Records: [
      {
        eventVersion: "1.07",
        eventType: "AwsCloudTrailInsight",
        eventCategory: "Insight",
        insightDetails: {
          state: "Start",
          eventSource: "bedrock.amazonaws.com",
          eventName: "Converse",
          insightType: "ApiCallRateInsight",
        },
      },
    ],
  });
  const late = { ...place, account: demoAccounts.research };
  const key = objectKey(late, "CloudTrail", "TruncatedFile001");
  const body = {
    Records: Array.from({ length: 40 }, (_, index) => ({
      eventVersion: "1.11",
      eventSource: "s3.amazonaws.com",
      eventID: `never-arrived-${index * 7919}`,
    })),
  };
  writeObject(folder, key, body, 0.6);
  return { skipped: [insight], broken: { ...late, key, content: contentOf(body) } };
}

/** The only digest where none are asked for: it shows that such files occur. */
function writeLoneDigest(folder: string, end: number): string {
  const place = { account: demoAccounts.shop, region: "eu-central-1", at: end - dayMs };
  const digest = objectKey(place, "CloudTrail-Digest", `${trailName}_${homeRegion}`);
  writeObject(folder, digest, {
    awsAccountId: place.account,
    digestStartTime: new Date(end - dayMs - hourMs).toISOString(),
    digestEndTime: new Date(end - dayMs).toISOString(),
    previousDigestSignature: null,
    logFiles: [],
  });
  return digest;
}

/** Writes two weeks of an organization trail below `folder`. Deterministic for the same options. */
export async function writeDemoOrganization(folder: string, options: DemoOptions = {}): Promise<DemoOrganization> {
  const end = options.now?.getTime() ?? Date.UTC(2026, 8, 15);
  const firstDay = Math.floor((end - 1) / dayMs) * dayMs - (days - 1) * dayMs;
  const gap = { account: demoAccounts.support, start: firstDay + gapDay * dayMs };
  const random = createRandom(options.seed ?? 7);
  const world: World = { random, trail: createTrail(end, gap), entries: [] };
  for (let index = 0; index < days; index += 1) {
    const start = firstDay + index * dayMs;
    const isQuiet = (account: string): boolean => account === gap.account && index === gapDay;
    runWorkloads(world, start, index, isQuiet);
    runDenials(world, start, isQuiet);
    runSpecials(world, start, index);
    runNoise(world, start, isQuiet);
    runOrdinary(world, start, isQuiet);
  }
  const objects = world.trail.objects();
  const redelivered = objects.find(
    (object) =>
      object.account === demoAccounts.shop && object.region === "eu-central-1" && object.at > firstDay + 3 * dayMs,
  );
  const copies: readonly TrailObject[] =
    redelivered === undefined ? [] : [{ ...redelivered, at: redelivered.at + 30_000 }];
  const all = [...objects, ...copies];
  const keys = writeTrail(folder, all, random);
  const { skipped, broken } = writeOddities(folder, end);
  const logs = all.map(({ account, region, at, records }, index) => ({
    account,
    region,
    at,
    key: keys[index] ?? "",
    content: contentOf({ Records: records }),
  }));
  const digests = options.digests === true ? writeDigests(folder, [...logs, broken], firstDay, end) : undefined;
  return {
    folder,
    from: new Date(firstDay).toISOString(),
    to: new Date(end).toISOString(),
    objects: all,
    keys,
    skipped: [...(digests?.keys ?? [writeLoneDigest(folder, end)]), ...skipped],
    quarantined: [broken.key],
    entries: world.entries,
    gap: { account: gap.account, day: dayOf(gap.start) },
    ...(digests === undefined ? {} : { digests }),
  };
}

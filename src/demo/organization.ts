/** Owns the made-up organization as a whole: writes its trail into a folder and says what is true about it. */
import { type DemoSummary, summarize } from "./summary.ts";
import { demoAccounts } from "./cast.ts";
import type { World } from "./calls.ts";
import { runNoise, runOrdinary } from "./bystanders.ts";
import { runDenials, runSpecials } from "./incidents.ts";
import { createRandom } from "./random.ts";
import { type TrailObject, createTrail, day, objectKey, writeObject, writeTrail } from "./trail.ts";
import { closeBooks } from "./truth.ts";
import { runWorkloads } from "./workloads.ts";

export type { DemoSummary } from "./summary.ts";

export interface DemoOptions {
  readonly seed?: number;
  /** The end of the logs; a fixed date unless given, so that the demo is the same for everybody. */
  readonly now?: Date;
}

const days = 14;
const gapDay = 6;

/** Files that lie among the logs and are none, or arrived broken. Returns their keys. */
function writeOddities(
  folder: string,
  end: number,
): { readonly skipped: readonly string[]; readonly quarantined: readonly string[] } {
  const place = { account: demoAccounts.shop, region: "eu-central-1", at: end - day };
  const digest = objectKey(place, "CloudTrail-Digest", "organization-trail_eu-central-1");
  writeObject(folder, digest, {
    awsAccountId: place.account,
    digestStartTime: new Date(end - day - 3_600_000).toISOString(),
    digestEndTime: new Date(end - day).toISOString(),
    previousDigestSignature: null,
    logFiles: [],
  });
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
  const truncated = objectKey({ ...place, account: demoAccounts.research }, "CloudTrail", "TruncatedFile001");
  writeObject(
    folder,
    truncated,
    {
      Records: Array.from({ length: 40 }, (_, index) => ({
        eventVersion: "1.11",
        eventSource: "s3.amazonaws.com",
        eventID: `never-arrived-${index * 7919}`,
      })),
    },
    0.6,
  );
  return { skipped: [digest, insight], quarantined: [truncated] };
}

/** Writes two weeks of an organization trail below `folder`. Deterministic for the same options. */
export async function writeDemoOrganization(folder: string, options: DemoOptions = {}): Promise<DemoSummary> {
  const end = options.now?.getTime() ?? Date.UTC(2026, 8, 15);
  const firstDay = Math.floor((end - 1) / day) * day - (days - 1) * day;
  const gap = { account: demoAccounts.support, start: firstDay + gapDay * day };
  const random = createRandom(options.seed ?? 7);
  const world: World = { random, trail: createTrail(end, gap), books: [] };
  for (let index = 0; index < days; index += 1) {
    const start = firstDay + index * day;
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
      object.account === demoAccounts.shop && object.region === "eu-central-1" && object.at > firstDay + 3 * day,
  );
  const copies: readonly TrailObject[] =
    redelivered === undefined ? [] : [{ ...redelivered, at: redelivered.at + 30_000 }];
  const all = [...objects, ...copies];
  const keys = writeTrail(folder, all, random);
  const { skipped, quarantined } = writeOddities(folder, end);
  return summarize({
    folder,
    from: firstDay,
    to: end,
    objects: all,
    keys,
    skipped,
    quarantined,
    invocations: closeBooks(world.books),
    gap,
  });
}

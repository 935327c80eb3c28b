/** The cost of reading a day of logs, from the listed sizes of its log files. */
import { SpillwayError } from "../errors.ts";
import type { SourceSettings } from "../ingest/sources/settings.ts";
import type { CommandContext } from "./flags/context.ts";

export interface EstimateFlags extends Pick<
  SourceSettings,
  "account" | "region" | "athenaS3Endpoint" | "athenaPrice" | "profile" | "roleArn"
> {
  readonly logs?: string;
}

/** Reports the cost of yesterday's logs: the last complete day. */
export async function sayCost(flags: EstimateFlags, { effects, signal }: CommandContext): Promise<void> {
  if (flags.logs === undefined) {
    throw new SpillwayError("usage", "--estimate has to know the bucket", { next: "Add --logs s3://BUCKET[/PREFIX]" });
  }
  const [{ loggedBytes }, { bytesText }, { costOf, dollarsText, listPricePerTerabyte }, { addDays, dayOf }] =
    await Promise.all([
      import("../ingest/sources/s3/logged-bytes.ts"),
      import("../bytes-text.ts"),
      import("../engines/athena/cost.ts"),
      import("../day.ts"),
    ]);
  const day = addDays(dayOf(effects.now()), -1);
  const { files, bytes } = await loggedBytes(flags.logs, {
    from: day,
    to: day,
    accounts: flags.account,
    regions: flags.region,
    endpoint: flags.athenaS3Endpoint,
    profile: flags.profile,
    roles: flags.roleArn?.map((arn) => ({ arn })),
    now: effects.now,
    signal,
  });
  const price = flags.athenaPrice ?? listPricePerTerabyte;
  const cost = (days: number): string => dollarsText(costOf(bytes * days, price));
  effects.log.info(
    `${day}: ${files.toLocaleString("en-US")} log files, ${bytesText(bytes)}. Reading them once costs about ${cost(1)} at $${price} per TB, 30 such days ${cost(30)}.`,
  );
  effects.log.info(
    "A report over raw logs reads them several times; over the copy (--copy) it reads the Bedrock events alone.",
  );
}

/** The differences between kinds of logs below `AWSLogs/ACCOUNT/`: their folder, their keys and their ledger. */
import type { ObjectKind } from "../../store/warehouse.ts";
import { type TrailKey, parseTrailKey } from "./trail-key.ts";

export interface Layout {
  readonly kind: ObjectKind;
  /** The folder that holds the Regions. */
  readonly folder: string;
  readonly parseKey: (key: string, anyName?: boolean) => TrailKey;
  /** The words in messages for what was looked for, and how to find it. */
  readonly sought: string;
  readonly next: string;
  readonly nextIfSilent: string;
}

export const trailLayout: Layout = {
  kind: "trail",
  folder: "CloudTrail",
  parseKey: parseTrailKey,
  sought: "trail",
  next: "Name the bucket and prefix of the trail, as in: aws cloudtrail describe-trails --query 'trailList[].[S3BucketName,S3KeyPrefix]'",
  nextIfSilent: "Check that the trail is logging: aws cloudtrail get-trail-status --name TRAIL",
};

/** The reading of `s3://bucket/prefix` as a user writes it. */
import { SpillwayError } from "../../errors.ts";

export interface S3Url {
  /** The bucket's name, or the ARN of an access point. */
  readonly bucket: string;
  /** Empty, or a prefix without a leading slash. A trailing slash stays as it was written. */
  readonly prefix: string;
}

/** S3 User Guide, "Bucket naming rules"; capital letters and underscores occur in old buckets and other stores. */
const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

/** An access point of one Region; S3 User Guide, "Referencing access points". */
const accessPoint = /^s3:\/\/(arn:[a-z-]+:s3:[a-z0-9-]+:\d{12}:accesspoint[/:][a-z0-9-]+)(?:\/+(.*))?$/s;

export function isS3Url(source: string): boolean {
  return /^s3:/i.test(source);
}

/** @throws SpillwayError `usage` */
export function parseS3Url(url: string): S3Url {
  const [, point, below = ""] = accessPoint.exec(url) ?? [];
  if (point !== undefined) return { bucket: point.replace(/accesspoint:/, "accesspoint/"), prefix: below };
  if (/^s3:\/\/arn:/i.test(url)) {
    throw new SpillwayError("usage", `${url} does not name an access point of one Region`, {
      next: "Write s3://arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME[/PREFIX], or name the bucket; a multi-Region access point cannot be read.",
    });
  }
  const match = /^s3:\/\/([^/]*)(?:\/+(.*))?$/is.exec(url);
  const bucket = match?.[1] ?? "";
  if (match === null || !bucketName.test(bucket)) {
    throw new SpillwayError("usage", `${url} is not an S3 address`, {
      next: "Write s3://BUCKET or s3://BUCKET/PREFIX, for example s3://my-org-trail/AWSLogs/o-exampleorgid.",
    });
  }
  return { bucket, prefix: match[2] ?? "" };
}

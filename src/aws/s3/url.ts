/** Owns `s3://bucket/prefix`: what a user may write there. */
import { SpillwayError } from "../../errors.ts";

export interface S3Url {
  readonly bucket: string;
  /** Empty, or a prefix without a leading slash. A trailing slash stays as it was written. */
  readonly prefix: string;
}

/** S3 User Guide, "Bucket naming rules"; capital letters and underscores occur in old buckets and other stores. */
const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

export function isS3Url(source: string): boolean {
  return /^s3:/i.test(source);
}

/** @throws SpillwayError `usage` */
export function parseS3Url(url: string): S3Url {
  const match = /^s3:\/\/([^/]*)(?:\/+(.*))?$/is.exec(url);
  const bucket = match?.[1] ?? "";
  if (match === null || !bucketName.test(bucket)) {
    throw new SpillwayError("usage", `${url} is no S3 address`, {
      next: "Write s3://BUCKET or s3://BUCKET/PREFIX, for example s3://my-org-trail/AWSLogs/o-exampleorgid.",
    });
  }
  return { bucket, prefix: match[2] ?? "" };
}

/** Writing one file to a bucket: whole or not at all, sent again on a failure that may pass. */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { explainS3 } from "./explain.ts";
import { regionOf } from "./locate-bucket.ts";
import { type S3AccessOptions, accessOf, checkS3Access } from "../options.ts";
import { callService } from "../call.ts";
import { parseS3Url } from "./url.ts";

export interface S3PutOptions extends Omit<S3AccessOptions, "sessionName" | "requesterPays"> {
  readonly signal?: AbortSignal | undefined;
  readonly contentType?: string | undefined;
  /** ARN of the KMS key to encrypt with; default: the bucket's own setting. */
  readonly kmsKey?: string | undefined;
}

/** The Regions of buckets written to: the next file needs no redirect. */
const regions = new Map<string, string>();

/**
 * Writes `file` to `url`, `s3://bucket/key`. A bucket in another Region is followed.
 * @throws SpillwayError `source-denied`, `source-not-found`, `source-unreachable`, `credentials`
 */
export async function putObject(url: string, file: string, options: S3PutOptions = {}): Promise<void> {
  const { bucket, prefix: key } = parseS3Url(url);
  checkS3Access(options);
  const { signal } = options;
  const size = statSync(file).size;
  // Buckets with object lock require a checksum; it also makes S3 refuse a body changed on its way.
  const md5 = createHash("md5");
  await pipeline(createReadStream(file), md5);
  const digest = md5.digest("base64");
  const given = accessOf(bucket, options, process.env);
  const place = `${given.endpoint ?? ""}/${bucket}`;
  const region = regions.get(place) ?? (given.region === "" ? "us-east-1" : given.region);
  let access = { ...given, region };
  for (let hops = 0; ; hops++) {
    try {
      const there = access;
      await callService(
        "s3",
        there,
        ({ sdk, client }, sending) =>
          client.send(
            new sdk.PutObjectCommand({
              Bucket: there.bucket,
              Key: key,
              ...(there.expectedBucketOwner === null ? {} : { ExpectedBucketOwner: there.expectedBucketOwner }),
              Body: createReadStream(file),
              ContentLength: size,
              ContentMD5: digest,
              ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
              ...(options.kmsKey === undefined
                ? {}
                : { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: options.kmsKey }),
            }),
            sending,
          ),
        signal,
      );
      regions.set(place, access.region);
      return;
    } catch (thrown) {
      const elsewhere = hops < 2 ? regionOf(thrown) : undefined;
      if (elsewhere === undefined || elsewhere === access.region) {
        throw explainS3(thrown, { action: "put", access, path: key });
      }
      access = { ...access, region: elsewhere };
    }
  }
}

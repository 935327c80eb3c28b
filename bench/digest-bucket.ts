/** An organization's trail with digests on an S3 server that we did not write, and an endpoint that gives the public keys. */
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { mapParallel } from "../src/ingest/listing/parallel.ts";
import { MadeTrail, hour } from "../test/integrity/made-trail.ts";
import { PublicKeysServer } from "../test/support/public-keys-server.ts";
import { startRealS3Server } from "../test/support/real-s3-server.ts";

export interface DigestBucket extends AsyncDisposable {
  readonly s3: string;
  readonly cloudtrail: string;
  readonly from: string;
  readonly to: string;
}

export interface DigestBucketShape {
  readonly server: string;
  /** Account-Regions. */
  readonly places: number;
  /** Digests of each. */
  readonly hours: number;
  /** Log files of a digest. */
  readonly logs: number;
}

export const digestBucket = "bench-trail";
const regions = ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-northeast-1"];

/** The bucket filled, or why there is no server. */
export async function startDigestBucket(shape: DigestBucketShape): Promise<DigestBucket | string> {
  const server = await startRealS3Server(shape.server);
  if (typeof server === "string") return server;
  const cloudtrail = await PublicKeysServer.start();
  await server.client.send(new CreateBucketCommand({ Bucket: digestBucket }));
  let range = { from: "", to: "" };
  for (let place = 0; place < shape.places; place++) {
    const region = regions[place % regions.length] ?? "eu-west-1";
    const trail = new MadeTrail({
      bucket: digestBucket,
      account: String(111_122_220_000 + Math.floor(place / regions.length)),
      region,
      hours: shape.hours,
      logsPerHour: shape.logs,
      content,
    });
    await mapParallel([...trail.objects], 32, ([Key, { body, metadata }]) =>
      server.client.send(new PutObjectCommand({ Bucket: digestBucket, Key, Body: body, Metadata: metadata })),
    );
    const given = { key: trail.chain.key, from: trail.chain.start - 240 * hour, to: trail.end + 240 * hour };
    cloudtrail.keys.set(region, [given]);
    range = { from: new Date(trail.chain.start).toISOString(), to: new Date(trail.end).toISOString() };
  }
  return {
    ...range,
    s3: server.endpoint,
    cloudtrail: cloudtrail.endpoint,
    async [Symbol.asyncDispose](): Promise<void> {
      await server[Symbol.asyncDispose]();
      await cloudtrail[Symbol.asyncDispose]();
    },
  };
}

/** About 8 KB, as a log file of a quiet account has. */
function content(key: string, index: number): string {
  return JSON.stringify({
    Records: Array.from({ length: 8 }, (_, record) => ({
      eventVersion: "1.11",
      eventSource: "s3.amazonaws.com",
      eventName: "GetObject",
      awsRegion: "eu-west-1",
      sourceIPAddress: `198.51.100.${(index + record) % 250}`,
      userAgent: "aws-sdk-java/2.41.17 Linux/5.10.245 OpenJDK_64-Bit_Server_VM/21.0.9+10-LTS",
      eventID: `${index}-${record}-${key.slice(-24)}`,
      requestParameters: { bucketName: `bucket-${index % 40}`, Host: "s3.amazonaws.com", key: "x".repeat(400) },
    })),
  });
}

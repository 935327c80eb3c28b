/** An organization's trail with digests behind S3 and CloudTrail endpoints, in a process of its own. Prints both addresses. */
import { parseArgs } from "node:util";
import { MadeTrail, hour } from "../test/integrity/made-trail.ts";
import { PublicKeysServer } from "../test/support/public-keys-server.ts";
import { S3Server } from "../test/support/s3-server.ts";

const { values } = parseArgs({
  options: {
    places: { type: "string", default: "1" },
    hours: { type: "string", default: "24" },
    logs: { type: "string", default: "100" },
  },
});
const regions = ["eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-northeast-1"];
const s3 = await S3Server.start({ bucket: "bench-trail", region: "us-east-1" });
const cloudtrail = await PublicKeysServer.start();
/** About 8 KB, as a log file of a quiet account has. */
const content = (key: string, index: number): string =>
  JSON.stringify({
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
for (let place = 0; place < Number(values.places); place++) {
  const region = regions[place % regions.length] ?? "eu-west-1";
  const account = String(111_122_220_000 + Math.floor(place / regions.length));
  const trail = new MadeTrail({
    bucket: "bench-trail",
    account,
    region,
    hours: Number(values.hours),
    logsPerHour: Number(values.logs),
    content,
  });
  for (const [key, { body, metadata }] of trail.objects) s3.put(key, body, metadata);
  const given = { key: trail.chain.key, from: trail.chain.start - 240 * hour, to: trail.end + 240 * hour };
  cloudtrail.keys.set(region, [given]);
  if (place === 0)
    console.log(`range ${new Date(trail.chain.start).toISOString()} ${new Date(trail.end).toISOString()}`);
}
console.log(`ready ${s3.endpoint} ${cloudtrail.endpoint}`);
process.stdin.resume().once("close", () => process.exit());

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import { s3ListingScope, s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { noMemory } from "../../../../src/ingest/listing/source.ts";
import { createLogger } from "../../../../src/log.ts";
import type { S3Server, S3ServerOptions } from "../../../support/s3-server.ts";
import {
  listAll,
  listKeys,
  now,
  optionsFor,
  remembers,
  startServer,
  trailKey,
  useTestCredentials,
} from "../../../support/s3-trail.ts";

let server: S3Server;
const restart = async (options: S3ServerOptions): Promise<void> => {
  await server[Symbol.asyncDispose]();
  server = await startServer(options);
};
beforeEach(async () => {
  useTestCredentials();
  server = await startServer();
});
afterEach(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});
const url = (prefix = ""): string => `s3://${server.bucket}${prefix === "" ? "" : `/${prefix}`}`;
const put = (keys: readonly string[]): void => keys.forEach((key) => server.put(key, key));

const organization = "o-abc1234567";
const wanted = [
  trailKey({ day: "2026-09-13" }),
  trailKey({ day: "2026-09-14", region: "us-east-1" }),
  trailKey({ day: "2026-09-14", organization, account: "444455556666" }),
  trailKey({
    day: "2026-09-12",
    prefix: "landing zone/prod+1/",
    organization,
    account: "444455556666",
    region: "us-gov-west-1",
  }),
  trailKey({ day: "2026-09-14", prefix: "a/b/c/" }),
].toSorted();
const others = [
  "readme.txt",
  "alb/AWSLogs/111122223333/elasticloadbalancing/eu-west-1/2026/09/14/x.log.gz",
  trailKey({ day: "2026-09-14", service: "CloudTrail-Digest" }),
  trailKey({ day: "2026-09-14", service: "CloudTrail-Insight" }),
  "AWSLogs/111122223333/Config/eu-west-1/2026/9/14/x.json.gz",
  trailKey({ day: "2026-01-01" }),
];

describe("s3Source finds trails", () => {
  it("of every layout and prefix in one bucket, and nothing else", async () => {
    put([...wanted, ...others]);
    expect(await listKeys(server, s3Source(url(), optionsFor(server)))).toEqual(wanted);
  });

  it.each([
    ["a", 1],
    ["AWSLogs", 3],
    ["AWSLogs/", 3],
    [`AWSLogs/${organization}`, 1],
    ["AWSLogs/111122223333", 2],
    ["AWSLogs/111122223333/CloudTrail/", 2],
    ["AWSLogs/111122223333/CloudTrail/us-east-1", 1],
    ["AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01", 1],
    ["landing zone", 1],
    [trailKey({ day: "2026-01-01" }), 1],
  ])("below the prefix %s: %i", async (prefix, count) => {
    put([...wanted, ...others]);
    expect(await listKeys(server, s3Source(url(prefix), optionsFor(server)))).toHaveLength(count);
  });

  it("says of each object where it belongs, and how to fetch it", async () => {
    put([wanted[0] ?? ""]);
    const [object] = await listAll(s3Source(url(), optionsFor(server)));
    const stored = server.objects.get(wanted[0] ?? "");
    expect(object).toMatchObject({
      uri: `s3://${server.bucket}/${wanted[0]}`,
      etag: stored?.etag,
      size: stored?.body.length,
      accountId: "111122223333",
      region: "eu-west-1",
      day: "2026-09-13",
      skip: null,
      locator: { kind: "s3", key: wanted[0] },
    });
  });

  it("only of the accounts and Regions given, without looking for Regions", async () => {
    put([...wanted, ...others]);
    const source = s3Source(url("AWSLogs"), optionsFor(server, { accounts: ["111122223333"], regions: ["us-east-1"] }));
    expect(await listKeys(server, source)).toEqual(wanted.filter((key) => key.includes("us-east-1")));
    expect(server.requests.some(({ path, query }) => query.has("delimiter") && path.endsWith("CloudTrail/"))).toBe(
      false,
    );
  });
});

describe("s3Source lists days", () => {
  const days = [
    "2026-01-01",
    "2026-06-15",
    "2026-06-16",
    "2026-08-14",
    "2026-08-15",
    "2026-09-11",
    "2026-09-12",
    "2026-09-14",
    "2026-09-20",
  ];
  const list = async (
    more: Parameters<typeof optionsFor>[1],
    memory = noMemory,
  ): Promise<readonly (string | null)[]> => {
    put(days.map((day) => trailKey({ day })));
    return (await listAll(s3Source(url(), optionsFor(server, more)), memory)).map(({ day }) => day);
  };
  const daysAgo = (days: number): Date => new Date(now().getTime() - days * 86_400_000);

  it("90 of them at first, and says how to go further back", async () => {
    const lines: string[] = [];
    const log = createLogger({ write: (line) => lines.push(String(line)) }, "text", now);
    expect(await list({ log })).toEqual(days.slice(2));
    expect(lines.join("")).toMatch(/90 days back.*--from/);
  });

  it("30 once a day, then 2, and those asked for", async () => {
    expect(await list({}, remembers(daysAgo(1), daysAgo(1)))).toEqual(days.slice(4));
    expect(await list({}, remembers(now(), now()))).toEqual(days.slice(6));
    expect(await list({ from: "2026-01-01", to: "2026-06-15" })).toEqual(days.slice(0, 2));
    expect(await list({ to: "2026-08-14" })).toEqual(days.slice(0, 4));
  });

  it("without walking through the history before them", async () => {
    put(Array.from({ length: 3000 }, (_, index) => trailKey({ day: "2026-01-05", name: `n${index}` })));
    expect(await list({ readers: 1 }, remembers(now(), now()))).toEqual(days.slice(6));
    expect(server.requests.filter(({ kind, query }) => kind === "list" && !query.has("delimiter"))).toHaveLength(2);
  });

  it("page by page, once each, however many readers", async () => {
    const many = Array.from({ length: 95 }, (_, index) =>
      trailKey({ day: `2026-09-1${index % 5}`, name: `${index} ü&<` }),
    );
    put(many);
    await restart({ pageSize: 7 });
    put(many);
    for (const readers of [1, 3, 16]) {
      expect(await listKeys(server, s3Source(url(), optionsFor(server, { readers })))).toEqual(many.toSorted());
    }
  });

  it.each<readonly [string, S3ServerOptions]>([
    ["ends a listing with an empty page", { emptyLastPage: true, pageSize: 5 }],
    ["does not encode keys", { plainKeys: true }],
  ])("from a store that %s", async (_, options) => {
    await restart(options);
    const many = Array.from({ length: 10 }, (__, index) =>
      trailKey({ day: "2026-09-14", prefix: "a b+c%20/", name: `n${index}` }),
    );
    put(many);
    expect(await listKeys(server, s3Source(url(), optionsFor(server)))).toEqual(many);
  });

  it("until it is told to stop", async () => {
    put(wanted);
    const stop = new AbortController();
    const source = s3Source(url(), optionsFor(server, { signal: stop.signal, readers: 1 }));
    const keys: string[] = [];
    for await (const chunk of source.list(noMemory)) {
      keys.push(...chunk.objects.map(({ uri }) => uri));
      stop.abort();
    }
    expect(keys.length).toBeLessThan(wanted.length);
    expect(source.listed).toBeUndefined();
  });

  it("and remembers what it listed only when it came to its end", async () => {
    put(wanted);
    const source = s3Source(url("AWSLogs/"), optionsFor(server));
    for await (const chunk of source.list(noMemory)) {
      expect(chunk.objects.length).toBeGreaterThan(0);
      break;
    }
    expect(source.listed).toBeUndefined();
    await listAll(source);
    expect(source.listed).toMatchObject({
      scope: s3ListingScope(url("AWSLogs"), { endpoint: server.endpoint }),
      objects: 3,
      denied: [],
    });
    expect(source.listed?.days).toMatchObject({ from: "2026-06-16", deep: true });
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchBytes } from "../../../../src/ingest/fetch.ts";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import type { TrailObject } from "../../../../src/ingest/listing/source.ts";
import { type Fault, type S3Server, S3Server as Server } from "../../../support/s3-server.ts";
import { listAll, listKeys, optionsFor, trailKey, useTestCredentials } from "../../../support/s3-trail.ts";

let server: S3Server;
beforeEach(async () => {
  useTestCredentials();
  server = await Server.start();
});
afterEach(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});
const url = (): string => `s3://${server.bucket}`;

/** Park and Miller's generator: the same faults on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

async function fetchAll(objects: readonly TrailObject[]): Promise<readonly (readonly [string, string])[]> {
  const pairs: (readonly [string, string])[] = [];
  for (const { uri, locator } of objects) pairs.push([uri, Buffer.from(await fetchBytes(locator)).toString("latin1")]);
  return pairs;
}

/** Lists the one object of the bucket. */
async function only(): Promise<TrailObject> {
  const [object] = await listAll(s3Source(url(), optionsFor(server, { idleMs: 200 })));
  if (object === undefined) throw new Error("nothing was listed");
  return object;
}

describe("random faults", () => {
  it("on 5 % of all requests, of every kind, end in the same list and the same bytes", async () => {
    for (let index = 0; index < 120; index++) {
      server.put(
        trailKey({
          day: `2026-09-${10 + (index % 5)}`,
          name: `n${index}`,
          region: index % 2 ? "eu-west-1" : "us-east-1",
        }),
        `${index}:`.repeat(5000),
      );
    }
    const options = optionsFor(server, { idleMs: 600 });
    server.options = { pageSize: 11 };
    const calm = await fetchAll(await listAll(s3Source(url(), options)));
    const next = random(20_260_914);
    const faults: readonly Fault[] = [
      { type: "error", status: 503, code: "SlowDown" },
      { type: "error", status: 500, code: "InternalError" },
      { type: "reset" },
      { type: "truncate" },
      { type: "stall" },
      { type: "wait", ms: 30 },
    ];
    let injected = 0;
    server.options = {
      pageSize: 11,
      fault: () => {
        if (next() >= 0.05) return undefined;
        injected++;
        return faults[Math.floor(next() * faults.length)];
      },
    };
    for (let round = 0; round < 3; round++) {
      expect(await fetchAll(await listAll(s3Source(url(), options)))).toEqual(calm);
    }
    expect(calm).toHaveLength(120);
    expect(injected).toBeGreaterThan(10);
  });

  it.each<readonly [string, Fault]>([
    ["503", { type: "error", status: 503, code: "SlowDown" }],
    ["reset", { type: "reset" }],
    ["truncated body", { type: "truncate" }],
    ["silence in the body", { type: "stall" }],
    ["no answer in time", { type: "wait", ms: 400 }],
  ])("a GET that meets %s twice is sent three times", async (_, fault) => {
    server.put(trailKey({ day: "2026-09-14" }), "some body");
    const { locator } = await only();
    let left = 2;
    server.options = { fault: ({ kind }) => (kind === "get" && left-- > 0 ? fault : undefined) };
    expect(Buffer.from(await fetchBytes(locator)).toString()).toBe("some body");
    expect(server.count("get")).toBe(3);
  });

  it("that do not end leave the object to the next run", async () => {
    server.put(trailKey({ day: "2026-09-14" }), "some body");
    const { locator } = await only();
    server.options = {
      fault: () => ({ type: "error", status: 503, code: "SlowDown", message: "Please reduce your request rate." }),
    };
    await expect(fetchBytes(locator)).rejects.toMatchObject({
      name: "Error",
      message: expect.stringMatching(/keeps failing: SlowDown/),
    });
    expect(server.count("get")).toBe(8);
  });
});

describe("objects that change", () => {
  it.each<readonly [string, (key: string) => void, RegExp]>([
    ["replaced", (key) => server.put(key, "another body"), /replaced after it was listed/],
    ["deleted", (key) => server.objects.delete(key), /deleted after it was listed/],
  ])("%s between listing and GET: noticed, and not sent again", async (_, change, message) => {
    const key = trailKey({ day: "2026-09-14" });
    server.put(key, "some body");
    const { locator } = await only();
    change(key);
    await expect(fetchBytes(locator)).rejects.toThrow(message);
    expect(server.count("get")).toBe(1);
  });

  it("while they are listed: every object that was there all the time is listed once", async () => {
    const stable = Array.from({ length: 60 }, (_, index) =>
      trailKey({ day: "2026-09-13", name: `s${String(index).padStart(3, "0")}` }),
    );
    for (const key of stable) server.put(key, key);
    let inserted = 0;
    server.options = {
      pageSize: 5,
      fault: ({ kind }) => {
        if (kind === "list") {
          server.put(trailKey({ day: "2026-09-13", name: `s${String(inserted * 4).padStart(3, "0")}x` }), "new");
          server.objects.delete(
            trailKey({ day: "2026-09-13", name: `s${String(inserted * 4 - 1).padStart(3, "0")}x` }),
          );
          inserted++;
        }
        return undefined;
      },
    };
    const keys = await listKeys(server, s3Source(url(), optionsFor(server, { readers: 1 })));
    expect(keys.filter((key) => !key.includes("x.json"))).toEqual(stable);
    expect(new Set(keys).size).toBe(keys.length);
    expect(inserted).toBeGreaterThan(10);
  });
});

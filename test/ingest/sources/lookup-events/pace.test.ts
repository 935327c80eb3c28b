/** Two calls a second, held to in real time against a server that insists on it. */
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LookupClient } from "../../../../src/ingest/sources/lookup-events/client.ts";
import { Pace, realTiming } from "../../../../src/ingest/sources/lookup-events/pace.ts";
import type { CloudTrailServer } from "../../../support/cloudtrail-server.ts";
import { QuickTime, account, makeHistory, startHistory, useLookupCredentials } from "../../../support/event-history.ts";

let server: CloudTrailServer;
beforeEach(async () => {
  server = await startHistory();
  useLookupCredentials(server);
  const newest = new Date(Date.now() - 60_000);
  server.add(account, "eu-west-1", makeHistory({ region: "eu-west-1", count: 400, newest, everySeconds: 30 }));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

it("a reader without discipline is refused, ours gets every page", async () => {
  const bare = new CloudTrailClient({ region: "eu-west-1", endpoint: server.endpoint, maxAttempts: 1 });
  const asked = await Promise.allSettled([1, 2, 3].map(() => bare.send(new LookupEventsCommand({}))));
  bare.destroy();
  expect(
    asked.filter(({ status }) => status === "rejected").map((each) => "reason" in each && String(each.reason.name)),
  ).toEqual(["ThrottlingException"]);

  const access = {
    region: "eu-west-1",
    endpoint: server.endpoint,
    profile: null,
    roles: [],
    sessionName: "spillway",
    idleMs: 10_000,
    retry: { attempts: 8, baseMs: 100, capMs: 1000 },
  };
  const client = new LookupClient(access, realTiming, undefined);
  const window = {
    eventSource: "bedrock.amazonaws.com",
    from: `${new Date(Date.now() - 86_400_000).toISOString().slice(0, 19)}Z`,
    end: `${new Date().toISOString().slice(0, 19)}Z`,
  };
  const seen: string[] = [];
  let token: string | null = null;
  do {
    const page = await client.page({ ...window, token });
    seen.push(...page.records.map(({ text }) => text ?? ""));
    ({ token } = page);
  } while (token !== null);
  await client.close();
  expect(seen).toEqual(server.histories.get(`${account}/eu-west-1`)?.map(({ record }) => record));
});

it("no second ever sees a third call, however many ask at once; a pause holds everybody", async () => {
  const time = new QuickTime();
  const pace = new Pace(time.timing, undefined);
  const calls: number[] = [];
  const ask = async (): Promise<void> => {
    await pace.take();
    calls.push(time.clock());
  };
  await Promise.all(Array.from({ length: 12 }, ask));
  for (const [index, at] of calls.entries()) {
    const third = calls[index + 2];
    if (third !== undefined) expect(third - at).toBeGreaterThanOrEqual(1000);
  }
  const before = time.clock();
  pace.pause(60_000);
  await ask();
  expect(time.clock() - before).toBeGreaterThanOrEqual(60_000);
});

it("a wait ends when the run is stopped", async () => {
  const stop = new AbortController();
  const pace = new Pace(realTiming, stop.signal);
  pace.pause(600_000);
  const waiting = pace.take();
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
});

/** Stores and permissions that are unlike S3's usual ones: bare listings, access points, a bucket that denies every object, deep folders. */
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import { parseS3Url } from "../../../../src/aws/s3/url.ts";
import { ingest } from "../../../../src/ingest/ingest.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { queryRows } from "../../../support/run-cli.ts";
import { S3Server } from "../../../support/s3-server.ts";
import { now, optionsFor, trailKey, useTestCredentials } from "../../../support/s3-trail.ts";
import { temporaryFolder } from "../../../support/temp-folder.ts";

const root = temporaryFolder();
let server: S3Server;
let runs = 0;
beforeEach(async () => {
  useTestCredentials();
  server = await S3Server.start();
  runs++;
});
afterEach(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});

const empty = '{"Records":[]}';
const load = (threads = 1): ReturnType<typeof ingest> =>
  ingest({
    warehouse: join(root, `${runs}.duckdb`),
    sources: [s3Source(`s3://${server.bucket}`, optionsFor(server))],
    threads,
    now,
  });

describe("a store that lists keys alone", () => {
  it("is read, and read again only where size or time changed as far as it says them", async () => {
    server.options = { bareListing: true };
    for (const name of ["a", "b"]) server.put(trailKey({ day: "2026-09-14", name }), empty);
    expect((await load()).counts).toMatchObject({ objectsListed: 2, objectsLoaded: 2, objectsQuarantined: 0 });
    expect((await load()).counts).toMatchObject({ objectsListed: 2, objectsKnown: 2, objectsLoaded: 0 });
    const rows = await queryRows(join(root, `${runs}.duckdb`), "select distinct etag from trail_object");
    expect(rows).toEqual([{ etag: `-${Date.parse("2026-09-14T08:00:00.000Z")}` }]);
  });
});

describe("a bucket that denies every object", () => {
  it("is not asked for all of them", async () => {
    const many = 2000;
    for (let index = 0; index < many; index++) server.put(trailKey({ day: "2026-09-14", name: String(index) }), empty);
    server.options = {
      fault: ({ kind }) => (kind === "get" ? { type: "error", status: 403, code: "AccessDenied" } : undefined),
    };
    await expect(load()).rejects.toMatchObject({
      code: "source-denied",
      message: expect.stringMatching(/none of the first \d+ objects could be read, so no more were tried/) as unknown,
    });
    expect(server.count("get")).toBeLessThan(many / 2);
  });

  it("is one that denies all: a single object that can be read means the others are tried", async () => {
    const many = 400;
    for (let index = 0; index < many; index++) server.put(trailKey({ day: "2026-09-14", name: String(index) }), empty);
    const readable = trailKey({ day: "2026-09-14", name: "0" });
    server.options = {
      fault: ({ kind, path }) =>
        kind === "get" && path !== readable ? { type: "error", status: 403, code: "AccessDenied" } : undefined,
    };
    const { counts } = await load();
    expect(counts).toMatchObject({ objectsLoaded: 1, objectsQuarantined: many - 1 });
  });
});

describe("a search from the top of a bucket", () => {
  it("says what lies too deep for it", async () => {
    server.put(trailKey({ day: "2026-09-14" }), empty);
    server.put(`a/b/c/d/e/f/g/${trailKey({ day: "2026-09-14" })}`, empty);
    const { gaps } = await load();
    expect(gaps).toEqual([
      expect.stringMatching(/6 levels deep: one folder below that, such as a\/b\/c\/d\/e\/f\/, had no look/) as unknown,
    ]);
  });
});

describe("an access point's address", () => {
  it.each([
    ["s3://arn:aws:s3:eu-central-1:111122223333:accesspoint/logs", ""],
    ["s3://arn:aws:s3:eu-central-1:111122223333:accesspoint:logs/AWSLogs/o-x", "AWSLogs/o-x"],
  ])("%s", (url, prefix) => {
    const bucket = "arn:aws:s3:eu-central-1:111122223333:accesspoint/logs";
    expect(parseS3Url(url)).toEqual({ bucket, prefix });
  });

  it.each(["s3://arn:aws:s3::111122223333:accesspoint/x.mrap", "s3://arn:aws:s3:::bucket/prefix"])(
    "%s is refused",
    (url) => {
      expect(() => parseS3Url(url)).toThrow(/does not name an access point of one Region/);
    },
  );
});

/** Another user than root can be played only by root; a user's own machine cannot. */
const isRoot = process.getuid?.() === 0;

describe("a container's user", () => {
  it.skipIf(!isRoot)(
    "without a home and an entry in /etc/passwd reads a bucket (skipped where the tests do not run as root)",
    async () => {
      server.put(trailKey({ day: "2026-09-14" }), empty);
      chmodSync(root, 0o777);
      const program = join(root, "list.mjs");
      const module = (path: string): string => JSON.stringify(new URL(`../../../../${path}`, import.meta.url).href);
      writeFileSync(
        program,
        `const { prepareSdk } = await import(${module("src/aws/sdk-environment.ts")});
       prepareSdk();
       const { homedir } = await import("node:os");
       console.log(homedir());`,
      );
      const { HOME: _, ...env } = process.env;
      const run = spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), program], {
        uid: 54_321,
        gid: 54_321,
        env,
        encoding: "utf8",
      });
      expect(run.stdout.trim(), run.stderr).toBe("/nonexistent");
    },
  );
});

describe("a profile that fails", () => {
  it("says why, not that no credentials were found", async () => {
    const file = join(root, "config");
    writeFileSync(file, "[profile broken]\ncredential_process = /bin/sh -c 'echo the token is gone >&2; exit 3'\n");
    process.env["AWS_CONFIG_FILE"] = file;
    delete process.env["AWS_ACCESS_KEY_ID"];
    const source = s3Source(`s3://${server.bucket}`, optionsFor(server, { profile: "broken" }));
    const warehouse = join(root, `${runs}.duckdb`);
    await expect(ingest({ warehouse, sources: [source], threads: 1, now })).rejects.toMatchObject({
      code: "credentials",
      message: expect.stringContaining("the token is gone") as unknown,
    });
  });
});

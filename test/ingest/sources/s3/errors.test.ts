import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SpillwayError } from "../../../../src/errors.ts";
import { fetchBytes } from "../../../../src/ingest/fetch.ts";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import type { S3SourceOptions } from "../../../../src/ingest/sources/s3/options.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { createLogger } from "../../../../src/log.ts";
import { type S3Request, S3Server, type S3ServerOptions } from "../../../support/s3-server.ts";
import {
  listAll,
  listKeys,
  now,
  optionsFor,
  remembers,
  trailKey,
  useTestCredentials,
} from "../../../support/s3-trail.ts";

let server: S3Server;
beforeEach(async () => {
  useTestCredentials();
  server = await S3Server.start();
  server.put(trailKey({ day: "2026-09-14" }), "body");
});
afterEach(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});
const url = (prefix = ""): string => `s3://${server.bucket}/${prefix}`;
const list = (address = url(), more: S3SourceOptions = {}): Promise<unknown> =>
  listAll(s3Source(address, optionsFor(server, more)));

function denies(test: (request: S3Request) => boolean, message = "Access Denied"): S3ServerOptions {
  return {
    fault: (request) => (test(request) ? { type: "error", status: 403, code: "AccessDenied", message } : undefined),
  };
}

async function errorOf(promise: Promise<unknown>): Promise<Pick<SpillwayError, "code" | "message" | "next">> {
  return promise.then(
    () => {
      throw new Error("it did not fail");
    },
    // Every failure here is meant to be one; the assertions on its code find out.
    (thrown: unknown) => thrown as SpillwayError,
  );
}

describe("a source that cannot be listed", () => {
  it("no such bucket", async () => {
    expect(await errorOf(list("s3://other-bucket"))).toMatchObject({
      code: "source-not-found",
      message: expect.stringMatching(/no bucket other-bucket at http/),
    });
  });

  it("access denied on the bucket: names the permission and the caller", async () => {
    server.options = denies(
      () => true,
      'User: arn:aws:iam::111122223333:user/reader is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::trail-bucket" because no identity-based policy allows the s3:ListBucket action',
    );
    const error = await errorOf(list());
    expect(error).toMatchObject({
      code: "source-denied",
      message: expect.stringMatching(/s3:ListBucket is missing .*user\/reader/),
    });
    expect(error.next).toMatch(/arn:aws:s3:::trail-bucket/);
    server.options = denies(() => true);
    expect((await errorOf(list())).message).toMatch(/s3:ListBucket is missing/);
  });

  it("no credentials, credentials that are not accepted, expired ones", async () => {
    server.options = { accessKeys: ["SOMEBODY"] };
    expect(await errorOf(list())).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/InvalidAccessKeyId/),
    });
    await disconnectAll();
    server.options = {
      fault: () => ({ type: "error", status: 400, code: "ExpiredToken", message: "The provided token has expired." }),
    };
    expect(await errorOf(list())).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/have expired/),
      next: expect.stringMatching(/Log in again/),
    });
    await disconnectAll();
    delete process.env["AWS_ACCESS_KEY_ID"];
    expect(await errorOf(list())).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/no AWS credentials were found/),
    });
    expect(await errorOf(list(url(), { profile: "missing" }))).toMatchObject({
      code: "credentials",
      message: expect.stringMatching(/profile missing/),
    });
  });

  it("words of a store of another make, and an endpoint that does not speak TLS", async () => {
    const answer = (code: string): S3ServerOptions => ({
      fault: () => ({ type: "error", status: 404, code, message: "It is so." }),
    });
    server.options = answer("XAdminUserNotFound");
    expect(await errorOf(list())).toMatchObject({ code: "credentials" });
    await disconnectAll();
    server.options = answer("XNobodyKnowsThis");
    expect(await errorOf(list())).toMatchObject({
      code: "source-denied",
      message: expect.stringMatching(/refused to list s3:\/\/trail-bucket\/ \(404 XNobodyKnowsThis\): It is so\.$/),
      next: expect.stringMatching(/Check the address/),
    });
    const endpoint = server.endpoint.replace("http:", "https:");
    expect(await errorOf(list(url(), { endpoint }))).toMatchObject({
      code: "source-unreachable",
      message: expect.stringMatching(/no TLS connection to https:/),
      next: expect.stringMatching(/Check that the endpoint is https/),
    });
  });

  it("no server at the endpoint", async () => {
    expect(await errorOf(list(url(), { endpoint: "http://127.0.0.1:9" }))).toMatchObject({
      code: "source-unreachable",
      message: expect.stringMatching(/cannot reach http:\/\/127/),
    });
  });

  it("a prefix that matches nothing: says what was looked for and what is there", async () => {
    server.put("config/AWSLogs/111122223333/Config/x.json", "");
    const above = await errorOf(list(url("config")));
    expect(above).toMatchObject({
      code: "source-empty",
      message: expect.stringMatching(/looked for .*AWSLogs.*the bucket has there: config\/AWSLogs\/111122223333\//),
    });
    expect((await errorOf(list(url("nowhere/deep")))).message).toMatch(
      /s3:\/\/trail-bucket\/ has: AWSLogs\/, config\/$/,
    );
    expect((await errorOf(list(url("AWSLogs/111122223333/CloudTrail/eu-west-9")))).message).toMatch(
      /CloudTrail\/ has: eu-west-1\/$/,
    );
    expect((await errorOf(list(url("AWSLogs/111122223333/CloudTrail/eu-west-1/2027")))).message).toMatch(
      /^no object below .*eu-west-1\/ has: 2026\/$/,
    );
    server.objects.clear();
    expect((await errorOf(list())).message).toMatch(/the bucket is empty/);
    server.put(trailKey({ day: "2026-09-14" }), "body");
    expect((await errorOf(list(url(), { accounts: ["999999999999"] }))).message).toMatch(
      /for 999999999999; the bucket has there: AWSLogs\/111122223333\/CloudTrail\//,
    );
  });

  it("no object on the days asked for: says which days there are", async () => {
    server.put(trailKey({ day: "2025-12-31" }), "body");
    const error = await errorOf(list(url(), { from: "2026-01-01", to: "2026-01-31" }));
    expect(error).toMatchObject({
      code: "source-empty",
      message: expect.stringMatching(/from 2025-12-31 to 2026-09-14/),
      next: expect.stringMatching(/--from 2025-12-31/),
    });
  });

  it("nothing new in the look-back is not a failure", async () => {
    server.objects.clear();
    server.put(trailKey({ day: "2025-12-31" }), "body");
    expect(await listAll(s3Source(url(), optionsFor(server)), remembers(now(), now()))).toEqual([]);
  });

  it.each<readonly [string, S3SourceOptions]>([
    ["a day", { from: "yesterday" }],
    ["days in the wrong order", { from: "2026-02-01", to: "2026-01-01" }],
    ["an account", { accounts: ["123"] }],
    ["a Region", { regions: ["Frankfurt"] }],
    ["a role", { roles: [{ arn: "reader" }] }],
    ["an owner", { expectedBucketOwner: "me" }],
    ["an endpoint", { endpoint: "localhost" }],
  ])("refuses %s that cannot be meant", (_, options) => {
    expect(() => s3Source("s3://bucket", options)).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("one prefix that must not be listed", () => {
  it("is told of, kept for the run, and the rest is listed", async () => {
    const allowed = trailKey({ day: "2026-09-14", account: "444455556666" });
    server.put(allowed, "body");
    server.options = denies(({ path }) => path.includes("111122223333"));
    const lines: string[] = [];
    const log = createLogger({ write: (line) => lines.push(String(line)) }, "text", now);
    const source = s3Source(url(), optionsFor(server, { log }));
    expect(await listKeys(server, source)).toEqual([allowed]);
    expect(source.listed?.denied).toHaveLength(1);
    expect(lines.join("")).toMatch(
      /warning: access denied to s3:\/\/trail-bucket\/AWSLogs\/111122223333\/CloudTrail\/: s3:ListBucket is missing.*the rest is read/,
    );
    server.options = denies(({ path }) => path.includes("eu-west-1/"));
    expect(await errorOf(list())).toMatchObject({ code: "source-denied" });
  });
});

describe("an object that cannot be fetched", () => {
  const refusal = async (status: number, code: string, message = code): Promise<Error> => {
    const [object] = await listAll(s3Source(url(), optionsFor(server)));
    if (object === undefined) throw new Error("nothing was listed");
    server.options = { fault: () => ({ type: "error", status, code, message }) };
    // Whatever it is, the assertions on its text find out.
    return Promise.resolve(fetchBytes(object.locator)).then(
      () => new Error("it did not fail"),
      (thrown: unknown) => thrown as Error,
    );
  };

  it.each([
    [403, "AccessDenied", "Access Denied", /s3:GetObject is missing.*arn:aws:s3:::trail-bucket\/\*/],
    [
      403,
      "AccessDenied",
      "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/k because no identity-based policy allows the kms:Decrypt action",
      /kms:Decrypt is missing.*key policy/,
    ],
    [
      403,
      "AccessDenied",
      "The ciphertext refers to a customer master key that does not exist (KMS)",
      /kms:Decrypt is missing/,
    ],
    [403, "InvalidObjectState", "The operation is not valid for the object's storage class", /archived/],
  ])("%i %s %s: is left alone with its reason", async (status, code, message, expected) => {
    const error = await refusal(status, code, message);
    expect(error.message).toMatch(expected);
    expect(error.name).toBe("Error");
    expect(server.count("get")).toBe(1);
  });

  it.each([
    [400, "ExpiredToken", "credentials"],
    [404, "NoSuchBucket", "source-not-found"],
  ])("%i %s: ends the run", async (status, name, code) => {
    expect(await refusal(status, name)).toMatchObject({ name: "SpillwayError", code });
  });
});

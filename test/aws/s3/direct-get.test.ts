import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchBytes } from "../../../src/ingest/fetch.ts";
import { disconnectAll } from "../../../src/aws/connection.ts";
import { signedHeaders, templateOf } from "../../../src/aws/s3/direct-get.ts";
import { s3Source } from "../../../src/ingest/sources/s3/source.ts";
import { type S3Request, S3Server } from "../../support/s3-server.ts";
import { listAll, optionsFor, trailKey, useTestCredentials } from "../../support/s3-trail.ts";

describe("the signature", () => {
  it("is the one of the example in the S3 User Guide", () => {
    const template = {
      isTls: true,
      hostname: "examplebucket.s3.amazonaws.com",
      port: undefined,
      basePath: "/",
      headers: { range: "bytes=0-9" },
      scope: "us-east-1/s3/aws4_request",
    };
    const keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
    const headers = signedHeaders(template, "/test.txt", { keys, now: new Date("2013-05-24T00:00:00Z") });
    expect(headers["authorization"]).toBe(
      "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  it("is made with the secret, the day and the Region of the moment, whatever was signed before", () => {
    const template = { isTls: true, hostname: "b", port: undefined, basePath: "/", headers: {} };
    const sign = (secretAccessKey: string, day: string, region: string): string => {
      const keys = { accessKeyId: "AK", secretAccessKey };
      const moment = { keys, now: new Date(`${day}T00:00:00Z`) };
      const headers = signedHeaders({ ...template, scope: `${region}/s3/aws4_request` }, "/a", moment);
      return headers["authorization"]?.split("Signature=")[1] ?? "";
    };
    const first = sign("old", "2026-09-14", "eu-west-1");
    const others = [
      sign("renewed", "2026-09-14", "eu-west-1"),
      sign("renewed", "2026-09-15", "eu-west-1"),
      sign("renewed", "2026-09-15", "us-east-1"),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
    expect(sign("old", "2026-09-14", "eu-west-1")).toBe(first);
  });
});

describe("templateOf", () => {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=AK/20260914/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0";
  const request = {
    protocol: "https:",
    hostname: "b.s3.eu-west-1.amazonaws.com",
    path: "/a/b%20c",
    headers: { authorization },
  };

  it("takes apart what the SDK sent", () => {
    const headers = { authorization, "X-Amz-Request-Payer": "requester", "x-amz-date": "x", "user-agent": "sdk" };
    expect(templateOf({ ...request, headers }, "a/b c")).toEqual({
      isTls: true,
      hostname: "b.s3.eu-west-1.amazonaws.com",
      port: undefined,
      basePath: "/",
      headers: { "x-amz-request-payer": "requester" },
      scope: "eu-west-1/s3/aws4_request",
    });
  });

  it.each([
    ["another key", { ...request, path: "/other" }],
    ["no signature", { ...request, headers: {} }],
    [
      "a signature for several Regions",
      { ...request, headers: { authorization: authorization.replace("HMAC", "ECDSA-P256") } },
    ],
    ["no request", null],
  ])("gives up on %s", (_, odd) => expect(templateOf(odd, "a/b c")).toBeUndefined());
});

describe("objects after the first one", () => {
  let server: S3Server;
  beforeEach(async () => {
    useTestCredentials();
    process.env["AWS_SESSION_TOKEN"] = "session";
    server = await S3Server.start({ owner: "111122223333", requesterPays: true });
    for (let n = 0; n < 4; n++)
      server.put(trailKey({ prefix: "a b+c (ü)/", day: "2026-09-14", name: `n${n}` }), `body ${n}`);
  });
  afterEach(async () => {
    await disconnectAll();
    await server[Symbol.asyncDispose]();
  });

  async function fetchAll(): Promise<readonly string[]> {
    const options = optionsFor(server, { expectedBucketOwner: "111122223333", requesterPays: true, idleMs: 1_000 });
    const bodies: string[] = [];
    for (const { locator } of await listAll(s3Source(`s3://${server.bucket}`, options)))
      bodies.push(Buffer.from(await fetchBytes(locator)).toString());
    return bodies;
  }
  const gets = (): readonly S3Request[] => server.requests.filter(({ kind }) => kind === "get");
  const isDirect = ({ headers }: S3Request): boolean => headers["amz-sdk-request"] === undefined;

  it("are fetched without the SDK, with everything that a request to this bucket needs", async () => {
    expect(await fetchAll()).toEqual(["body 0", "body 1", "body 2", "body 3"]);
    expect(gets().map(isDirect)).toEqual([false, true, true, true]);
    for (const { headers, path } of gets()) {
      expect(headers).toMatchObject({
        "x-amz-expected-bucket-owner": "111122223333",
        "x-amz-request-payer": "requester",
        "x-amz-security-token": "session",
        "if-match": `"${server.objects.get(path)?.etag}"`,
      });
    }
  });

  it.each([
    ["an error", { type: "error", status: 503, code: "SlowDown" }],
    ["a reset", { type: "reset" }],
    ["half a body", { type: "truncate" }],
    ["silence", { type: "stall" }],
  ] as const)("go through the SDK after %s", async (_, fault) => {
    server.options = {
      ...server.options,
      fault: (request) => (request.kind === "get" && isDirect(request) ? fault : undefined),
    };
    expect(await fetchAll()).toEqual(["body 0", "body 1", "body 2", "body 3"]);
    expect(gets().map(isDirect)).toEqual([false, true, false, true, false, true, false]);
  });
});

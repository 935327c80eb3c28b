import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fetchBytes } from "../../../../src/ingest/fetch.ts";
import { disconnectAll } from "../../../../src/aws/connection.ts";
import type { S3SourceOptions } from "../../../../src/ingest/sources/s3/options.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { noMemory } from "../../../../src/ingest/listing/source.ts";
import { createLogger } from "../../../../src/log.ts";
import { S3Server, type S3ServerOptions } from "../../../support/s3-server.ts";
import {
  listAll,
  listKeys,
  now,
  optionsFor,
  remembers,
  trailKey,
  useTestCredentials,
} from "../../../support/s3-trail.ts";

const key = trailKey({ day: "2026-09-14" });
let server: S3Server;
let folder: string;
beforeEach(async () => {
  useTestCredentials();
  folder = mkdtempSync(join(tmpdir(), "spillway-s3-"));
  server = await S3Server.start();
  server.put(key, "body");
});
afterEach(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function readAll(options: S3ServerOptions, more: S3SourceOptions = {}, memory = noMemory): Promise<string> {
  server.options = options;
  const [object] = await listAll(s3Source(`s3://${server.bucket}`, optionsFor(server, more)), memory);
  return object === undefined ? "" : Buffer.from(await fetchBytes(object.locator)).toString();
}

describe("a bucket", () => {
  it.each<readonly [string, S3ServerOptions]>([
    ["says so in a header", {}],
    ["answers GetBucketLocation only", { silentRedirect: true }],
  ])("in another Region is followed when S3 %s", async (_, options) => {
    expect(await readAll({ region: "ap-southeast-4", ...options })).toBe("body");
    expect(server.requests.filter(({ region }) => region !== "ap-southeast-4").length).toBeLessThanOrEqual(2);
  });

  it("of the owner who was expected, and of nobody else", async () => {
    expect(await readAll({ owner: "111122223333" }, { expectedBucketOwner: "111122223333" })).toBe("body");
    await expect(readAll({ owner: "111122223333" }, { expectedBucketOwner: "444455556666" })).rejects.toMatchObject({
      code: "source-denied",
      next: expect.stringMatching(/must belong to the account 444455556666/),
    });
  });

  it("where the requester pays", async () => {
    expect(await readAll({ requesterPays: true }, { requesterPays: true })).toBe("body");
    await expect(readAll({ requesterPays: true })).rejects.toMatchObject({
      next: expect.stringMatching(/--s3-requester-pays/),
    });
  });

  it("on a machine with a wrong clock: signs by the server's time, looks back by it, and says so", async () => {
    const lines: string[] = [];
    const log = createLogger({ write: (line) => lines.push(String(line)) }, "text", now);
    // Both the machine's clock and `now` are ten days behind.
    const behind = 10 * 86_400_000;
    const last = new Date(now().getTime() - behind);
    expect(await readAll({ clockMs: behind }, { now: () => last, log }, remembers(last, last))).toBe("body");
    expect(lines.join("")).toMatch(/clock of this machine is 14400 minutes behind/);
  });

  it("on a machine whose clock is right but for seconds: says nothing", async () => {
    const lines: string[] = [];
    const log = createLogger({ write: (line) => lines.push(String(line)) }, "text", now);
    expect(await readAll({ clockMs: 20_000 }, { log })).toBe("body");
    expect(lines.join("")).not.toMatch(/clock/);
  });
});

describe("credentials", () => {
  it("of a profile", async () => {
    writeFileSync(join(folder, "credentials"), "[auditor]\naws_access_key_id = AKAUDITOR\naws_secret_access_key = x\n");
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(folder, "credentials");
    writeFileSync(join(folder, "config"), "[profile auditor]\nregion = us-gov-west-1\n");
    process.env["AWS_CONFIG_FILE"] = join(folder, "config");
    expect(await readAll({ accessKeys: ["AKAUDITOR"], region: "us-gov-west-1" }, { profile: "auditor" })).toBe("body");
    expect(server.requests.filter(({ region }) => region !== "us-gov-west-1")).toEqual([]);
  });

  it("that expire while a run is on are read again", async () => {
    const file = join(folder, "credentials");
    const write = (id: string): void =>
      writeFileSync(file, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = x\n`);
    write("AKOLD");
    delete process.env["AWS_ACCESS_KEY_ID"];
    delete process.env["AWS_SECRET_ACCESS_KEY"];
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = file;
    const [object] = await listAll(s3Source(`s3://${server.bucket}`, optionsFor(server)));
    server.options = {
      fault: ({ accessKey }) =>
        accessKey === "AKOLD" ? { type: "error", status: 400, code: "ExpiredToken" } : undefined,
    };
    write("AKNEW");
    const fetched = await Promise.all(
      [1, 2, 3].map(async () => (object === undefined ? undefined : fetchBytes(object.locator))),
    );
    expect(fetched.map((bytes) => Buffer.from(bytes ?? []).toString())).toEqual(["body", "body", "body"]);
    expect(server.requests.at(-1)?.accessKey).toBe("AKNEW");
  });

  it("of a role that must not be assumed: says so", async () => {
    const message =
      "User: arn:aws:iam::111122223333:user/u is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/reader";
    const sts = createServer((_, response) => {
      response.statusCode = 403;
      response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
    });
    await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
    try {
      // It listens on a port, so its address is not a pipe.
      process.env["AWS_ENDPOINT_URL_STS"] = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
      await expect(readAll({}, { roles: [{ arn: "arn:aws:iam::444455556666:role/reader" }] })).rejects.toMatchObject({
        code: "credentials",
        message: expect.stringMatching(/not allowed to assume the role arn:aws:iam::444455556666:role\/reader/),
        next: expect.stringMatching(/sts:AssumeRole.*external id/),
      });
    } finally {
      delete process.env["AWS_ENDPOINT_URL_STS"];
      sts.closeAllConnections();
      sts.close();
    }
  });

  it("of a role that is assumed through another one, with its external id", async () => {
    const asked: string[] = [];
    const sts = createServer(
      (request, response) => void assumeRole(request).then(({ line, xml }) => (asked.push(line), response.end(xml))),
    );
    await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
    try {
      // It listens on a port, so its address is not a pipe.
      process.env["AWS_ENDPOINT_URL_STS"] = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
      const roles = [
        { arn: "arn:aws:iam::111122223333:role/hop" },
        { arn: "arn:aws:iam::444455556666:role/reader", externalId: "xid" },
      ];
      expect(await readAll({ accessKeys: ["AKreader"] }, { roles, sessionName: "nightly" })).toBe("body");
      expect(asked).toEqual(["AKTEST assumes hop as nightly with null", "AKhop assumes reader as nightly with xid"]);
    } finally {
      delete process.env["AWS_ENDPOINT_URL_STS"];
      sts.closeAllConnections();
      sts.close();
    }
  });
});

async function assumeRole(request: IncomingMessage): Promise<{ line: string; xml: string }> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const body = new URLSearchParams(text);
  const caller = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1];
  const role = body.get("RoleArn")?.split("/").at(-1);
  const line = `${caller} assumes ${role} as ${body.get("RoleSessionName")} with ${body.get("ExternalId")}`;
  const credentials = `<AccessKeyId>AK${role}</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2126-01-01T00:00:00Z</Expiration>`;
  const user = `<AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/${role}/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>`;
  const xml = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}</Credentials>${user}</AssumeRoleResult></AssumeRoleResponse>`;
  return { line, xml };
}

describe("the AWS SDK", () => {
  const moduleUrl = (path: string): string => new URL(`../../../../${path}`, import.meta.url).href;

  /** Modules of the SDK that a program loads. */
  function loadedBy(program: string): readonly string[] {
    const hook = `export const resolve = async (specifier, context, next) => {
      const found = await next(specifier, context);
      if (/@aws-sdk|@smithy/.test(found.url)) console.error("LOADED", specifier);
      return found;
    };`;
    const trace = join(folder, "trace.mjs");
    writeFileSync(
      trace,
      `import { register } from "node:module"; register("data:text/javascript," + ${JSON.stringify(encodeURIComponent(hook))});`,
    );
    const file = join(folder, "program.mjs");
    writeFileSync(file, program);
    const run = spawnSync(process.execPath, ["--import", trace, "--import", "tsx", file], {
      encoding: "utf8",
      cwd: new URL("../../../..", import.meta.url),
    });
    expect(run.status, run.stderr).toBe(0);
    return run.stderr.split("\n").filter((line) => line.startsWith("LOADED"));
  }

  it("is not loaded before a request is sent to a bucket", () => {
    const modules = ["src/ingest/fetch.ts", "src/ingest/sources/s3/source.ts", "src/aws/s3/fetch-object.ts"].map(
      moduleUrl,
    );
    const imports = modules.map((module) => `await import(${JSON.stringify(module)});`).join("\n");
    const read = `const { fetchBytes } = await import(${JSON.stringify(modules[0])}); fetchBytes({ kind: "file", path: process.argv[1] });`;
    expect(loadedBy(`${imports}\n${read}`)).toEqual([]);
    const connect = `const { connect } = await import(${JSON.stringify(moduleUrl("src/aws/connection.ts"))});
      await connect("s3", { bucket: "b", region: "eu-west-1", endpoint: null, pathStyle: false, profile: null, roles: [], sessionName: "s",
        expectedBucketOwner: null, requesterPays: false, idleMs: 1000, retry: { attempts: 1, baseMs: 1, capMs: 1 } });`;
    expect(loadedBy(connect)).toContain("LOADED @aws-sdk/client-s3");
  });
});

it("lists the same with path style as the endpoint demands", async () => {
  expect(await listKeys(server, s3Source(`s3://${server.bucket}`, optionsFor(server, { pathStyle: true })))).toEqual([
    key,
  ]);
});

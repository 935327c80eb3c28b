/** The proof that a proxy of the environment is used for AWS, and passed by for the hosts that NO_PROXY names. */
import { type Server, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { disconnectAll } from "../../src/aws/connection.ts";
import { fetchBytes } from "../../src/ingest/fetch.ts";
import { s3Source } from "../../src/ingest/sources/s3/source.ts";
import { S3Server } from "../support/s3-server.ts";
import { listAll, optionsFor, trailKey, useTestCredentials } from "../support/s3-trail.ts";

/** Opens tunnels, to this machine alone; everything asked for is noted. */
async function startProxy(): Promise<{ readonly url: string; readonly asked: string[]; readonly server: Server }> {
  const asked: string[] = [];
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method ?? ""} ${incoming.url ?? ""}`);
    outgoing.writeHead(400).end();
  });
  server.on("connect", (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url ?? ""}`);
    socket.on("error", () => undefined);
    if (incoming.url?.startsWith("127.") !== true) {
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    const [host = "", port = ""] = (incoming.url ?? "").split(":");
    const tunnel = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnel.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { url: `http://127.0.0.1:${port}`, asked, server };
}

const variables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
let proxy: Awaited<ReturnType<typeof startProxy>>;
let server: S3Server;

beforeEach(async () => {
  useTestCredentials();
  for (const name of variables) delete process.env[name];
  proxy = await startProxy();
  server = await S3Server.start();
  server.put(trailKey({ day: "2026-09-14" }), "body");
});
afterEach(async () => {
  for (const name of variables) delete process.env[name];
  await disconnectAll();
  await server[Symbol.asyncDispose]();
  proxy.server.closeAllConnections();
  await new Promise((resolve) => proxy.server.close(resolve));
});

async function readTwice(): Promise<string> {
  const [object] = await listAll(s3Source(`s3://${server.bucket}`, optionsFor(server)));
  if (object === undefined) throw new Error("nothing was listed");
  // the second one goes the short way, past the SDK
  await fetchBytes(object.locator);
  return Buffer.from(await fetchBytes(object.locator)).toString();
}

describe("a proxy in the environment", () => {
  it("carries listings and both ways to an object", async () => {
    process.env["HTTP_PROXY"] = proxy.url;
    expect(await readTwice()).toBe("body");
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${server.endpoint.slice("http://".length)}`]));
    expect(server.count("get")).toBe(2);
  });

  it("is passed by for the hosts of NO_PROXY", async () => {
    process.env["HTTP_PROXY"] = proxy.url;
    process.env["NO_PROXY"] = "169.254.169.254,127.0.0.1";
    expect(await readTwice()).toBe("body");
    expect(proxy.asked).toEqual([]);
  });

  it("is not asked where none is named", async () => {
    expect(await readTwice()).toBe("body");
    expect(proxy.asked).toEqual([]);
  });

  it.each([
    ["a bucket", "s3://my-org-trail/AWSLogs", "CONNECT my-org-trail.s3.eu-central-1.amazonaws.com:443"],
    [
      "an access point, in its own Region",
      "s3://arn:aws:s3:ap-southeast-4:111122223333:accesspoint/logs/AWSLogs",
      "CONNECT logs-111122223333.s3-accesspoint.ap-southeast-4.amazonaws.com:443",
    ],
  ])("gets a tunnel to %s", async (_, url, wanted) => {
    process.env["HTTPS_PROXY"] = proxy.url;
    const options = { region: "eu-central-1", retry: { attempts: 1, baseMs: 1, capMs: 1 }, idleMs: 2000 };
    await expect(listAll(s3Source(url, options))).rejects.toMatchObject({
      code: expect.stringMatching(/^source-/) as unknown,
    });
    expect(proxy.asked).toContain(wanted);
  });
});

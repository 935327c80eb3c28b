/** A local server for Organizations, IAM and STS, and a door in front of it that records calls and refuses some. */
import { type ChildProcess, spawn } from "node:child_process";
import { type IncomingMessage, type Server, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { dirname, join } from "node:path";
import { pythonWith } from "./python.ts";

/** A call as AWS names it, such as `organizations:ListParents`. */
type Refusal = (call: string, body: string) => { readonly status: number; readonly body: string } | undefined;

export interface Door {
  readonly url: string;
  /** Every call since the last `reset`, in order. */
  readonly calls: string[];
  /** The access key of each call, in order. */
  readonly keys: string[];
  /** Organizations answers whoever asks as it answers the management account: moto knows no delegated administrators. */
  delegated: boolean;
  refuse: Refusal;
  /** What is passed on instead. */
  rewrite: (call: string, body: string) => string;
  close(): void;
}

export const moto: ReturnType<typeof pythonWith> = pythonWith("moto[server]==5.2.5");
export const ministack: ReturnType<typeof pythonWith> = pythonWith("ministack==1.5.33");

export interface LocalServer {
  readonly url: string;
  stop(): void;
}

export async function startMoto(python: string): Promise<LocalServer> {
  const port = await freePort();
  return await started(
    port,
    spawn(join(dirname(python), "moto_server"), ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" }),
  );
}

export async function startMinistack(python: string): Promise<LocalServer> {
  const port = await freePort();
  const env = {
    ...process.env,
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
  };
  return await started(port, spawn(join(dirname(python), "ministack"), [], { stdio: "ignore", env }));
}

async function started(port: number, child: ChildProcess): Promise<LocalServer> {
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return { url, stop: () => void child.kill() };
    await wait(100);
  }
  child.kill();
  throw new Error("the server does not answer");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = addressOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address;
}

const accessKey = /Credential=([^/]+)\//;

/** Passes calls on to `target`, unless `refuse` answers them. */
export async function openDoor(target: string): Promise<Door> {
  const [calls, keys]: [string[], string[]] = [[], []];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const call = nameOf(incoming, body.toString());
      calls.push(call);
      keys.push(accessKey.exec(incoming.headers.authorization ?? "")?.[1] ?? "");
      const refused = door.refuse(call, body.toString());
      if (refused !== undefined) {
        outgoing.writeHead(refused.status, {
          "content-type": refused.body.startsWith("<") ? "text/xml" : "application/x-amz-json-1.1",
        });
        outgoing.end(refused.body);
        return;
      }
      const headers = { ...incoming.headers };
      if (door.delegated && call.startsWith("organizations:")) {
        headers.authorization = headers.authorization?.replace(accessKey, "Credential=test/");
        delete headers["x-amz-security-token"];
      }
      const sent = Buffer.from(door.rewrite(call, body.toString()));
      const passed = request(
        `${target}${incoming.url ?? "/"}`,
        { method: incoming.method, headers: { ...headers, "content-length": String(sent.length) } },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        },
      );
      passed.on("error", () => outgoing.destroy());
      passed.end(sent);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const door: Door = {
    url: `http://127.0.0.1:${addressOf(server).port}`,
    calls,
    keys,
    delegated: false,
    refuse: () => undefined,
    rewrite: (_, body) => body,
    close: () => void server.close(),
  };
  return door;
}

/** JSON services name the operation in a header, query services in the body. */
function nameOf({ headers }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  const operation = typeof target === "string" ? target.split(".")[1] : /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  const service = /\/([a-z]+)\/aws4_request/.exec(headers.authorization ?? "")?.[1] ?? "unknown";
  return `${service}:${operation ?? "unknown"}`;
}

export function deniedJson(call: string): { status: number; body: string } {
  return {
    status: 400,
    body: JSON.stringify({ __type: "AccessDeniedException", Message: `not authorized to perform: ${call}` }),
  };
}

export function deniedXml(call: string): { status: number; body: string } {
  return {
    status: 403,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: ${call}</Message></Error></ErrorResponse>`,
  };
}

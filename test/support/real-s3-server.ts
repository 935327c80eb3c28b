/** S3 servers that we did not write: started by scripts/s3-servers.mjs; where one cannot be installed, its absence is said. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { S3Client } from "@aws-sdk/client-s3";

export interface RealS3Server extends AsyncDisposable {
  readonly endpoint: string;
  readonly client: S3Client;
}

/** Exit code of the script that says: nothing is broken, but the server cannot be installed here. */
const unavailable = 75;
const script = fileURLToPath(new URL("../../scripts/s3-servers.mjs", import.meta.url));

export const realS3Credentials = { accessKeyId: "test", secretAccessKey: "testtesttest" } as const;

/** The server, or why there is none. */
export async function startRealS3Server(name: string): Promise<RealS3Server | string> {
  const child = spawn(process.execPath, [script, "run", name], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const started = await new Promise<{ readonly endpoint: string } | { readonly missing: string }>((done, fail) => {
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const endpoint = /^ready (\S+)$/m.exec(out)?.[1];
      if (endpoint !== undefined) done({ endpoint });
    });
    child.once("exit", (code) => {
      if (code === unavailable) done({ missing: said.trim().split("\n").at(-1) ?? "" });
      else fail(new Error(`${name} ended with ${String(code)} before it was ready:\n${said}`));
    });
  });
  if ("missing" in started) return started.missing;
  const client = new S3Client({
    endpoint: started.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: realS3Credentials,
  });
  return {
    endpoint: started.endpoint,
    client,
    async [Symbol.asyncDispose](): Promise<void> {
      client.destroy();
      const ended = new Promise((done) => child.once("exit", done));
      if (child.exitCode === null) child.stdin.end();
      await ended;
    },
  };
}

// Installs and runs S3 servers on loopback, for `npm run test:s3`, `npm run bench:s3` and for trying Spillway without AWS.
//   node scripts/s3-servers.mjs prepare [versitygw|minio|ministack ...]
//   node scripts/s3-servers.mjs run versitygw|minio|ministack [--data DIR] [--port N]
// `run` prints `ready URL` once requests are answered and serves until it gets SIGTERM or SIGINT, or its stdin closes. The keys are
// always AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=testtesttest. Without --data the objects are gone afterwards. versitygw also has a
// user `reader` with the secret `readersecret`, who may do what the policy of a bucket says.
// They are installed into SPILLWAY_S3_CACHE. Exit code 75: it cannot be installed here, and why.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { serve } from "./serve.mjs";

const unavailable = 75;
const accessKey = "test";
const secretKey = "testtesttest";
const cache =
  process.env.SPILLWAY_S3_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "spillway", "s3");

const servers = {
  versitygw: {
    install: () => goInstall("versitygw", "github.com/versity/versitygw/cmd/versitygw@v1.8.0"),
    program: join(cache, "versitygw"),
    args: (port, data) => {
      const where = ["posix", "--sidecar", folder(data, "meta"), folder(data, "objects")];
      return ["--quiet", "--keep-alive", "--iam-dir", folder(data, "users"), "--port", `127.0.0.1:${port}`, ...where];
    },
    started: (url) => {
      const admin = ["admin", "--access", accessKey, "--secret", secretKey, "--endpoint-url", url];
      const reader = ["--access", "reader", "--secret", "readersecret", "--role", "user"];
      execFileSync(join(cache, "versitygw"), [...admin, "create-user", ...reader], { stdio: ["ignore", 2, 2] });
    },
    env: { ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
  },
  minio: {
    install: () => goInstall("minio", "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"),
    program: join(cache, "minio"),
    args: (port, data) => ["server", "--quiet", "--address", `127.0.0.1:${port}`, folder(data, "objects")],
    env: { MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey, MINIO_BROWSER: "off" },
  },
  ministack: {
    install: () => pipInstall("ministack", "ministack==1.5.33"),
    program: join(cache, "ministack", "bin", "ministack"),
    args: () => [],
    env: { BIND_HOST: "127.0.0.1", IOT_MTLS_ENABLED: "0", SFTP_ENABLED: "0" },
    portVariable: "GATEWAY_PORT",
  },
};

function giveUp(name, reason) {
  console.error(`no ${name}: ${reason}`);
  process.exit(unavailable);
}

function serverOf(name) {
  if (Object.hasOwn(servers, name)) return servers[name];
  throw new Error(`${name} is none of ${Object.keys(servers).join(", ")}`);
}

function folder(...parts) {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

function goInstall(name, module) {
  attempt(name, "go", ["install", module], { GOBIN: folder(cache) });
}

function pipInstall(name, requirement) {
  const home = join(cache, name);
  attempt(name, "python3", ["-m", "venv", home]);
  attempt(name, join(home, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", requirement]);
}

function attempt(name, program, args, env = {}) {
  try {
    execFileSync(program, args, { stdio: ["ignore", 2, 2], env: { ...process.env, ...env } });
  } catch (cause) {
    giveUp(name, cause.code === "ENOENT" ? `${program} is not installed` : `${program} ${args[0]} failed`);
  }
}

function prepare(name) {
  const server = serverOf(name);
  if (!existsSync(server.program)) {
    console.error(`installing ${name}`);
    server.install();
  }
  return server;
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** True once it answers as a server that works: right after its start MinIO says 503. */
async function answers(url) {
  try {
    return (await fetch(url)).status < 500;
  } catch {
    return false; // not listening yet
  }
}

async function run(name, { data, port }) {
  const server = prepare(name);
  const temporary = data === undefined ? mkdtempSync(join(tmpdir(), "spillway-s3-")) : undefined;
  const home = resolve(data ?? temporary);
  const chosen = port === undefined ? await freePort() : Number(port);
  const url = `http://127.0.0.1:${chosen}`;
  const portEnv = server.portVariable === undefined ? {} : { [server.portVariable]: String(chosen) };
  await serve({
    program: server.program,
    args: server.args(chosen, home),
    options: { env: { ...process.env, ...server.env, ...portEnv }, cwd: folder(home) },
    url,
    answers,
    everyMs: 50,
    graceMs: 5000,
    ended: temporary === undefined ? undefined : () => rmSync(temporary, { recursive: true, force: true }),
    started: data === undefined ? server.started : undefined,
  });
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { data: { type: "string" }, port: { type: "string" } },
});
const [command, ...names] = positionals;
if (command === "prepare") for (const name of names.length === 0 ? Object.keys(servers) : names) prepare(name);
else if (command === "run" && names.length === 1) await run(names[0], values);
else throw new Error(`say prepare, or run ${Object.keys(servers).join("|")} [--data DIR] [--port N]`);

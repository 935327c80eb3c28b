/** docs/scheduling.md and the Dockerfile: what is printed there is run here, or read by who is going to read it. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { pythonWith } from "../support/python.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { putFile, putSoundFiles } from "../support/trail-files.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const guide = readFileSync(join(project, "docs/scheduling.md"), "utf8");
const folder = temporaryFolder();
const program = join(project, "dist/cli/bin.js");

function blocks(language: string): string[] {
  return [...guide.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, name, text]) =>
    name === language && text !== undefined ? [text] : [],
  );
}

/** A sound config and a small trail in a place of their own. */
function place(name: string): { readonly config: string; readonly at: (file: string) => string } {
  const at = (file: string): string => join(folder, name, file);
  putSoundFiles(at("logs"));
  const config = putFile(
    at("etc/spillway.json"),
    JSON.stringify({ warehouse: at("data/w.duckdb"), sources: [at("logs")], reports: [{ output: at("data/out") }] }),
  );
  mkdirSync(at("data"));
  return { config, at };
}

/** The folders of the guide are not on this machine, and a config is sound only where they are. */
const hereOf = (text: string): string =>
  text.replaceAll(/\/var\/lib\/(?:spillway|node_exporter\/textfile)|\/data\b/g, folder);

describe("the configs", () => {
  it("are sound: the shared one, the one of Kubernetes, the one that expects accounts", async () => {
    const [shared = ""] = blocks("json");
    const inMap = /spillway\.json: \|\n((?: {4}.*\n)+)/.exec(guide)?.[1] ?? "";
    const expecting = blocks("json").find((text) => text.includes('"expected"')) ?? "";
    for (const [index, text] of [shared, inMap, expecting].entries()) {
      const run = await runCli(["config", "check", "--config", putFile(join(folder, `${index}.json`), hereOf(text))]);
      expect(run.stderr).toContain("is sound");
    }
  });

  it("so is what the task of ECS has in its environment", async () => {
    const [, , ecs = ""] = blocks("yaml");
    const pairs = [...ecs.matchAll(/- Name: (SPILLWAY_\w+)\n +Value: (?:!Sub )?(.+)\n/g)];
    const env = Object.fromEntries(
      pairs.map(([, name = "", value = ""]) => [
        name,
        hereOf(value.replaceAll(/^'|'$/g, "").replaceAll(/\$\{(\w+)\}/g, "name-$1")),
      ]),
    );
    expect(Object.keys(env).length).toBeGreaterThan(6);
    const run = await runCli(["config", "check", "--config", putFile(join(folder, "empty.json"), "{}")], env);
    expect(run.stderr).toContain("is sound");
    expect(JSON.parse(run.stdout)).toMatchObject({ failOn: ["boundary"], scope: { lastDays: 30 } });
  });
});

it("the policy is one of IAM's, with the actions that are needed and no other", () => {
  const policy: unknown = JSON.parse(blocks("json").find((text) => text.includes("Statement")) ?? "");
  expect(policy).toMatchObject({ Version: "2012-10-17" });
  const actions = [...JSON.stringify(policy).matchAll(/"Action":"([^"]+)"/g)].map(([, action = ""]) => action);
  expect(actions.toSorted()).toEqual([
    "cloudtrail:LookupEvents",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "organizations:ListAccounts",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
  ]);
});

it("every metric of the alerts exists", () => {
  const source = readFileSync(join(project, "src/run/metrics.ts"), "utf8");
  const names = [...(blocks("yaml")[0] ?? "").matchAll(/\bspillway_\w+/g)].map(([name]) => name);
  expect(names.length).toBeGreaterThan(3);
  for (const name of names) expect(source).toContain(`"${name}"`);
});

it("the crontab line runs with cron's environment", { timeout: 60_000 }, () => {
  const [line = ""] = blocks("crontab");
  const fields = /^(?:[\d*,/-]+ ){5}(.+)\n$/.exec(line);
  expect(fields, line).not.toBeNull();
  const here = place("cron");
  const command = (fields?.[1] ?? "")
    .replace("/usr/bin/node", process.execPath)
    .replace("/opt/spillway/dist/cli/bin.js", program)
    .replace("/etc/spillway/spillway.json", here.config)
    .replace("/var/lib/spillway/run.log", here.at("data/run.log"));
  expect(command).not.toContain("/opt/spillway");
  const cron = { HOME: here.at("data"), LOGNAME: "spillway", PATH: "/usr/bin:/bin", SHELL: "/bin/sh" };
  const run = spawnSync("/bin/sh", ["-c", command], { env: cron, cwd: here.at("data"), encoding: "utf8" });
  expect(readFileSync(here.at("data/run.log"), "utf8")).toContain("3 listed = 3 loaded");
  expect(run.status).toBe(0);
  expect(run.stdout + run.stderr).toBe("");
  expect(readdirSync(here.at("data/out")).length).toBeGreaterThan(5);
});

it("systemd accepts the service and the timer", (context) => {
  const [service = "", timer = ""] = blocks("ini");
  if (spawnSync("systemd-analyze", ["--version"]).status !== 0) {
    context.skip("there is no systemd-analyze here");
    return;
  }
  const units = join(folder, "units");
  mkdirSync(units);
  writeFileSync(join(units, "spillway.service"), service.replace("/usr/bin/node", process.execPath));
  writeFileSync(join(units, "spillway.timer"), timer);
  const run = spawnSync("systemd-analyze", ["verify", join(units, "spillway.service"), join(units, "spillway.timer")], {
    encoding: "utf8",
  });
  expect(run.stdout + run.stderr).not.toMatch(/spillway\.(?:service|timer)/);
  expect(run.status).toBe(0);
});

const kubernetes = `
import json, sys, yaml
from kubernetes import client
api = client.ApiClient()
kinds = []
for manifest in yaml.safe_load_all(open(sys.argv[1])):
    read = api.deserialize(json.dumps(manifest), "V1" + manifest["kind"], "application/json")
    # what the API does not know is gone after reading and writing
    assert api.sanitize_for_serialization(read) == manifest, manifest["kind"]
    kinds.append(manifest["kind"])
print(" ".join(kinds))
`;

it("the manifests hold nothing that the API of Kubernetes does not know", { timeout: 240_000 }, (context) => {
  const found = pythonWith("kubernetes==37.0.2");
  if ("missing" in found) {
    context.skip(found.missing);
    return;
  }
  const file = putFile(join(folder, "k8s.yaml"), blocks("yaml")[1] ?? "");
  const printed = execFileSync(found.python, ["-c", kubernetes, file], { encoding: "utf8" });
  expect(printed.trim()).toBe("ServiceAccount PersistentVolumeClaim ConfigMap CronJob");
});

describe("the Dockerfile", () => {
  const lines = readFileSync(join(project, "Dockerfile"), "utf8").split("\n");
  const copies = lines.flatMap((line) => {
    const match = /^COPY (?:--from=(\w+) )?(.+) (\S+)$/.exec(line);
    return match === null ? [] : [{ from: match[1], paths: (match[2] ?? "").split(" "), to: match[3] ?? "" }];
  });
  const final = copies.slice(copies.findIndex(({ paths }) => paths.includes("LICENSE")));

  it("copies what is there and what .dockerignore lets through", () => {
    const allowed = readFileSync(join(project, ".dockerignore"), "utf8").split("\n");
    expect(allowed[0]).toBe("*");
    for (const path of copies.filter(({ from }) => from === undefined).flatMap(({ paths }) => paths)) {
      expect(existsSync(join(project, path))).toBe(true);
      expect(allowed).toContain(`!${path.replace(/^\.\//, "")}`);
    }
  });

  it("has all that a run needs, in a tree nobody may write to, as a user without rights", { timeout: 60_000 }, () => {
    expect(existsSync(program), "npm test builds dist first").toBe(true);
    const here = place("image");
    const tree = here.at("opt");
    for (const { from, paths } of final) {
      for (const path of paths) {
        const name = from === undefined ? path.replace(/^\.\//, "") : path.replace("/build/", "");
        mkdirSync(dirname(join(tree, name)), { recursive: true });
        if (name === "node_modules") symlinkSync(join(project, name), join(tree, name));
        else cpSync(join(project, name), join(tree, name), { recursive: true });
      }
    }
    for (const name of ["", ...readdirSync(tree, { recursive: true, encoding: "utf8" })]) {
      const path = join(tree, name);
      if (!path.includes("node_modules")) chmodSync(path, statSync(path).isDirectory() ? 0o555 : 0o444);
    }
    // Root may write anywhere: as root the run gets another user, who then must be able to reach the project.
    const nobody = 65_534;
    const isRoot = process.getuid?.() === 0;
    const canReach =
      isRoot &&
      spawnSync(process.execPath, ["-e", `fs.accessSync(${JSON.stringify(project)})`], { uid: nobody, gid: nobody })
        .status === 0;
    const user = canReach ? { uid: nobody, gid: nobody } : {};
    for (const name of ["", "data", "etc", "logs"]) chmodSync(here.at(name), 0o777);
    chmodSync(folder, 0o755);
    const run = spawnSync(process.execPath, [join(tree, "dist/cli/bin.js"), "run", "--config", here.config], {
      ...user,
      env: { PATH: "/usr/bin:/bin", HOME: "/nonexistent", NODE_ENV: "production" },
      cwd: here.at("data"),
      encoding: "utf8",
    });
    expect(run.stderr).toContain("3 listed = 3 loaded");
    expect(run.status).toBe(0);
    if (canReach) expect(statSync(here.at("data/w.duckdb")).uid).toBe(nobody);
    for (const name of readdirSync(tree)) if (name !== "node_modules") chmodSync(join(tree, name), 0o755);
    chmodSync(tree, 0o755);
  });
});

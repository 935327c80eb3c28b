/** The checks before a run begins, which `spillway run` and `spillway config check` share. */
import type { Config } from "../config/config.ts";
import type { Effects } from "../effects.ts";
import { SpillwayError } from "../errors.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { variables } from "../variables.ts";
import { protectionOf } from "./flags/protection.ts";

/** Prepares a run. @throws SpillwayError whose exit code is 2 */
export async function prepareRun(config: Config, effects: Effects): Promise<Protection | undefined> {
  const { checkConfig } = await import("../run/check-config.ts");
  checkConfig(config);
  const { checkReports } = await import("../run/check-reports.ts");
  await checkReports(config);
  const { readPolicies } = await import("../run/policies.ts");
  await readPolicies(config.policies);
  return await protectionFor(config, effects);
}

async function protectionFor(config: Config, { env }: Effects): Promise<Protection | undefined> {
  const { personalData, pseudonymiseKeyFile: file } = config;
  if (personalData === "keep") return undefined;
  if (personalData === "drop") return { drop: true };
  const key = file === undefined ? env[variables.pseudonymiseKey.name] : await keyIn(file);
  if (personalData === "pseudonymise" && (key === undefined || key === "")) {
    throw new SpillwayError("config", "personalData is pseudonymise, and there is no key", {
      next: `Set ${variables.pseudonymiseKey.name} or pseudonymiseKeyFile; a key comes from: openssl rand -hex 32`,
    });
  }
  return key === undefined || key === "" ? undefined : protectionOf({ pseudonymise: key });
}

async function keyIn(file: string): Promise<string> {
  const { readFile } = await import("node:fs/promises");
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new SpillwayError("config", `cannot read pseudonymiseKeyFile ${file}`, {
      next: "Name a file with the key on one line.",
      cause,
    });
  }
}

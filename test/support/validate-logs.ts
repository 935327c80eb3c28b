/** Running `aws cloudtrail validate-logs` over a made trail: the other implementation of the same check. */
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { MadeTrail } from "../integrity/made-trail.ts";
import { pythonWith } from "./python.ts";

/** The version that the table of docs/verify.md was made with. */
const requirement = "awscli==1.46.3";

let found: string | undefined;

/** As named by SPILLWAY_AWS_CLI, else that version from PyPI, else what is installed. */
export function awsProgram(): string {
  const named = process.env["SPILLWAY_AWS_CLI"];
  if (named !== undefined && named !== "") return named;
  if (found === undefined) {
    const installed = pythonWith(requirement);
    found = "python" in installed ? join(dirname(installed.python), "aws") : "aws";
  }
  return found;
}

export interface ValidateRun {
  readonly code: number;
  /** What it says of files, and its sums; without the lines that only repeat what was asked. */
  readonly lines: readonly string[];
}

/** `aws-cli/1.46.3`, or nothing where there is none. */
export async function awsCliVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(awsProgram(), ["--version"]);
    return /^aws-cli\/\S+/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

export async function validateLogs(
  trail: MadeTrail,
  endpoints: { readonly s3: string; readonly cloudtrail: string },
  range: { readonly from: number; readonly to: number },
): Promise<ValidateRun> {
  const { region, homeRegion, account, trail: name, bucket } = trail.chain;
  const iso = (time: number): string => new Date(time).toISOString();
  const arn = `arn:aws:cloudtrail:${homeRegion}:${account}:trail/${name}`;
  const args = ["cloudtrail", "validate-logs", "--trail-arn", arn, "--region", region, "--s3-bucket", bucket];
  args.push("--start-time", iso(range.from), "--end-time", iso(range.to));
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_CLOUDTRAIL: endpoints.cloudtrail,
    AWS_ACCESS_KEY_ID: process.env["AWS_ACCESS_KEY_ID"] ?? "test",
    AWS_SECRET_ACCESS_KEY: process.env["AWS_SECRET_ACCESS_KEY"] ?? "testtesttest",
  };
  const run = await new Promise<{ code: number; text: string }>((resolve) => {
    execFile(awsProgram(), args, { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, text: `${stdout}\n${stderr}` }),
    );
  });
  const lines = run.text
    .split("\n")
    .map((line) =>
      line
        .replaceAll(/s3:\/\/\S+_(\d{8}T\d{4,6}Z)\S*/g, "$1")
        .replaceAll("\t", " ")
        .replace(/[0-9a-f]{32}/, "…")
        .trim(),
    )
    .filter((line) => line !== "" && !/^(?:Validating log files for trail|Results requested|Results found)/.test(line));
  return { code: run.code, lines };
}

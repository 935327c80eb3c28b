/** The layout of model invocation logs, and the words when there are none. */
import type { Layout } from "../../listing/layout.ts";
import { logFolder, parseLogKey } from "./log-key.ts";

const config = "aws bedrock get-model-invocation-logging-configuration --query loggingConfig.s3Config";

export const invocationLogLayout: Layout = {
  kind: "invocation-log",
  folder: logFolder,
  parseKey: parseLogKey,
  sought: "model invocation log",
  next: `Name the bucket and prefix that Bedrock logs to, in each account and Region, as in: ${config}`,
  nextIfSilent: `Check that Bedrock still logs there: ${config}`,
};

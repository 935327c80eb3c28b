/** What AWS's SDK wants of the process before it is loaded. */
import { homedir } from "node:os";

/** Call it before an SDK module is imported. */
export function prepareSdk(): void {
  // It would print on stderr, in every thread, which Node it is going to want some day.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  // A container may run as a user without a home and without an entry in /etc/passwd: the SDK would fail looking for ~/.aws.
  if (process.env["HOME"] === undefined && !hasHome()) process.env["HOME"] = "/nonexistent";
}

function hasHome(): boolean {
  try {
    return homedir() !== "";
  } catch {
    return false;
  }
}

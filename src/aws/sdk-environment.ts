/** The preparation of the process for AWS's SDK. */
import { homedir } from "node:os";

/** Sets what the SDK needs; to be called before any of its modules is imported. */
export function prepareSdk(): void {
  // Otherwise every thread prints on stderr which version of Node the SDK will require one day.
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

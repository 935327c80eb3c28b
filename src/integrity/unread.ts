/** The reason why a file could not be read, from what was thrown; never a verdict on its content. */
import { messageOf, systemCode } from "../errors.ts";
import type { Unread, UnreadReason } from "./archive.ts";

const bySystemCode: Readonly<Record<string, UnreadReason>> = {
  ENOENT: "not-found",
  ENOTDIR: "not-found",
  EACCES: "denied",
  EPERM: "denied",
};

export function unreadOf(thrown: unknown): Unread {
  return { unread: reasonOf(thrown), detail: messageOf(thrown) };
}

function reasonOf(thrown: unknown): UnreadReason {
  const byCode = bySystemCode[systemCode(thrown) ?? ""];
  if (byCode !== undefined) return byCode;
  const names = namesOf(thrown);
  if (names.includes("NoSuchKey")) return "not-found";
  if (names.includes("InvalidObjectState")) return "archived";
  if (/kms/i.test(messageOf(thrown)) || names.some((name) => /kms/i.test(name))) return "kms";
  return names.some((name) => /^(?:DeniedObject|AccessDenied|Forbidden|403)/.test(name)) ? "denied" : "failed";
}

/** The names of an error and its causes. */
function namesOf(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error)) return [];
  return [thrown.constructor.name, thrown.name, ...namesOf(thrown.cause)];
}

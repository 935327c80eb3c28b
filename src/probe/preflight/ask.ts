/** A question to AWS, where a refusal is an answer too: it cannot be told. */
import type { ServiceAccess } from "../../aws/access.ts";
import { refusal } from "../../aws/refusals.ts";
import { isUnreachable, statusOf } from "../../aws/retry.ts";
import { SpillwayError } from "../../errors.ts";

export interface Question {
  readonly access: ServiceAccess;
  /** The service's name in messages: `Bedrock`. */
  readonly service: string;
  readonly what: string;
  /** The permission in IAM's spelling. */
  readonly permission: string;
}

/** What questions to one service have in common. */
export type QuestionBase = Omit<Question, "what" | "permission">;

export type Asked<T> =
  | { readonly kind: "answer"; readonly value: T }
  /** AWS refused the question, or did not get to it. */
  | { readonly kind: "refused"; readonly why: string; readonly next: string }
  /** An error that answers the question. */
  | { readonly kind: "error"; readonly error: Error };

/** @throws SpillwayError `credentials`, `source-unreachable`: then no question has an answer */
export async function ask<T>(question: Question, read: () => Promise<T>): Promise<Asked<T>> {
  const { access, service, what, permission } = question;
  try {
    return { kind: "answer", value: await read() };
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown instanceof SpillwayError || thrown.name === "AbortError") throw thrown;
    const known = refusal(thrown, {
      service,
      access,
      what,
      permission,
      allow: (action) => `Allow ${action}: spillway preflight --permissions prints all that is needed.`,
      codes: { denied: "source-denied", unreachable: "source-unreachable" },
      checkNetwork: "Check the network, the proxy and the endpoint.",
      tryAgain: "Run the same command again later.",
      isRegional: true,
    });
    if (known !== undefined) {
      if (known.code === "credentials" || isUnreachable(thrown) || statusOf(thrown) === undefined) throw known;
      return { kind: "refused", why: known.message, next: known.next ?? "Run the same command again later." };
    }
    if (statusOf(thrown) === undefined) throw thrown;
    return { kind: "error", error: thrown };
  }
}

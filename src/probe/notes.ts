/** The notes of what could not be read; the collection goes on as long as credentials and network work. */
import { credentialProblem } from "../aws/refusals.ts";
import { isUnreachable } from "../aws/retry.ts";
import type { ServiceAccess } from "../aws/access.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { Unreadable } from "../policy/bundle.ts";

export interface Notes {
  readonly entries: readonly Unreadable[];
  /** The answer; undefined, with a note under `what`, where it was refused. @throws SpillwayError `credentials`, `source-unreachable` */
  readonly attempt: <T>(what: string, access: ServiceAccess, read: () => Promise<T>) => Promise<T | undefined>;
  readonly add: (what: string, why: string) => void;
}

export function takeNotes(): Notes {
  const entries: Unreadable[] = [];
  const add = (what: string, why: string): void => void entries.push({ what, why });
  return {
    entries,
    add,
    attempt: async (what, access, read) => {
      try {
        return await read();
      } catch (thrown) {
        if (thrown instanceof SpillwayError || (thrown instanceof Error && thrown.name === "AbortError")) throw thrown;
        const problem = thrown instanceof Error ? credentialProblem(thrown, access) : undefined;
        // a role that cannot be assumed concerns only its account
        if (problem !== undefined && access.roles.length === 0) throw problem;
        if (isUnreachable(thrown)) {
          throw new SpillwayError(
            "source-unreachable",
            `cannot reach ${access.endpoint ?? "AWS"}: ${messageOf(thrown)}`,
            {
              next: "Check the network, the proxy and the endpoint.",
              cause: thrown,
            },
          );
        }
        add(what, problem?.message ?? refusal(thrown));
        return undefined;
      }
    },
  };
}

function refusal(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : messageOf(thrown);
}

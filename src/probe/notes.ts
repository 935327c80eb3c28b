/** What could not be read: noted and gone on from, as long as the credentials and the network are good. */
import { credentialProblem } from "../aws/refusals.ts";
import { isUnreachable } from "../aws/retry.ts";
import type { ServiceAccess } from "../aws/access.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { Unreadable } from "../policy/bundle.ts";

export interface Notes {
  readonly entries: readonly Unreadable[];
  /** Undefined where it was refused; then it is noted under `what`. @throws SpillwayError `credentials`, `source-unreachable` */
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
        // a role of one account that cannot be assumed is that account's matter
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

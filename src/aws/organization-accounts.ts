/** The accounts of an organization, as Organizations lists them. */
import type { Account } from "@aws-sdk/client-organizations";
import { SpillwayError, messageOf } from "../errors.ts";
import type { ServiceAccess } from "./access.ts";
import { connect, disconnect, inHomeRegion } from "./connection.ts";
import { pages } from "./organizations.ts";
import { refusal } from "./refusals.ts";
import { inTurn } from "./turns.ts";

export interface OrganizationAccount {
  readonly id: string;
  /** First day in the organization, YYYY-MM-DD; null if AWS does not say. */
  readonly joined: string | null;
}

/** A page holds at most 20 accounts, and five requests a second are safe: 1,000 accounts take ten seconds. */
const perSecond = 5;

/**
 * The active accounts: those suspended, closed, closing or not yet activated deliver no logs that could be missing.
 * @throws SpillwayError `source-denied`, `credentials`, `source-unreachable`, `source-empty`
 */
export async function activeAccounts(
  access: ServiceAccess,
  signal?: AbortSignal,
): Promise<readonly OrganizationAccount[]> {
  const home = inHomeRegion(access);
  const usually = inTurn(perSecond, access, signal);
  try {
    const { sdk, client } = await connect("organizations", home);
    const accounts = await pages(
      (NextToken) => usually(() => client.send(new sdk.ListAccountsCommand({ NextToken }))),
      "Accounts",
    );
    const active = accounts.flatMap(asActive);
    if (active.length > 0) return active;
    throw new SpillwayError("source-empty", "the organization names no active account", {
      next: "It has at least the management account: look at what answers at the endpoint.",
    });
  } catch (thrown) {
    throw explained(thrown, access);
  } finally {
    await disconnect("organizations", home);
  }
}

/** The account if it is active; `Status` is the older name of `State`. */
function asActive({ Id, State, Status, JoinedTimestamp }: Account): OrganizationAccount[] {
  if (Id === undefined || (State ?? Status) !== "ACTIVE") return [];
  return [{ id: Id, joined: JoinedTimestamp?.toISOString().slice(0, 10) ?? null }];
}

const whom = "Ask the management account or a delegated administrator, with profile or roleArn beside organization.";

function explained(thrown: unknown, access: ServiceAccess): unknown {
  if (thrown instanceof SpillwayError || !(thrown instanceof Error) || thrown.name === "AbortError") return thrown;
  if (thrown.name === "AWSOrganizationsNotInUseException")
    return new SpillwayError("source-not-found", "the account is in no organization", { next: whom, cause: thrown });
  const known = refusal(thrown, {
    service: "Organizations",
    access,
    what: "the accounts of the organization",
    permission: "organizations:ListAccounts",
    allow: (permission) => `Allow ${permission} on *. ${whom}`,
    codes: { denied: "source-denied", unreachable: "source-unreachable" },
    checkNetwork: "Check the network, the proxy and the endpoint.",
    tryAgain: "The next run asks again.",
  });
  return (
    known ??
    new SpillwayError("source-unreachable", `Organizations does not name its accounts: ${messageOf(thrown)}`, {
      next: whom,
      cause: thrown,
    })
  );
}

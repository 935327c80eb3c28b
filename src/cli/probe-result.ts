/** A run of `spillway probe result`: the wait for the events, a row for each call, and the limits of the conclusions. */
import type { ServiceAccess } from "../aws/access.ts";
import { callerAccount } from "../aws/caller-account.ts";
import { SpillwayError, exitCodes } from "../errors.ts";
import { type Beside, type CallRow, callRows, decisionsFor } from "../probe/calls/call-rows.ts";
import { type Found, evidenceIn, evidenceOf } from "../probe/calls/evidence.ts";
import { lookUp } from "../probe/calls/look-up.ts";
import { type Probe, readProbe } from "../probe/calls/probe-file.ts";
import { openCalls, waitForEvents } from "../probe/calls/wait.ts";
import { resolveBoundary } from "../report/boundary.ts";
import type { CommandContext } from "./flags/context.ts";
import type { ProbeResultFlags } from "./flags/probe.ts";
import { serviceOf } from "./flags/service-access.ts";
import { onlyPrincipal, readBundle } from "../report/policies/bundle-file.ts";
import { keysOf } from "../report/policies/given-keys.ts";
import { printCalls } from "./probe-output.ts";

/** Shows the result and returns the exit code. */
export async function showResult(file: string, flags: ProbeResultFlags, context: CommandContext): Promise<number> {
  const beside = await besideOf(flags);
  const probe = await readProbe(file);
  if (probe.calls.length === 0)
    throw new SpillwayError("usage", `${file} holds no call: the probe was stopped before the first one`, {
      next: "Make the calls again: spillway probe",
    });
  return await untilStopped(file, context.signal, async () => await tellResult(probe, file, flags, beside, context));
}

/** Runs until stopped, and then says how to continue. */
export async function untilStopped<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new SpillwayError("interrupted", `stopped; the calls that were made are noted in ${file}`, {
      next: `See what came of them: spillway probe result ${file}`,
      cause,
    });
  }
}

export async function besideOf(flags: ProbeResultFlags): Promise<Beside> {
  const bundle = flags.bundle === undefined ? undefined : await readBundle(flags.bundle);
  return {
    bundle,
    given: keysOf(flags),
    boundary: flags.boundary === undefined ? undefined : resolveBoundary(flags.boundary, flags.boundaries),
    principal: flags.principal ?? onlyPrincipal(bundle),
  };
}

/** Reports the rows and returns the exit code: a call outside the boundary outweighs one without an event. */
export async function tellResult(
  probe: Probe,
  file: string,
  flags: ProbeResultFlags,
  beside: Beside,
  context: CommandContext,
): Promise<number> {
  const { effects, signal } = context;
  const found = await waitForEvents(probe, {
    look: await lookFor(probe, flags, context),
    forMs: flags.wait * 60_000,
    onLook: (missing) =>
      effects.log.info(
        `${probe.calls.length - missing} of ${probe.calls.length} calls are settled by the logs; events take about 15 minutes (stop at any time: spillway probe result ${file})`,
      ),
    signal,
  });
  const rows = callRows(probe, found, beside);
  await printCalls(rows, flags, effects);
  tell(probe, rows, beside, context);
  const open = openCalls(probe, found);
  if (open > 0)
    effects.log.warn(`${open} of ${probe.calls.length} calls are not settled yet`, {
      next: `Look again later: spillway probe result ${file}`,
    });
  if (rows.some((row) => row.outside_boundary === true)) return exitCodes.findings;
  return open > 0 ? exitCodes.incomplete : exitCodes.ok;
}

async function lookFor(
  probe: Probe,
  flags: ProbeResultFlags,
  { effects, signal }: CommandContext,
): Promise<() => Promise<Found>> {
  const { warehouse } = flags;
  if (warehouse !== undefined) return async () => await evidenceIn(warehouse, probe, signal);
  const access: ServiceAccess = { ...serviceOf(flags, effects.env), region: probe.source_region };
  const account = await callerAccount(access, signal);
  if (account !== probe.account) {
    throw new SpillwayError(
      "usage",
      `these credentials are of the account ${account}, the calls were made in ${probe.account}`,
      {
        next: "Take credentials of that account, or look in a warehouse: --warehouse FILE.",
      },
    );
  }
  return async () => {
    const { records, wasCut } = await lookUp(probe, access, signal);
    if (wasCut)
      effects.log.warn("there are too many Bedrock events in these minutes to read them all", {
        next: "Load the trail and look there: --warehouse FILE.",
      });
    return await evidenceOf(records, probe, signal);
  };
}

/** Reports each destination with what was declared, allowed and seen. */
function tell(probe: Probe, rows: readonly CallRow[], beside: Beside, { effects: { log } }: CommandContext): void {
  const { principal } = beside;
  const allowed = principal === undefined ? undefined : decisionsFor(probe, principal, beside);
  for (const destination of probe.destinations) {
    const name = destination === "*" ? "any Region (a global profile)" : destination;
    const here = (region: string | null): boolean => region !== null && (destination === "*" || region === destination);
    const ran = rows.filter((row) => here(row.served_region)).length;
    const denied = rows.filter((row) => here(row.denied_region)).length;
    const policy = beside.bundle === undefined ? "" : `, policies: ${allowed?.get(destination) ?? "not-evaluated"}`;
    log.info(`${name}: declared (as of ${probe.as_of})${policy}; ${ran} ran there, ${denied} denied there`);
  }
  for (const { call, denied_region: region, denied_by: by, policy_arn: arn } of rows)
    if (by !== null)
      log.info(
        `call ${call} was denied in ${region ?? "an unknown Region"} by a ${by}${arn === null ? "" : `: ${arn}`}`,
      );
  const strange = rows.filter(({ served_region: region, declared }) => region !== null && declared === false);
  for (const { call, served_region: region } of strange)
    log.warn(`call ${call} ran in ${region ?? ""}, which the profile does not declare`);
  const made = rows.length < probe.wanted ? ` (${probe.wanted} were wanted)` : "";
  log.info(
    `${rows.length} call${rows.length === 1 ? "" : "s"}${made}: so few prove of no destination that it is open, or closed; AWS chooses anew for each call`,
  );
}

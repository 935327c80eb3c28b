/** The commands `spillway probe` and `spillway probe result`. */
import type { Command } from "commander";
import type { CommandContext } from "./flags/context.ts";
import { type ProbeFlags, type ProbeResultFlags, addProbeFlags, addProbeResultFlags } from "./flags/probe.ts";

export function addProbeCommand(program: Command, context: CommandContext): void {
  const probe = program
    .command("probe")
    .description("real calls through a profile, which cost money and are logged, and where each one ran");
  // a command of its own (and the default), which keeps the flags of the two apart
  const run = probe
    .command("run", { isDefault: true })
    .description(
      "make the calls and wait for their events (spillway probe alone does it too); exit 0 all events are there, 3 outside the boundary, 4 not yet",
    );
  addProbeFlags(run).action(async (flags: ProbeFlags) => {
    const { runProbe } = await import("./probe-run.ts");
    context.exitWith(await runProbe(flags, context));
  });
  const result = probe
    .command("result")
    .description("where the calls of an earlier probe ran; same exit codes")
    .argument("<file>", "file of the probe");
  addProbeResultFlags(result).action(async (file: string, flags: ProbeResultFlags) => {
    const { showResult } = await import("./probe-result.ts");
    context.exitWith(await showResult(file, flags, context));
  });
}

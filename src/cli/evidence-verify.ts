/** `spillway evidence verify`: is a pack whole, does CloudTrail's chain hold, and does the summary follow from the rows. */
import type { Command } from "commander";
import { exitCodes } from "../errors.ts";
import type { CommandContext } from "./flags/context.ts";

const codeOf = {
  "valid-unsigned": exitCodes.ok,
  invalid: exitCodes.findings,
  "unknown-schema": exitCodes.usage,
} as const;

export function addEvidenceVerifyCommand(evidence: Command, { effects, exitWith }: CommandContext): void {
  evidence
    .command("verify")
    .description("check a pack: exit code 0 valid, 3 invalid, 2 of a form that is not known")
    .argument("<pack>", "its folder, or its zip")
    .action(async (pack: string) => {
      const { verifyPack } = await import("../evidence/verify-pack.ts");
      const { outcome, problems, chain, summary } = await verifyPack(pack);
      for (const problem of problems) effects.log.error(problem);
      if (chain !== undefined) {
        const { digests, valid, links, logs, validLogs } = chain;
        effects.log.info(
          digests === 0
            ? "CloudTrail's chain: not shown, no digest is in this pack"
            : `CloudTrail's chain: ${digests} digests, ${valid} valid, ${links} links; ${logs} log files, ${validLogs} valid`,
        );
      }
      if (summary !== undefined) {
        effects.log.info(summary.answer);
        for (const { claim, outcome: found } of summary.claims) effects.log.info(`${claim}: ${found}`);
      }
      effects.stdout.write(`${outcome}\n`);
      exitWith(codeOf[outcome]);
    });
}

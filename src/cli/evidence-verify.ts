/** `spillway evidence verify`: whether a pack is complete, CloudTrail's chain holds, and the summary follows from the rows. */
import type { Command } from "commander";
import { exitCodes } from "../errors.ts";
import type { CommandContext } from "./flags/context.ts";

const codeOf = {
  valid: exitCodes.ok,
  "valid-unsigned": exitCodes.ok,
  invalid: exitCodes.findings,
  "unknown-schema": exitCodes.usage,
} as const;

export function addEvidenceVerifyCommand(evidence: Command, { effects, exitWith }: CommandContext): void {
  evidence
    .command("verify")
    .description("check a pack: exit code 0 valid (or valid-unsigned), 3 invalid, 2 of a form that is not known")
    .argument("<pack>", "its folder, or its zip")
    .option("--key <pem>", "public key that the pack has to be signed with; without it, the key that lies in the pack")
    .action(async (pack: string, { key }: { readonly key?: string }) => {
      const [{ verifyPack }, { readPublicKey }] = await Promise.all([
        import("../evidence/verify-pack.ts"),
        import("../evidence/signing-key.ts"),
      ]);
      const trusted = key === undefined ? undefined : readPublicKey(key);
      const { outcome, problems, signature, chain, summary } = await verifyPack(pack, trusted);
      for (const problem of problems) effects.log.error(problem);
      if (chain !== undefined) {
        const { digests, valid, links, logs, validLogs } = chain;
        effects.log.info(
          digests === 0
            ? "CloudTrail's chain: not shown, no digest is in this pack"
            : `CloudTrail's chain: ${digests} digests, ${valid} valid, ${links} links; ${logs} log files, ${validLogs} valid`,
        );
      }
      if (signature !== undefined) {
        const whose = signature.isTrusted
          ? "the key that was given"
          : "the key that lies in the pack: whose it is, only --key can say";
        effects.log.info(`signature: ${signature.keyId}, ${whose}`);
      }
      if (summary !== undefined) {
        effects.log.info(summary.answer);
        const byLog = summary.figures["by_invocation_log"] ?? 0;
        if (byLog > 0)
          effects.log.info(
            `served Region by invocation log, which no digest covers: ${byLog} ${byLog === 1 ? "call" : "calls"}`,
          );
        for (const { claim, outcome: found } of summary.claims) effects.log.info(`${claim}: ${found}`);
      }
      effects.stdout.write(`${outcome}\n`);
      exitWith(codeOf[outcome]);
    });
}

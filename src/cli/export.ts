/** `spillway export`: a protected copy of the warehouse, for BI tools and for people who should see numbers but not names. */
import type { Command } from "commander";
import { SpillwayError } from "../errors.ts";
import type { CommandContext } from "./flags/context.ts";
import { type ProtectionFlags, addProtectionFlags, protectionOf } from "./flags/protection.ts";

interface ExportFlags extends ProtectionFlags {
  readonly warehouse: string;
  readonly output: string;
}

export function addExportCommand(program: Command, { effects }: CommandContext): void {
  const command = program
    .command("export")
    .description("write a copy of the warehouse in which people are replaced, for BI tools")
    .option("--warehouse <file>", "warehouse file", "spillway.duckdb")
    .requiredOption("--output <file>", "the copy; it appears when it is whole");
  addProtectionFlags(command).action(async (flags: ExportFlags) => {
    const protection = protectionOf(flags);
    if (protection === undefined) {
      throw new SpillwayError("usage", "export protects personal data, and nothing says how", {
        next: "Add --pseudonymise KEY (joins with other exports of the same key) or --drop-personal.",
      });
    }
    const { exportProtected } = await import("../store/export-protected.ts");
    const bytes = await exportProtected(flags.warehouse, flags.output, protection);
    const { bytesText } = await import("../bytes-text.ts");
    effects.log.info(`wrote ${flags.output} (${bytesText(bytes)})`);
  });
}

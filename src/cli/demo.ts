/** `spillway demo`: a made-up organization through the whole pipeline, no AWS needed. */
import type { Command } from "commander";
import { dayMs } from "../day.ts";
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import type { DemoOrganization } from "../demo/organization.ts";
import type { CommandContext } from "./flags/context.ts";

interface DemoFlags {
  readonly folder: string;
}

export function addDemoCommand(program: Command, context: CommandContext): void {
  program
    .command("demo")
    .description("write a made-up organization's logs, ingest them and report them; no AWS needed")
    .option("--folder <folder>", "where the logs and the warehouse go", "spillway-demo")
    .action(async (flags: DemoFlags) => {
      const path = await import("node:path");
      const { rm, writeFile } = await import("node:fs/promises");
      const [{ writeDemoOrganization }, { writeInvocationLogs }, { runIngest }, { runReport }] = await Promise.all([
        import("../demo/organization.ts"),
        import("../demo/invocation-logs.ts"),
        import("./ingest.ts"),
        import("./report.ts"),
      ]);
      const { log } = context.effects;
      const logs = path.join(flags.folder, "logs");
      const invocationLogs = path.join(flags.folder, "invocation-logs");
      const warehouse = path.join(flags.folder, "spillway.duckdb");
      const publicKeys = path.join(flags.folder, "public-keys.json");
      const signatures = path.join(flags.folder, "signatures.csv");
      log.info(`A made-up organization: three accounts, two source Regions, two weeks of CloudTrail logs in ${logs}`);
      let made: DemoOrganization;
      try {
        // Leftovers of an earlier demo would count as part of this one.
        for (const folder of [logs, invocationLogs]) await rm(folder, { recursive: true, force: true });
        for (const end of ["", ".work", ".work.wal", ".wal"]) await rm(`${warehouse}${end}`, { force: true });
        made = await writeDemoOrganization(logs, { digests: true });
        writeInvocationLogs(invocationLogs, made.entries);
        await writeFile(publicKeys, made.digests?.publicKeys ?? "");
        await writeFile(signatures, made.digests?.signatures ?? "");
      } catch (cause) {
        if (systemCode(cause) === undefined) throw cause;
        throw new SpillwayError("output", `cannot write the demo into ${flags.folder}: ${messageOf(cause)}`, {
          next: "Name a folder that you may write to: spillway demo --folder FOLDER",
          cause,
        });
      }
      const saved = { publicKeys: [publicKeys], signatures: [signatures] };
      await runIngest([logs], { warehouse, maxObjectMb: 512, verify: true, ...saved }, context);
      log.info("");
      // its two weeks are over: the time after them is not a gap
      const weeks = { from: new Date(made.from), to: new Date(made.to) };
      await runReport(undefined, { warehouse, format: "table", boundary: "eu", ...weeks }, context);
      log.info("");
      const page = path.join(flags.folder, "report.html");
      await runReport(undefined, { warehouse, format: "html", output: page, boundary: "eu", ...weeks }, context);
      log.info(`The same as a page, with charts: open ${page} in a browser`);
      log.info("Go on with the demo:");
      log.info(`  npx spillway report spillover-by-principal --warehouse ${warehouse}`);
      const second = new Date(weeks.from.getTime() + 7 * dayMs).toISOString().slice(0, 10);
      log.info(`  npx spillway report first-seen --from ${second} --warehouse ${warehouse}`);
      log.info(`  npx spillway query "from denials limit 5" --warehouse ${warehouse}`);
      log.info(
        `  npx spillway verify ${logs} --to ${made.to.slice(0, 10)} --public-keys ${publicKeys} --signatures ${signatures}`,
      );
      const days = `--from ${made.from.slice(0, 10)} --to ${made.to.slice(0, 10)}`;
      const pack = path.join(flags.folder, "evidence.zip");
      log.info(`  npx spillway evidence --boundary eu ${days} --output ${pack} --warehouse ${warehouse}`);
      log.info(`  npx spillway evidence verify ${pack}`);
      log.info("with Bedrock's own invocation logs, which settle calls whose Region the trail leaves open:");
      log.info(`  npx spillway ingest invocation-logs:${invocationLogs} --warehouse ${warehouse}`);
      log.info(`  npx spillway report invocation-log-gaps --warehouse ${warehouse}`);
      log.info("or with your own copy of a trail:");
      log.info("  npx spillway ingest ./AWSLogs");
      log.info("  npx spillway report");
    });
}

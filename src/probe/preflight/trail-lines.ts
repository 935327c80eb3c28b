/** The lines on the trail: whether one covers the source Region, logs, takes read events and signs its files. */
import type { Trail, TrailReader } from "../../aws/trails.ts";
import { type QuestionBase, ask } from "./ask.ts";
import { type CheckName, type Line, cannotTell, fails, passes } from "./line.ts";
import { selectionOf } from "./trail-selection.ts";

const checks = [
  "trail",
  "trail-logging",
  "trail-read-events",
  "trail-validation",
] as const satisfies readonly CheckName[];

/** The lines of the trail that satisfies most checks. */
export async function trailLines(reader: TrailReader, base: QuestionBase, sourceRegion: string): Promise<Line[]> {
  const what = `the trails of ${sourceRegion}`;
  const asked = await ask({ ...base, what, permission: "cloudtrail:DescribeTrails" }, reader.trails);
  if (asked.kind === "refused") return checks.map((check) => cannotTell(check, sourceRegion, asked.why, asked.next));
  if (asked.kind === "error") throw asked.error;
  const covering = asked.value.filter((trail) => trail.isMultiRegion || trail.homeRegion === sourceRegion);
  if (covering.length === 0) return noTrail(asked.value, sourceRegion);
  const judged: (readonly Line[])[] = [];
  for (const trail of covering) judged.push(await linesOf(reader, base, trail, sourceRegion));
  const [first = [], ...more] = judged;
  return [...more.reduce((best, lines) => (badness(lines) < badness(best) ? lines : best), first)];
}

function badness(lines: readonly Line[]): number {
  const weights = { passes: 0, "cannot-tell": 1, fails: 10 } as const;
  return lines.reduce((sum, { outcome }) => sum + weights[outcome], 0);
}

function noTrail(trails: readonly Trail[], sourceRegion: string): Line[] {
  const others = trails.map(({ name, homeRegion }) => `${name} (${homeRegion} alone)`).join(", ");
  const found = others === "" ? "the account has no trail" : `none covers ${sourceRegion}: ${others}`;
  const next = "Create a multi-Region trail with management events of kind All and with log file validation.";
  return checks.map((check) => fails(check, sourceRegion, found, next));
}

async function linesOf(reader: TrailReader, base: QuestionBase, trail: Trail, sourceRegion: string): Promise<Line[]> {
  const scope = trail.isMultiRegion ? "all Regions" : `${trail.homeRegion} alone`;
  const whose = trail.isOrganization ? ", of the organization" : "";
  const home = { ...base, access: { ...base.access, region: trail.homeRegion } };
  return [
    passes("trail", trail.name, `covers ${sourceRegion} (${scope}, home ${trail.homeRegion}${whose})`),
    await loggingLine(reader, home, trail),
    await readEventsLine(reader, home, trail),
    trail.validatesFiles
      ? passes("trail-validation", trail.name, "its files are signed by digests")
      : fails(
          "trail-validation",
          trail.name,
          "log file validation is off",
          `Switch it on: aws cloudtrail update-trail --name ${trail.arn} --region ${trail.homeRegion} --enable-log-file-validation`,
        ),
  ];
}

async function loggingLine(reader: TrailReader, base: QuestionBase, trail: Trail): Promise<Line> {
  const check = "trail-logging";
  const question = { ...base, what: `the status of ${trail.name}`, permission: "cloudtrail:GetTrailStatus" };
  const asked = await ask(question, () => reader.status(trail));
  if (asked.kind === "refused") return cannotTell(check, trail.name, asked.why, asked.next);
  if (asked.kind === "error") return unanswered(check, trail, asked.error);
  const { isLogging, deliveryError } = asked.value;
  if (!isLogging)
    return fails(
      check,
      trail.name,
      "it is stopped",
      `Start it: aws cloudtrail start-logging --name ${trail.arn} --region ${trail.homeRegion}`,
    );
  if (deliveryError !== null)
    return fails(
      check,
      trail.name,
      `it logs, and the last delivery failed: ${deliveryError}`,
      "Mend the policy of its bucket (or its key), then see that files arrive.",
    );
  return passes(check, trail.name, "it logs");
}

async function readEventsLine(reader: TrailReader, base: QuestionBase, trail: Trail): Promise<Line> {
  const check = "trail-read-events";
  const question = { ...base, what: `the selectors of ${trail.name}`, permission: "cloudtrail:GetEventSelectors" };
  const asked = await ask(question, () => reader.selectors(trail));
  if (asked.kind === "refused") return cannotTell(check, trail.name, asked.why, asked.next);
  if (asked.kind === "error") return unanswered(check, trail, asked.error);
  const selection = selectionOf(asked.value);
  const howTo = "Let it take management events of kind All, of every event source.";
  if (selection === undefined) return cannotTell(check, trail.name, "AWS named no selector of it", howTo);
  if (selection.left.length > 0)
    return fails(check, trail.name, `it leaves out ${selection.left.join(", ")}: inference only reads`, howTo);
  if (selection.unknown.length > 0)
    return cannotTell(
      check,
      trail.name,
      `its selectors ask for more than is known before a call: ${selection.unknown.join(", ")}`,
      howTo,
    );
  return passes(check, trail.name, "it takes management events that read, Bedrock's too");
}

function unanswered(check: CheckName, trail: Trail, error: Error): Line {
  return cannotTell(
    check,
    trail.name,
    `${error.name}: ${error.message}`,
    "Ask with credentials of the account that owns the trail, perhaps the organization's.",
  );
}

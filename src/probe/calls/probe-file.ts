/** The file of a probe: which calls were made, by their request ids and times. Neither a prompt nor an answer is in it. */
import { open, readFile, rename } from "node:fs/promises";
import { z } from "zod";
import { SpillwayError, messageOf, systemCode } from "../../errors.ts";

export const callOperations = ["Converse", "ConverseStream", "InvokeModel"] as const;

export type CallOperation = (typeof callOperations)[number];

export interface ProbeCall {
  readonly number: number;
  readonly operation: CallOperation;
  readonly started_at: string;
  /** Null: the probe was stopped while the call was under way, and its request id is not known. */
  readonly ended_at: string | null;
  readonly request_id: string | null;
  /** As the caller saw it. */
  readonly outcome: "served" | "denied" | "throttled" | "failed" | null;
  /** Name of the error, never its text: that may hold a session's name. */
  readonly error: string | null;
  readonly denied_region: string | null;
  readonly denied_by: string | null;
  readonly denied_policy_arn: string | null;
}

export interface Probe {
  readonly format: "spillway-probe/1";
  readonly profile: string;
  readonly model: string;
  readonly source_region: string;
  readonly account: string;
  /** Where the profile may run, and as of when. */
  readonly destinations: readonly string[];
  readonly as_of: string;
  readonly wanted: number;
  readonly max_tokens: number;
  readonly started_at: string;
  readonly calls: readonly ProbeCall[];
}

const text = z.string().nullable();

const schema: z.ZodType<Probe> = z.strictObject({
  format: z.literal("spillway-probe/1"),
  profile: z.string(),
  model: z.string(),
  source_region: z.string(),
  account: z.string(),
  destinations: z.array(z.string()),
  as_of: z.string(),
  wanted: z.number().int().min(1),
  max_tokens: z.number().int().min(1),
  started_at: z.iso.datetime(),
  calls: z.array(
    z.strictObject({
      number: z.number().int(),
      operation: z.enum(callOperations),
      started_at: z.iso.datetime(),
      ended_at: z.iso.datetime().nullable(),
      request_id: text,
      outcome: z.enum(["served", "denied", "throttled", "failed"]).nullable(),
      error: text,
      denied_region: text,
      denied_by: text,
      denied_policy_arn: text,
    }),
  ),
});

const version = z.object({ format: z.string() });

/** @throws SpillwayError `usage` for a file that is not one of these */
export async function readProbe(file: string): Promise<Probe> {
  const next = "Name a file that spillway probe wrote.";
  const content = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new SpillwayError("usage", `cannot read ${file}: ${messageOf(cause)}`, { next, cause });
  });
  const value = jsonOf(content);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const format = version.safeParse(value).data?.format;
  if (format?.startsWith("spillway-probe/") === true && format !== "spillway-probe/1") {
    throw new SpillwayError("usage", `${file} is of another version: ${format}`, {
      next: "Read it with the Spillway that wrote it, or a newer one.",
    });
  }
  throw new SpillwayError("usage", `${file} is not a file of a probe, or it is damaged`, { next, cause: parsed.error });
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Ids of the calls that reached the service, in lower case: as keys are compared. */
export function requestIdsOf({ calls }: Probe): string[] {
  return calls.flatMap(({ request_id: id }) => (id === null ? [] : [id.toLowerCase()]));
}

/** Begins a file that must not be there yet. @throws SpillwayError `usage`, `output` */
export async function createProbe(file: string, probe: Probe): Promise<void> {
  try {
    await (await open(file, "wx")).close();
  } catch (cause) {
    if (systemCode(cause) !== "EEXIST") throw unwritable(file, cause);
    throw new SpillwayError("usage", `${file} is there already`, {
      next: `See what came of its calls: spillway probe result ${file}; or name another file with --file.`,
    });
  }
  await writeProbe(file, probe);
}

/** In one step: a kill leaves the file as it was before, or as it is now. */
export async function writeProbe(file: string, probe: Probe): Promise<void> {
  const partial = `${file}.partial`;
  try {
    const handle = await open(partial, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(probe, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

function unwritable(file: string, cause: unknown): SpillwayError {
  return new SpillwayError("output", `cannot write ${file}: ${messageOf(cause)}`, {
    next: "Name a file that can be written, with --file: without it the calls could not be found again.",
    cause,
  });
}

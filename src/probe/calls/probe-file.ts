/** The file of a probe: its calls with their request ids and times, without prompts or answers. */
import { open, readFile, rename } from "node:fs/promises";
import { z } from "zod";
import { SpillwayError, messageOf, systemCode } from "../../errors.ts";

export const callOperations = ["Converse", "ConverseStream", "InvokeModel"] as const;

export type CallOperation = (typeof callOperations)[number];

export interface ProbeCall {
  readonly number: number;
  readonly operation: CallOperation;
  readonly started_at: string;
  /** The end; null if the probe was stopped during the call, whose request id is then unknown. */
  readonly ended_at: string | null;
  readonly request_id: string | null;
  /** The outcome as the caller saw it. */
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
  /** The profile's destinations. */
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

/** Reads a probe's file. @throws SpillwayError `usage` for any other file */
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

/** Request ids of the calls that reached the service, in lower case like keys. */
export function requestIdsOf({ calls }: Probe): string[] {
  return calls.flatMap(({ request_id: id }) => (id === null ? [] : [id.toLowerCase()]));
}

/** Creates a file, which may not exist yet. @throws SpillwayError `usage`, `output` */
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

/** Writes the file in one step: a kill leaves the old or the new one. */
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

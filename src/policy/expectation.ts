/** The expectation of a policy test, and its comparison with an answer. */
import { z } from "zod";
import type { Check } from "./checks.ts";
import type { Reason } from "./decide.ts";
import type { CallAnswer, CheckedResource } from "./evaluate.ts";
import type { PolicyKind } from "./kinds.ts";

type OneOf = string | { readonly $in: readonly string[] };

interface ExpectedReason {
  readonly type: string;
  readonly explicit?: boolean | undefined;
  readonly level?: number | undefined;
  readonly doc?: number | undefined;
  readonly statement?: number | undefined;
  readonly sid?: string | undefined;
}

interface ExpectedResource {
  readonly decision?: OneOf | undefined;
  readonly by?: readonly ExpectedReason[] | undefined;
}

export interface ExpectedAnswer {
  readonly overall?: OneOf | undefined;
  readonly per_resource?: Readonly<Record<string, ExpectedResource>> | undefined;
}

const oneOf = z.union([z.string(), z.strictObject({ $in: z.array(z.string()) })]);

const expectedReason = z.object({
  type: z.string(),
  explicit: z.boolean().optional(),
  level: z.number().optional(),
  doc: z.number().optional(),
  statement: z.number().optional(),
  sid: z.string().optional(),
});

export const expectation: z.ZodType<ExpectedAnswer> = z.object({
  overall: oneOf.optional(),
  per_resource: z
    .record(z.string(), z.object({ decision: oneOf.optional(), by: z.array(expectedReason).optional() }))
    .optional(),
});

/** A reason in the form that other programs read. */
export interface PlainReason {
  readonly type: PolicyKind;
  readonly explicit: boolean;
  readonly level?: number;
  readonly doc?: number;
  readonly statement?: number;
  readonly sid?: string;
}

export function plainReason(reason: Reason): PlainReason {
  const { kind, explicit, level, doc, statement } = reason;
  return {
    type: kind,
    explicit,
    ...(level === undefined ? {} : { level }),
    ...(doc === undefined ? {} : { doc }),
    ...(statement === undefined ? {} : { statement: statement.index }),
    ...(statement?.sid === undefined ? {} : { sid: statement.sid }),
  };
}

/** The name of a checked resource in `per_resource`. */
export function resourceName(check: Check): string {
  return check.what === "bearer-token" ? `${check.action} *` : check.resource;
}

/** Whether an answer is as expected. */
export function meetsExpectation(answer: CallAnswer, expected: ExpectedAnswer): string[] {
  const differences = fits(answer.overall, expected.overall)
    ? []
    : [`overall is ${answer.overall}, ${said(expected.overall)} was expected`];
  const found = new Map(answer.resources.map((resource) => [resourceName(resource.check), resource]));
  for (const [name, wanted] of Object.entries(expected.per_resource ?? {})) {
    const resource = found.get(name);
    if (resource === undefined) differences.push(`${name} is not checked for this call`);
    else differences.push(...resourceDifferences(name, resource, wanted));
  }
  return differences;
}

function resourceDifferences(name: string, resource: CheckedResource, wanted: ExpectedResource): string[] {
  if (!fits(resource.decision, wanted.decision))
    return [`${name} is ${resource.decision}, ${said(wanted.decision)} was expected`];
  // where several answers are accepted, so are their reasons
  if (wanted.by === undefined || typeof wanted.decision === "object") return [];
  const left = resource.by.map(plainReason);
  const missing = wanted.by.filter((reason) => !take(left, reason));
  return [
    ...missing.map((reason) => `${name}: ${JSON.stringify(reason)} is not a reason`),
    ...left.map((reason) => `${name}: ${JSON.stringify(reason)} is a reason too`),
  ];
}

/** Takes the reason that matches; an expectation may leave fields out. */
function take(reasons: PlainReason[], wanted: ExpectedReason): boolean {
  const index = reasons.findIndex((reason) => {
    const plain: Readonly<Record<string, unknown>> = { ...reason };
    return Object.entries(wanted).every(([name, value]) => value === undefined || plain[name] === value);
  });
  if (index < 0) return false;
  reasons.splice(index, 1);
  return true;
}

function fits(value: string, wanted: OneOf | undefined): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? value === wanted : wanted.$in.includes(value);
}

function said(wanted: OneOf | undefined): string {
  return typeof wanted === "object" ? wanted.$in.join(" or ") : (wanted ?? "anything");
}

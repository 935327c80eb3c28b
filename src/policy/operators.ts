/** The condition operators: their comparisons and their names. */
import { matchAddress } from "./ip-address.ts";
import { type Pattern, matches, matchesArn } from "./pattern.ts";

/** A comparison of the request's value with the policy's; undefined if either does not have the operator's type. */
type Compare = (given: string, wanted: Pattern) => boolean | undefined;

export interface Operator {
  readonly compare: Compare;
  readonly negated: boolean;
  /** Whether wildcards in the policy's value count. */
  readonly wildcards: boolean;
  /** Whether values may hold policy variables: only texts and ARNs. */
  readonly variables: boolean;
}

export interface OperatorName {
  /** The name without prefix and suffix. */
  readonly base: string;
  readonly set: "all" | "any" | undefined;
  readonly ifExists: boolean;
}

const sameText: Compare = (given, wanted) => matches(wanted, given);
const sameTextAnyCase: Compare = (given, wanted) =>
  matches(
    wanted.map((element) => (typeof element === "string" ? element.toLowerCase() : element)),
    given.toLowerCase(),
  );
const sameArn: Compare = (given, wanted) =>
  // AWS does not document the meaning of a lone *
  wanted.length === 1 && typeof wanted[0] !== "string" ? undefined : matchesArn(wanted, given);

function ordered(valueOf: (text: string) => number, holds: (given: number, wanted: number) => boolean): Compare {
  return (given, wanted) => {
    const [left, right] = [valueOf(given), valueOf(textOf(wanted))];
    return Number.isNaN(left) || Number.isNaN(right) ? undefined : holds(left, right);
  };
}

const orders: readonly (readonly [
  name: string,
  negated: boolean,
  holds: (given: number, wanted: number) => boolean,
])[] = [
  ["Equals", false, (given, wanted) => given === wanted],
  ["NotEquals", true, (given, wanted) => given === wanted],
  ["LessThan", false, (given, wanted) => given < wanted],
  ["LessThanEquals", false, (given, wanted) => given <= wanted],
  ["GreaterThan", false, (given, wanted) => given > wanted],
  ["GreaterThanEquals", false, (given, wanted) => given >= wanted],
];

const plain = { wildcards: false, variables: false } as const;
const text = { wildcards: false, variables: true } as const;
const glob = { wildcards: true, variables: true } as const;

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["StringEquals", { compare: sameText, negated: false, ...text }],
  ["StringNotEquals", { compare: sameText, negated: true, ...text }],
  ["StringEqualsIgnoreCase", { compare: sameTextAnyCase, negated: false, ...text }],
  ["StringNotEqualsIgnoreCase", { compare: sameTextAnyCase, negated: true, ...text }],
  ["StringLike", { compare: sameText, negated: false, ...glob }],
  ["StringNotLike", { compare: sameText, negated: true, ...glob }],
  ["ArnEquals", { compare: sameArn, negated: false, ...glob }],
  ["ArnNotEquals", { compare: sameArn, negated: true, ...glob }],
  ["ArnLike", { compare: sameArn, negated: false, ...glob }],
  ["ArnNotLike", { compare: sameArn, negated: true, ...glob }],
  ["Bool", { compare: sameTruth, negated: false, ...plain }],
  ["BinaryEquals", { compare: sameText, negated: false, ...plain }],
  ["IpAddress", { compare: matchAddressText, negated: false, ...plain }],
  ["NotIpAddress", { compare: matchAddressText, negated: true, ...plain }],
  ...orders.map(([name, negated, holds]): [string, Operator] => [
    `Numeric${name}`,
    { compare: ordered(numberOf, holds), negated, ...plain },
  ]),
  ...orders.map(([name, negated, holds]): [string, Operator] => [
    `Date${name}`,
    { compare: ordered(momentOf, holds), negated, ...plain },
  ]),
]);

/** The operator of this name, without prefixes and suffix; IAM's `Null` is not among them. */
export function findOperator(base: string): Operator | undefined {
  return operators.get(base);
}

export function operatorNames(): string[] {
  return [...operators.keys(), "Null"];
}

export function readOperatorName(name: string): OperatorName {
  const [, prefix, base = "", suffix] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/s.exec(name) ?? [];
  return {
    base,
    set: prefix === undefined ? undefined : prefix === "ForAllValues" ? "all" : "any",
    ifExists: suffix !== undefined,
  };
}

/** Whether the operator can compare this value of a policy. */
export function takesValue(base: string, value: string): boolean {
  if (base === "Null" || base === "Bool") return /^(?:true|false)$/i.test(value);
  if (base.startsWith("Numeric")) return !Number.isNaN(numberOf(value));
  if (base.startsWith("Date")) return !Number.isNaN(momentOf(value));
  return !base.endsWith("IpAddress") || matchAddress("0.0.0.0", value) !== undefined;
}

function textOf(pattern: Pattern): string {
  return pattern.join("");
}

function sameTruth(given: string, wanted: Pattern): boolean | undefined {
  const [left, right] = [given.toLowerCase(), textOf(wanted).toLowerCase()];
  return [left, right].every((word) => word === "true" || word === "false") ? left === right : undefined;
}

function matchAddressText(given: string, wanted: Pattern): boolean | undefined {
  return matchAddress(given, textOf(wanted));
}

function numberOf(written: string): number {
  return /^[+-]?\d+(?:\.\d+)?$/.test(written.trim()) ? Number(written) : Number.NaN;
}

/** The time of a text: the W3C's profile of ISO 8601, or seconds since 1970. */
function momentOf(written: string): number {
  if (/^\d+$/.test(written) && written.length > 4) return Number(written) * 1000;
  return /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?$/.test(written)
    ? Date.parse(written)
    : Number.NaN;
}

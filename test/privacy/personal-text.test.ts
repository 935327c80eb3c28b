import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coverText } from "../../src/privacy/personal-text.ts";
import { coverPrincipal, coverPrincipals } from "../../src/privacy/principal.ts";
import { hashedStandIn, numberedStandIn } from "../../src/privacy/stand-ins.ts";

const mark = (person: string): string => `<${person}>`;
const covered = (text: string, own: readonly string[] = [], keepUsers = false): string =>
  coverText(text, { own, keepUsers }, mark);

describe("people in text", () => {
  const cases: readonly (readonly [text: string, expected: string, own?: readonly string[]])[] = [
    ["arn:aws:sts::1:assumed-role/R/jane.doe@example.com", "arn:aws:sts::1:assumed-role/R/<jane.doe@example.com>"],
    // the whole name, commas too
    ["User: arn:aws:sts::1:assumed-role/R/doe,jane=x+1 is", "User: arn:aws:sts::1:assumed-role/R/<doe,jane=x+1> is"],
    ["on arn:aws:sts::1:assumed-role/path/R/jane, because", "on arn:aws:sts::1:assumed-role/path/R/<jane>, because"],
    ["arn:aws:sts::1:federated-user/bob.", "arn:aws:sts::1:federated-user/<bob>."],
    ["User: arn:aws:iam::1:user/people/alice is not", "User: arn:aws:iam::1:user/people/<alice> is not"],
    ["mail bob@example.com, or x@y.co.uk.", "mail <bob@example.com>, or <x@y.co.uk>."],
    ["from 198.51.100.24 and [2001:db8::1]:443", "from <198.51.100.24> and [<2001:db8::1>]:443"],
    ["::ffff:198.51.100.24", "<::ffff:198.51.100.24>"],
    // versions, ARNs and times are not addresses
    ["aws-cli/2.15.30 Python/3.11.8 Chrome/120.0.6099.109", "aws-cli/2.15.30 Python/3.11.8 Chrome/120.0.6099.109"],
    [
      "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0 at 08:01:00",
      "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0 at 08:01:00",
    ],
    ["arn:aws:iam::111122223333:role/apps/invoice-bot", "arn:aws:iam::111122223333:role/apps/invoice-bot"],
    ["app/1.0 (jane; laptop-of-jane)", "app/1.0 (<jane>; laptop-of-<jane>)", ["jane"]],
    ["janet and jane_doe are others", "janet and jane_doe are others", ["jane"]],
    ["jo is too short", "jo is too short", ["jo"]],
    ["a name (with) [signs]*", "a <name (with) [signs]*>", ["name (with) [signs]*"]],
    ["jane doe and jane", "<jane doe> and <jane>", ["jane", "jane doe"]],
    ["Jürgen in Jürgens Büro", "<Jürgen> in Jürgens Büro", ["Jürgen"]],
  ];
  it.each(cases.map(([text, expected, own]) => ({ text, expected, own: own ?? [] })))(
    "$text",
    ({ text, expected, own }) => {
      expect(covered(text, own)).toBe(expected);
    },
  );

  it("users may be kept; sessions and addresses are not", () => {
    const text = "arn:aws:iam::1:user/alice arn:aws:sts::1:assumed-role/R/jane from 198.51.100.24";
    expect(covered(text, [], true)).toBe(
      "arn:aws:iam::1:user/alice arn:aws:sts::1:assumed-role/R/<jane> from <198.51.100.24>",
    );
  });

  it("an own value is gone wherever it stood as a word, whatever stands around it", () => {
    const part = fc.string({ unit: fc.constantFrom(..." .,:;/()[]{}*+?^$|\\-\"'@".split("")), maxLength: 4 });
    const name = fc.string({ unit: fc.constantFrom(..."abz09._+-é".split("")), minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(name, fc.array(part, { minLength: 2, maxLength: 5 }), (person, between) => {
        const text = between.join(person);
        const result = coverText(text, { own: [person], keepUsers: false }, () => "\u0001");
        // what is left of the name can only be part of another word
        expect(result.split(/[^\p{L}\p{N}_.+-]+/u)).not.toContain(person);
      }),
    );
  });
});

describe("principals", () => {
  const cover = (principal: string, type: string, name: string): unknown =>
    coverPrincipal({ principal, type, name }, false, mark);

  it.each([
    ["arn:aws:iam::1:role/app", "AssumedRole", "app", "arn:aws:iam::1:role/app", "app"],
    ["arn:aws:iam::1:user/dept/alice", "IAMUser", "alice", "arn:aws:iam::1:user/dept/<alice>", "<alice>"],
    ["arn:aws:sts::1:federated-user/bob", "FederatedUser", "bob", "arn:aws:sts::1:federated-user/<bob>", "<bob>"],
    ["arn:aws:iam::111122223333:root", "Root", "root", "arn:aws:iam::111122223333:root", "root"],
    ["9067f7d1c2-1111", "IdentityCenterUser", "9067f7d1c2-1111", "<9067f7d1c2-1111>", "<9067f7d1c2-1111>"],
    ["AROAEXAMPLE:jane", "AssumedRole", "AROAEXAMPLE:jane", "<AROAEXAMPLE:jane>", "<AROAEXAMPLE:jane>"],
    ["bedrock.amazonaws.com", "AWSService", "bedrock.amazonaws.com", "bedrock.amazonaws.com", "bedrock.amazonaws.com"],
    ["111122223333", "AWSAccount", "111122223333", "111122223333", "111122223333"],
  ])("%s", (principal, type, name, expected, expectedName) => {
    expect(cover(principal, type, name)).toEqual({ principal: expected, type, name: expectedName });
  });

  it("for a text of ours", () => {
    const principals = ["arn:aws:iam::1:user/zoe", "arn:aws:iam::1:role/app", "arn:aws:iam::1:user/al"];
    expect(coverPrincipals(principals, { drop: true })).toEqual([
      "arn:aws:iam::1:user/person-2",
      "arn:aws:iam::1:role/app",
      "arn:aws:iam::1:user/person-1",
    ]);
    expect(coverPrincipals(principals, { drop: true, keepUsers: true })).toEqual(principals);
    expect(coverPrincipals(principals, undefined)).toBe(principals);
  });
});

describe("stand-ins", () => {
  it("by a key: the same person the same, another key another", () => {
    const one = hashedStandIn("a key of sixteen or more");
    expect(one("jane")).toBe(one("jane"));
    expect(one("jane")).toMatch(/^[0-9a-f]{16}$/);
    expect(hashedStandIn("another key of sixteen")("jane")).not.toBe(one("jane"));
  });

  it("by number: in the order of the names, and nobody else", () => {
    const number = numberedStandIn(["zoe", "al", "zoe"]);
    expect([number("al"), number("zoe")]).toEqual(["person-1", "person-2"]);
    expect(() => number("jane")).toThrow();
  });
});

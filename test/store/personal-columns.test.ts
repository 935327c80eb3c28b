/** Who is a person: the rule in JavaScript and the rule in SQL say the same of any principal. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { isPerson } from "../../src/privacy/principal.ts";
import { rowsOf, sqlText, startDuck, stopDuck } from "../../src/store/duck.ts";
import { isPersonSql } from "../../src/store/personal-columns.ts";

const types = [
  "AWSService",
  "AWSAccount",
  "Root",
  "IAMUser",
  "AssumedRole",
  "FederatedUser",
  "IdentityCenterUser",
  null,
];
const piece = fc.constantFrom(
  "arn:",
  "arn:aws:iam::111122223333:",
  "user/",
  ":user/",
  ":federated-user/",
  "role/",
  "111122223333",
  "1",
  ".amazonaws.com",
  ".cn",
  "AIDA1",
  "ada",
  "\n",
  "",
);
const principal = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));

it("is decided alike by isPerson and by SQL", async () => {
  const duck = await startDuck({ threads: 1 });
  try {
    const cases = fc.sample(fc.record({ principal, type: fc.constantFrom(...types) }), { numRuns: 2000, seed: 7 });
    const values = cases.map(
      ({ principal: name, type }, index) => `(${index}, ${sqlText(name)}, ${type === null ? "NULL" : sqlText(type)})`,
    );
    const rows = await rowsOf(
      duck.connection,
      `SELECT ${isPersonSql} FROM (VALUES ${values.join(", ")}) AS t(i, principal, principal_type) ORDER BY i`,
    );
    const decided = cases.map(({ principal: name, type }) => isPerson({ principal: name, type, name: null }));
    expect(rows.map(([answer]) => answer)).toEqual(decided);
    expect(new Set(decided).size).toBe(2);
  } finally {
    stopDuck(duck);
  }
});

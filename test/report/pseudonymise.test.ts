/** Owns the proof that persons are covered wherever their names stand in a result. */
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ResultColumn } from "../../src/engines/engine.ts";
import { protectResult } from "../../src/report/pseudonymise.ts";
import { type Cell, type PlainRow, plainRows, resultOf } from "../../src/engines/result.ts";

const key = "a secret";
const hash = (person: string): string => createHmac("sha256", key).update(person).digest("hex").slice(0, 16);
const names = [
  "principal",
  "principal_name",
  "session_name",
  "source_identity",
  "on_behalf_of",
  "source_ip",
  "error_message",
  "model",
];
const columns: ResultColumn[] = [
  ...names.map((name): ResultColumn => ({ name, type: "text" })),
  { name: "invocations", type: "bigint" },
];

async function protectedRow(row: PlainRow, protection: { key: string } | { drop: true }): Promise<PlainRow> {
  const data = columns.map((column): Cell[] => [row[column.name] ?? null]);
  const rows = await plainRows(protectResult(resultOf(columns, data), protection));
  return rows[0] ?? {};
}

const jane = "jane.doe@example.com";
const session = `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/${jane}`;

describe("with a key", () => {
  it.each<[string, PlainRow, PlainRow]>([
    [
      "the four columns",
      { session_name: jane, source_identity: "jane", on_behalf_of: "user-1", source_ip: "198.51.100.24" },
      {
        session_name: hash(jane),
        source_identity: hash("jane"),
        on_behalf_of: hash("user-1"),
        source_ip: hash("198.51.100.24"),
      },
    ],
    ["an unknown and an empty one stay", { session_name: null, source_ip: "" }, { session_name: null, source_ip: "" }],
    [
      "a session in a principal, as in session_name",
      { principal: session },
      { principal: session.replace(jane, hash(jane)) },
    ],
    [
      "a federated user",
      { principal: "arn:aws:sts::111122223333:federated-user/bob" },
      { principal: `arn:aws:sts::111122223333:federated-user/${hash("bob")}` },
    ],
    [
      "an address in a user's ARN",
      { principal: `arn:aws:iam::111122223333:user/people/${jane}` },
      { principal: `arn:aws:iam::111122223333:user/people/${hash(jane)}` },
    ],
    [
      "an Identity Center user",
      { principal: "9067f7d1c2-11111111-2222-3333-4444-555555555555" },
      { principal: hash("9067f7d1c2-11111111-2222-3333-4444-555555555555") },
    ],
    [
      "a session in a message",
      { error_message: `User: ${session} is not authorized` },
      { error_message: `User: ${session.replace(jane, hash(jane))} is not authorized` },
    ],
    [
      "roles, services, models and counts stay",
      {
        principal: "arn:aws:iam::111122223333:role/apps/invoice-bot",
        principal_name: "invoice-bot",
        model: "anthropic.claude-opus-5",
        invocations: 5n,
      },
      {
        principal: "arn:aws:iam::111122223333:role/apps/invoice-bot",
        principal_name: "invoice-bot",
        model: "anthropic.claude-opus-5",
        invocations: 5n,
      },
    ],
  ])("%s", async (_, row, expected) => {
    expect(await protectedRow(row, { key })).toMatchObject(expected);
  });

  it("another key gives another name", async () => {
    expect((await protectedRow({ session_name: jane }, { key: "other" }))["session_name"]).not.toBe(hash(jane));
  });
});

it("dropping takes the columns away and covers the rest", async () => {
  const row = await protectedRow(
    {
      principal: session,
      session_name: jane,
      source_ip: "198.51.100.24",
      error_message: `User: ${session} is`,
      invocations: 5n,
    },
    { drop: true },
  );
  expect(Object.keys(row)).toEqual(["principal", "principal_name", "error_message", "model", "invocations"]);
  expect(JSON.stringify({ ...row, invocations: 5 })).not.toMatch(/jane|198\.51/);
});

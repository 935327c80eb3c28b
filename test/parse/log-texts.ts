/** Made-up log texts that are hard to search: needles, brackets and escapes where they do not belong. */
import fc from "fast-check";
import { JsonText } from "./json-text.ts";

const traps = fc.constantFrom(
  "bedrock.amazonaws.com",
  "bedrock-mantle.amazonaws.com",
  "xbedrockx",
  "bedroc",
  "}],{[",
  '"',
  "\\",
  "\\\\",
  '\\"}',
  '{"eventSource":"bedrock.amazonaws.com"}',
  "\\u0062edrock",
  "\u2028",
  "é\u{1f600}",
  "Records",
  "",
  "y_Y\u007f",
);
const anyText = fc.oneof({ weight: 3, arbitrary: traps }, fc.string({ unit: "binary", maxLength: 20 }));
const key = fc.oneof(fc.constantFrom("eventSource", "eventName", "Records", "a", "CloudTrailEvent "), anyText);

const { tree: anyValue } = fc.letrec<{ tree: JsonText; leaf: JsonText; object: JsonText; list: JsonText }>((tie) => ({
  leaf: fc.oneof(
    fc.tuple(anyText, fc.integer()).map(([text, seed]) => JsonText.string(text, seed)),
    fc.constantFrom("null", "true", "-1.5e3", "0").map((raw) => new JsonText(raw)),
  ),
  object: fc.array(fc.tuple(key, tie("tree")), { maxLength: 4 }).map((entries) => JsonText.object(entries, 0)),
  list: fc.array(tie("tree"), { maxLength: 4 }).map(JsonText.list),
  tree: fc.oneof({ maxDepth: 4 }, tie("leaf"), tie("object"), tie("list")),
}));

const source = fc.constantFrom(
  "bedrock.amazonaws.com",
  "bedrock.amazonaws.com",
  "bedrock-mantle.amazonaws.com",
  "bedrock-agentcore.amazonaws.com",
  "s3.amazonaws.com",
  "s3.amazonaws.com",
);

/** A record: fields in any order, some of them twice, with escapes in keys and values, and with other records inside. */
const recordText: fc.Arbitrary<JsonText> = fc
  .record({
    source,
    id: fc.uuid(),
    time: fc.constantFrom("2026-10-01T10:00:00Z", "2026-10-01T10:00:00Z", "yesterday"),
    noise: fc.array(
      fc.tuple(
        key.filter((name) => name !== "CloudTrailEvent"),
        anyValue,
      ),
      { maxLength: 5 },
    ),
    twice: fc.boolean(),
    shuffle: fc.integer(),
    escapes: fc.integer(),
  })
  .map(({ source: from, id, time, noise, twice, shuffle, escapes }) => {
    const text = (value: string): JsonText => JsonText.string(value, escapes);
    const fields: [string, JsonText][] = [
      ["eventVersion", text("1.11")],
      ["eventTime", text(time)],
      ["eventName", text("Converse")],
      ["awsRegion", text("eu-west-1")],
      ["eventID", text(id)],
      ["eventSource", text(from)],
      ...noise,
    ];
    fields.sort(([a], [b]) => hash(a, shuffle) - hash(b, shuffle));
    if (twice) fields.push(["eventSource", text("bedrock.amazonaws.com")]);
    return JsonText.object(fields, escapes);
  });

function hash(text: string, seed: number): number {
  let value = seed | 0;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

const blanks = fc.constantFrom("", "", " ", "\n", "\r\n\t ", " ".repeat(70));

/** Log files in every form that is read, as text. */
export const logText: fc.Arbitrary<string> = fc
  .record({
    records: fc.array(fc.oneof({ weight: 5, arbitrary: recordText }, anyValue), { maxLength: 8 }),
    form: fc.constantFrom(
      "records",
      "records",
      "records",
      "list",
      "lines",
      "events",
      "keys-before",
      "keys-after",
      "twice",
      "texts",
      "wrapped",
    ),
    blank: blanks,
    bom: fc.boolean(),
  })
  .map(({ records, form, blank, bom }) => {
    const texts = records.map((record) => record.spaced(blank));
    const joined = `[${blank}${texts.join(`${blank},${blank}`)}${blank}]`;
    const wrap = (text: string): string => JSON.stringify({ EventId: "1", CloudTrailEvent: text });
    const forms = {
      records: `{${blank}"Records"${blank}:${blank}${joined}${blank}}`,
      list: joined,
      lines: records.map((record) => record.spaced(" ")).join("\n"),
      events: `{"NextToken":"}","Events":${joined}}`,
      "keys-before": `{"a":[{}],"Records":${joined}}`,
      "keys-after": `{"Records":${joined},"a":{"b":["]"]}}`,
      twice: `{"Records":[{}],${blank}"Records":${joined}}`,
      texts: `{"Records":[${texts.map((text) => JSON.stringify(text)).join(",")}]}`,
      wrapped: `{"Events":[${texts.map(wrap).join(",")}]}`,
    };
    return `${bom ? "\ufeff" : ""}${blank}${forms[form]}${blank}`;
  });

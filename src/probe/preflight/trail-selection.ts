/** The effect of a trail's selectors on the records of inference. */
import type { FieldSelector, TrailSelectors } from "../../aws/trails.ts";

/** The fields that a selector can test; undefined ones are known only from a record. */
type RecordFields = Readonly<Record<string, string | undefined>>;

interface Kind {
  readonly name: string;
  readonly fields: RecordFields;
}

const source = "bedrock.amazonaws.com";

/** The kinds of records: inference is read-only; a stream leaves a second record, perhaps the only one with the served Region. */
const kinds: readonly Kind[] = [
  ...["Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"].map((eventName) =>
    kind(eventName, eventName, "AwsApiCall"),
  ),
  ...["ConverseStream", "InvokeModelWithResponseStream"].map((eventName) =>
    kind(`the completion of ${eventName}`, eventName, "AwsServiceEvent"),
  ),
];

function kind(name: string, eventName: string, eventType: string): Kind {
  return {
    name,
    fields: { eventCategory: "Management", eventSource: source, eventName, eventType, readOnly: "true" },
  };
}

export interface Selection {
  /** Kinds of records that the selectors leave out. */
  readonly left: readonly string[];
  /** Kinds for which it depends on fields that only a record has. */
  readonly unknown: readonly string[];
}

/** The selection; undefined where AWS named no selectors. */
export function selectionOf({ basic, advanced }: TrailSelectors): Selection | undefined {
  if (basic.length + advanced.length === 0) return undefined;
  const everything = basic.some(
    ({ management, readWrite, excludedSources }) =>
      management && readWrite !== "WriteOnly" && !excludedSources.includes(source),
  );
  const judged = kinds.map(({ name, fields }) => ({ name, is: everything ? true : anyOf(advanced, fields) }));
  return {
    left: judged.filter(({ is }) => is === false).map(({ name }) => name),
    unknown: judged.filter(({ is }) => is === undefined).map(({ name }) => name),
  };
}

function anyOf(selectors: readonly (readonly FieldSelector[])[], fields: RecordFields): boolean | undefined {
  const answers = selectors.map((conditions) => allOf(conditions, fields));
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

function allOf(conditions: readonly FieldSelector[], fields: RecordFields): boolean | undefined {
  const answers = conditions.map((condition) => meets(condition, fields[condition.field]));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** Whether a condition holds: each operator used has to, by any of its values or, if it excludes, by all. */
function meets(condition: FieldSelector, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  const { equals, startsWith, endsWith, notEquals, notStartsWith, notEndsWith } = condition;
  const wanted = [
    [equals, equals.includes(value)],
    [startsWith, startsWith.some((text) => value.startsWith(text))],
    [endsWith, endsWith.some((text) => value.endsWith(text))],
  ] as const;
  if (wanted.some(([texts, holds]) => texts.length > 0 && !holds)) return false;
  return !(
    notEquals.includes(value) ||
    notStartsWith.some((text) => value.startsWith(text)) ||
    notEndsWith.some((text) => value.endsWith(text))
  );
}

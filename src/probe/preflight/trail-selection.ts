/** Whether the selectors of a trail let the records of inference through. */
import type { FieldSelector, TrailSelectors } from "../../aws/trails.ts";

/** What a selector can ask of a record; undefined is not known before there is one. */
type RecordFields = Readonly<Record<string, string | undefined>>;

interface Kind {
  readonly name: string;
  readonly fields: RecordFields;
}

const source = "bedrock.amazonaws.com";

/** Inference reads only; a stream leaves a second record that alone may name the Region that served it. */
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
  /** Kinds of records that are left out. */
  readonly left: readonly string[];
  /** Kinds of which it depends on what only the record knows. */
  readonly unknown: readonly string[];
}

/** Undefined where AWS named no selector at all. */
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

/** Each operator that is used has to hold; of its values one, or for those that exclude, none. */
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

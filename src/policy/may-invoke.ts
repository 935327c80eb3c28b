/** Whether a document allows any call to a model at all, whatever its conditions. */
import { type PolicyDocument, isRefused } from "./document.ts";
import { matchesAction } from "./pattern.ts";

const actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

/** Whether a document may allow a call; one that cannot be read may. */
export function mayInvoke(document: PolicyDocument): boolean {
  if (isRefused(document)) return true;
  return document.statements.some(
    ({ effect, actions: names }) =>
      effect === "Allow" &&
      actions.some((action) => names.values.some(({ value }) => matchesAction(value, action)) !== names.negated),
  );
}

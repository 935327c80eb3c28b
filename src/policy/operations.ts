/** Which action an operation is authorised as: Converse has none of its own. */

const actions: ReadonlyMap<string, string> = new Map([
  ["Converse", "bedrock:InvokeModel"],
  ["ConverseStream", "bedrock:InvokeModelWithResponseStream"],
  ["InvokeModel", "bedrock:InvokeModel"],
  ["InvokeModelWithResponseStream", "bedrock:InvokeModelWithResponseStream"],
  ["InvokeModelWithBidirectionalStream", "bedrock:InvokeModel"],
  ["StartAsyncInvoke", "bedrock:InvokeModel"],
]);

export const operationNames: readonly string[] = [...actions.keys()];

export function actionOf(operation: string): string | undefined {
  return actions.get(operation);
}

/** Operations that look like actions and grant nothing when a policy names them. */
export const actionlessOperations: readonly string[] = [
  "Converse",
  "ConverseStream",
  "InvokeModelWithBidirectionalStream",
  "StartAsyncInvoke",
];

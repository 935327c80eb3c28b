/** Which action an operation is authorised as, and which operations ask for more than the profile and its models. */

interface Operation {
  readonly action: string;
  /** The paths that speak OpenAI's or Anthropic's own interface belong to a project, which has to be allowed too. */
  readonly inProject: boolean;
}

export const invoke = "bedrock:InvokeModel";
export const invokeStream = "bedrock:InvokeModelWithResponseStream";
export const batchAction = "bedrock:CreateModelInvocationJob";
export const mantleAction = "bedrock-mantle:CreateInference";

const plain = (action: string): Operation => ({ action, inProject: false });

const operations: ReadonlyMap<string, Operation> = new Map([
  ["Converse", plain(invoke)],
  ["ConverseStream", plain(invokeStream)],
  ["InvokeModel", plain(invoke)],
  ["InvokeModelWithResponseStream", plain(invokeStream)],
  ["InvokeModelWithBidirectionalStream", plain(invoke)],
  ["StartAsyncInvoke", plain(invoke)],
  ["CreateModelInvocationJob", plain(batchAction)],
  ["ChatCompletions", { action: invoke, inProject: true }],
  ["Responses", { action: invoke, inProject: true }],
  ["Messages", { action: invoke, inProject: true }],
  ["CreateInference", { action: mantleAction, inProject: true }],
]);

export const operationNames: readonly string[] = [...operations.keys()];

/** Those that take a profile: `bedrock-mantle` does no cross-Region inference. */
export const profileOperationNames: readonly string[] = operationNames.filter(
  (name) => actionOf(name) !== mantleAction,
);

export function actionOf(operation: string): string | undefined {
  return operations.get(operation)?.action;
}

export function isInProject(operation: string): boolean {
  return operations.get(operation)?.inProject === true;
}

/** Operations that look like actions and grant nothing when a policy names them. */
export const actionlessOperations: readonly string[] = [
  "Converse",
  "ConverseStream",
  "InvokeModelWithBidirectionalStream",
  "StartAsyncInvoke",
];

/** The actions that operations are authorised as, and the operations with more checks than the profile and its models. */

interface Operation {
  readonly action: string;
  /** Whether the operation belongs to a project, which has to be allowed too: those of OpenAI's or Anthropic's own interface. */
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

/** The operations that accept a profile; `bedrock-mantle` has no cross-Region inference. */
export const profileOperationNames: readonly string[] = operationNames.filter(
  (name) => actionOf(name) !== mantleAction,
);

export function actionOf(operation: string): string | undefined {
  return operations.get(operation)?.action;
}

export function isInProject(operation: string): boolean {
  return operations.get(operation)?.inProject === true;
}

/** Operations that are not actions: naming one in a policy grants nothing. */
export const actionlessOperations: readonly string[] = [
  "Converse",
  "ConverseStream",
  "InvokeModelWithBidirectionalStream",
  "StartAsyncInvoke",
];

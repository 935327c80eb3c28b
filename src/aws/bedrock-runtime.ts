/** One real call to a model: its request id and its error, if any. The model's answer is read and discarded. */
import type { ServiceAccess } from "./access.ts";
import { withConnection } from "./call.ts";
import { disconnect } from "./connection.ts";

export interface RuntimeAnswer {
  /** The request id; null if the call never reached the service. */
  readonly requestId: string | null;
  /** The error; null if the whole answer arrived. */
  readonly error: Error | null;
}

export interface Prompt {
  /** Id or ARN of a profile, or a model. */
  readonly model: string;
  readonly text: string;
  readonly maxTokens: number;
}

/** Calls that are never retried: a throttled call is an answer, and every call costs. @throws an AbortError when told to stop */
export interface Runtime {
  readonly converse: (prompt: Prompt) => Promise<RuntimeAnswer>;
  readonly converseStream: (prompt: Prompt) => Promise<RuntimeAnswer>;
  readonly invoke: (model: string, body: string) => Promise<RuntimeAnswer>;
  readonly close: () => Promise<void>;
}

class StreamBroke extends Error {
  override readonly name = "StreamBroke";
}

type Metadata = { readonly requestId?: string | undefined };

/** A question that takes one answer, as both forms of Converse want it. */
function asked({ model, text, maxTokens }: Prompt): {
  modelId: string;
  messages: { role: "user"; content: { text: string }[] }[];
  inferenceConfig: { maxTokens: number };
} {
  return { modelId: model, messages: [{ role: "user", content: [{ text }] }], inferenceConfig: { maxTokens } };
}

export function openRuntime(access: ServiceAccess, signal: AbortSignal | undefined): Runtime {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const answered = (send: (answer: Draft) => Promise<void>): Promise<RuntimeAnswer> => answerOf(send, signal);
  return {
    converse: (prompt) =>
      answered(async (draft) => {
        const { $metadata } = await withConnection("bedrock-runtime", access, ({ sdk, client }) =>
          client.send(new sdk.ConverseCommand(asked(prompt)), options),
        );
        draft.requestId = idOf($metadata);
      }),
    converseStream: (prompt) =>
      answered(async (draft) => {
        const { $metadata, stream } = await withConnection("bedrock-runtime", access, ({ sdk, client }) =>
          client.send(new sdk.ConverseStreamCommand(asked(prompt)), options),
        );
        draft.requestId = idOf($metadata);
        await readToEnd(stream ?? nothing());
      }),
    invoke: (model, body) =>
      answered(async (draft) => {
        const { $metadata } = await withConnection("bedrock-runtime", access, ({ sdk, client }) =>
          client.send(
            new sdk.InvokeModelCommand({
              modelId: model,
              body,
              contentType: "application/json",
              accept: "application/json",
            }),
            options,
          ),
        );
        draft.requestId = idOf($metadata);
      }),
    close: () => disconnect("bedrock-runtime", access),
  };
}

interface Draft {
  requestId: string | null;
}

async function answerOf(
  send: (draft: Draft) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<RuntimeAnswer> {
  const draft: Draft = { requestId: null };
  try {
    await send(draft);
    return { ...draft, error: null };
  } catch (thrown) {
    if (!(thrown instanceof Error) || signal?.aborted === true) throw thrown;
    const said = "$metadata" in thrown ? idOf(thrown.$metadata as Metadata | undefined) : null; // of the SDK's errors, if any
    return { requestId: draft.requestId ?? said, error: thrown };
  }
}

function idOf(metadata: Metadata | undefined): string | null {
  return metadata?.requestId ?? null;
}

/** A stream that ends without its stop message was cut off. */
async function readToEnd(stream: AsyncIterable<{ readonly messageStop?: unknown }>): Promise<void> {
  let isWhole = false;
  try {
    for await (const event of stream) isWhole ||= event.messageStop !== undefined;
  } catch (thrown) {
    if (thrown instanceof Error && "$metadata" in thrown) throw thrown;
    throw new StreamBroke("the stream broke off", { cause: thrown });
  }
  if (!isWhole) throw new StreamBroke("the stream ended before its message did");
}

async function* nothing(): AsyncGenerator<{ readonly messageStop?: unknown }> {
  // a missing stream counts as one that was cut off
}

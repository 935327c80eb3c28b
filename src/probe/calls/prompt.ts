/** What the probe says to a model, and how InvokeModel wants to have it from each provider. */

/** Harmless, ours, and the same every time: nothing of a user's ever goes out. */
export const promptText = "Reply with the single word: ready";

type Body = (maxTokens: number) => unknown;

const messages = [{ role: "user", content: [{ type: "text", text: promptText }] }];

const bodies: readonly (readonly [model: string, body: Body])[] = [
  [
    "amazon.nova-",
    (maxTokens) => ({
      schemaVersion: "messages-v1",
      messages: [{ role: "user", content: [{ text: promptText }] }],
      inferenceConfig: { maxTokens },
    }),
  ],
  ["anthropic.claude-", (maxTokens) => ({ anthropic_version: "bedrock-2023-05-31", max_tokens: maxTokens, messages })],
  ["meta.llama", (maxTokens) => ({ prompt: promptText, max_gen_len: maxTokens })],
  ["deepseek.", (maxTokens) => ({ prompt: promptText, max_tokens: maxTokens })],
];

/** Undefined for a model whose form is not known: it is called by Converse alone, which has one form for all. */
export function invokeBody(model: string, maxTokens: number): string | undefined {
  const found = bodies.find(([begin]) => model.startsWith(begin));
  return found === undefined ? undefined : JSON.stringify(found[1](maxTokens));
}

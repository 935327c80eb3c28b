/** The probe's prompt, and the request that InvokeModel expects for each provider. */

/** The prompt: harmless and always the same, with nothing of the user's. */
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

/** The request's body; undefined for a model whose form is unknown, which only Converse can call. */
export function invokeBody(model: string, maxTokens: number): string | undefined {
  const found = bodies.find(([begin]) => model.startsWith(begin));
  return found === undefined ? undefined : JSON.stringify(found[1](maxTokens));
}

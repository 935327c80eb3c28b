/** The truth about a made-up invocation, noted apart from its records. */

export type ModelKind = "foundation-model" | "inference-profile" | "application-profile" | "unknown";

export interface Entry {
  readonly key: string;
  readonly at: number;
  readonly region: string;
  readonly account: string;
  readonly principal: string;
  readonly operation: string;
  readonly streaming: boolean;
  readonly modelId: string | null;
  readonly kind: ModelKind;
  readonly outcome: "served" | "denied" | "throttled" | "failed";
  /** Region on the API call; `omitted` if additionalEventData was left out. */
  readonly callRegion: string | null;
  readonly omitted: boolean;
  /** The completion that was delivered, if any. */
  readonly completion: { readonly region: string | null; readonly at: number } | null;
  readonly batch: boolean;
  readonly tokens: { readonly input: number; readonly output: number } | null;
  readonly denial: { readonly region: string; readonly by: string } | null;
  readonly events: number;
}

export function isStream(operation: string): boolean {
  return operation.endsWith("Stream");
}

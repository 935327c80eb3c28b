/** The questions about Bedrock that come before the first call: a profile, access to a model, the logging of invocations. */
import type { ServiceAccess } from "./access.ts";
import { callService } from "./call.ts";
import { disconnect } from "./connection.ts";

export interface ProfileDetails {
  readonly arn: string;
  /** `ACTIVE`, as far as AWS has said. */
  readonly status: string;
  readonly modelArns: readonly string[];
}

/** Four answers about a model in the Region asked; the words are AWS's. */
export interface ModelAvailability {
  readonly agreement: string;
  readonly agreementError: string | null;
  readonly authorization: string;
  readonly entitlement: string;
  readonly region: string;
}

export interface BedrockReader {
  readonly profile: (idOrArn: string) => Promise<ProfileDetails>;
  readonly availability: (model: string) => Promise<ModelAvailability>;
  /** Whether the form about the use of Anthropic's models was sent. */
  readonly hasUseCase: () => Promise<boolean>;
  /** The destinations of the invocation logs; none when logging is off. */
  readonly loggingTargets: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export function openBedrock(access: ServiceAccess, signal?: AbortSignal): BedrockReader {
  return {
    profile: async (inferenceProfileIdentifier) => {
      const found = await callService(
        "bedrock",
        access,
        ({ sdk, client }, options) =>
          client.send(new sdk.GetInferenceProfileCommand({ inferenceProfileIdentifier }), options),
        signal,
      );
      return {
        arn: found.inferenceProfileArn ?? "",
        status: found.status ?? "unknown",
        modelArns: (found.models ?? []).flatMap(({ modelArn }) => modelArn ?? []),
      };
    },
    availability: async (modelId) => {
      const found = await callService(
        "bedrock",
        access,
        ({ sdk, client }, options) => client.send(new sdk.GetFoundationModelAvailabilityCommand({ modelId }), options),
        signal,
      );
      return {
        agreement: found.agreementAvailability?.status ?? "unknown",
        agreementError: found.agreementAvailability?.errorMessage ?? null,
        authorization: found.authorizationStatus ?? "unknown",
        entitlement: found.entitlementAvailability ?? "unknown",
        region: found.regionAvailability ?? "unknown",
      };
    },
    hasUseCase: async () => await hasUseCase(access, signal),
    loggingTargets: async () => {
      const { loggingConfig } = await callService(
        "bedrock",
        access,
        ({ sdk, client }, options) => client.send(new sdk.GetModelInvocationLoggingConfigurationCommand({}), options),
        signal,
      );
      const { s3Config: s3, cloudWatchConfig: logs } = loggingConfig ?? {};
      return [
        ...(s3?.bucketName === undefined ? [] : [`s3://${s3.bucketName}/${s3.keyPrefix ?? ""}`]),
        ...(logs?.logGroupName === undefined ? [] : [`the log group ${logs.logGroupName}`]),
      ];
    },
    close: () => disconnect("bedrock", access),
  };
}

async function hasUseCase(access: ServiceAccess, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const { formData } = await callService(
      "bedrock",
      access,
      ({ sdk, client }, options) => client.send(new sdk.GetUseCaseForModelAccessCommand({}), options),
      signal,
    );
    return formData !== undefined && formData.length > 0;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === "ResourceNotFoundException") return false;
    throw thrown;
  }
}

/** Reading the inference profiles of an account and Region. */
import type { InferenceProfileSummary } from "@aws-sdk/client-bedrock";
import type { ServiceAccess } from "./access.ts";
import { connect, disconnect } from "./connection.ts";
import { inTurn } from "./turns.ts";

export interface LiveProfile {
  /** A system-defined profile's id; an application profile's is the last part of its ARN. */
  readonly id: string;
  readonly arn: string;
  readonly application: boolean;
  readonly modelArns: readonly string[];
}

/** No figure is documented; Bedrock's control plane answers a handful a second. */
const perSecond = 5;

/** System-defined and application profiles, all pages of both. */
export async function listInferenceProfiles(access: ServiceAccess, signal?: AbortSignal): Promise<LiveProfile[]> {
  const { sdk, client } = await connect("bedrock", access);
  const ask = inTurn(perSecond, access, signal);
  try {
    const found = new Map<string, LiveProfile>();
    for (const typeEquals of ["SYSTEM_DEFINED", "APPLICATION"] as const) {
      let nextToken: string | undefined;
      do {
        const command = new sdk.ListInferenceProfilesCommand({ typeEquals, nextToken, maxResults: 100 });
        const page = await ask(() => client.send(command));
        for (const summary of page.inferenceProfileSummaries ?? []) {
          const profile = profileOf(summary);
          const complete =
            profile.modelArns.length > 0
              ? profile
              : profileOf(
                  await ask(() =>
                    client.send(new sdk.GetInferenceProfileCommand({ inferenceProfileIdentifier: profile.arn })),
                  ),
                );
          found.set(profile.arn, complete);
        }
        nextToken = page.nextToken;
      } while (nextToken !== undefined && nextToken !== "");
    }
    return [...found.values()];
  } finally {
    await disconnect("bedrock", access);
  }
}

function profileOf(
  summary: Pick<InferenceProfileSummary, "inferenceProfileArn" | "inferenceProfileId" | "models">,
): LiveProfile {
  const arn = summary.inferenceProfileArn ?? "";
  const application = arn.includes(":application-inference-profile/");
  const last = arn.slice(arn.lastIndexOf("/") + 1);
  return {
    id: application ? last : (summary.inferenceProfileId ?? last),
    arn,
    application,
    modelArns: (summary.models ?? []).flatMap(({ modelArn }) => modelArn ?? []),
  };
}

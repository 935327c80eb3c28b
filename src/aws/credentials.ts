/** The chain of credentials that a way to AWS names: profile, then roles one through the other. */
import type { ServiceAccess } from "./access.ts";
import { hasProxy, makeRequestHandler } from "./agents.ts";

export type Credentials = ReturnType<typeof import("@aws-sdk/credential-providers").fromTemporaryCredentials>;

/** A silent logger: `--profile` beside keys in the environment is a choice, and needs no warning in every thread. */
export const quiet: Readonly<Record<"trace" | "debug" | "info" | "warn" | "error", () => void>> = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** Milliseconds that STS and SSO may take. */
const credentialIdleMs = 20_000;

/** The credentials of a way to AWS; `fresh` reads the files again that the SDK remembers. */
export async function credentialsFor(
  access: Pick<ServiceAccess, "region" | "profile" | "roles" | "sessionName">,
  fresh: boolean,
): Promise<Credentials> {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
  // Without a Region the SDK takes the profile's. The providers' own clients (STS, SSO) use the proxy too.
  const proxied = hasProxy() ? { requestHandler: await makeRequestHandler(credentialIdleMs) } : {};
  const region = access.region === "" ? {} : { region: access.region };
  const clientConfig = { clientConfig: { ...region, ...proxied } };
  let provider = fromNodeProviderChain({
    ...(access.profile === null ? {} : { profile: access.profile }),
    ignoreCache: fresh,
    logger: quiet,
    ...clientConfig,
  });
  provider = withCause(provider, access.profile ?? process.env["AWS_PROFILE"], clientConfig);
  for (const { arn, externalId } of access.roles) {
    provider = fromTemporaryCredentials({
      masterCredentials: provider,
      params: {
        RoleArn: arn,
        RoleSessionName: access.sessionName,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      },
      ...clientConfig,
    });
  }
  return provider;
}

/** The chain with the profile's own error as the cause: "could not load credentials from any providers" says too little. */
function withCause(chain: Credentials, profile: string | undefined, clientConfig: object): Credentials {
  return async (properties) => {
    try {
      return await chain(properties);
    } catch (thrown) {
      const cause = await causeOf(profile, clientConfig);
      if (cause === undefined || !(thrown instanceof Error)) throw thrown;
      throw Object.assign(new Error(cause.message.replaceAll(/\s+/g, " ").trim(), { cause: thrown }), {
        name: thrown.name,
      });
    }
  };
}

async function causeOf(profile: string | undefined, clientConfig: object): Promise<Error | undefined> {
  const { fromIni } = await import("@aws-sdk/credential-providers");
  try {
    await fromIni({
      ...(profile === undefined ? {} : { profile }),
      ignoreCache: true,
      logger: quiet,
      ...clientConfig,
    })();
    return undefined;
  } catch (thrown) {
    // A profile that nobody named does not have to exist.
    const isAbsent =
      profile === undefined && thrown instanceof Error && /could not (?:resolve|find)/i.test(thrown.message);
    return thrown instanceof Error && !isAbsent ? thrown : undefined;
  }
}

/** The way to a service that the flags name. */
import type { ServiceAccess } from "../../aws/access.ts";
import { rolesOf, serviceAccess } from "../../aws/options.ts";
import type { ServiceFlags } from "./collect.ts";

export function serviceOf(flags: ServiceFlags, env: Readonly<Record<string, string | undefined>>): ServiceAccess {
  return serviceAccess(
    {
      region: flags.awsRegion,
      endpoint: flags.endpointUrl,
      profile: flags.profile,
      roles: rolesOf(flags.roleArn, flags.externalId),
    },
    env,
  );
}

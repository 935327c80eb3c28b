/** Owns the way to a service that the flags name. */
import { rolesOf } from "../../aws/options.ts";
import { type ServiceAccess, serviceAccess } from "../../aws/service-access.ts";
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

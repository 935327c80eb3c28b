/** The way to a service that the flags name. */
import type { ServiceAccess } from "../../aws/access.ts";
import { rolesOf, serviceAccess } from "../../aws/options.ts";
import type { OrganizationsFlags, ServiceFlags } from "./collect.ts";

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

/** The way to Organizations: the management account is seldom the one with the workload. */
export function organizationsOf(
  flags: ServiceFlags & OrganizationsFlags,
  env: Readonly<Record<string, string | undefined>>,
): ServiceAccess {
  const own = flags.organizationsProfile !== undefined || flags.organizationsRoleArn !== undefined;
  if (!own) return serviceOf(flags, env);
  const { profile: _, roleArn: __, externalId: ___, ...rest } = flags;
  return serviceOf(
    {
      ...rest,
      ...(flags.organizationsProfile === undefined ? {} : { profile: flags.organizationsProfile }),
      ...(flags.organizationsRoleArn === undefined ? {} : { roleArn: flags.organizationsRoleArn }),
    },
    env,
  );
}

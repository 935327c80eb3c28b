/** The questions about the trails of an account: which there are, whether they log, and what they select. */
import type { ServiceAccess } from "./access.ts";
import { callService } from "./call.ts";
import { disconnect } from "./connection.ts";

export interface Trail {
  readonly name: string;
  readonly arn: string;
  readonly homeRegion: string;
  readonly isMultiRegion: boolean;
  readonly isOrganization: boolean;
  readonly validatesFiles: boolean;
}

export interface TrailStatus {
  readonly isLogging: boolean;
  /** CloudTrail's word for what kept it from delivering; null if nothing did. */
  readonly deliveryError: string | null;
}

/** One condition of a selector, on one field of the record. */
export interface FieldSelector {
  readonly field: string;
  readonly equals: readonly string[];
  readonly startsWith: readonly string[];
  readonly endsWith: readonly string[];
  readonly notEquals: readonly string[];
  readonly notStartsWith: readonly string[];
  readonly notEndsWith: readonly string[];
}

export interface BasicSelector {
  /** `All`, `ReadOnly` or `WriteOnly`. */
  readonly readWrite: string;
  readonly management: boolean;
  readonly excludedSources: readonly string[];
}

export interface TrailSelectors {
  readonly basic: readonly BasicSelector[];
  /** Selectors, each a list of conditions that all have to hold. */
  readonly advanced: readonly (readonly FieldSelector[])[];
}

export interface TrailReader {
  /** The account's trails, with the copies of those whose home is elsewhere. */
  readonly trails: () => Promise<readonly Trail[]>;
  readonly status: (trail: Trail) => Promise<TrailStatus>;
  readonly selectors: (trail: Trail) => Promise<TrailSelectors>;
  readonly close: () => Promise<void>;
}

export function openTrails(access: ServiceAccess, signal?: AbortSignal): TrailReader {
  // only the home Region knows what a trail selects
  const home = (region: string): ServiceAccess => ({ ...access, region });
  const regions = new Set([access.region]);
  const at = ({ homeRegion }: Trail): ServiceAccess => {
    regions.add(homeRegion);
    return home(homeRegion);
  };
  const ask = <T>(where: ServiceAccess, request: Parameters<typeof callService<"cloudtrail", T>>[2]): Promise<T> =>
    callService("cloudtrail", where, request, signal);
  return {
    trails: async () => {
      const { trailList = [] } = await ask(access, ({ sdk, client }, options) =>
        client.send(new sdk.DescribeTrailsCommand({ includeShadowTrails: true }), options),
      );
      return trailList.map((trail) => ({
        name: trail.Name ?? "",
        arn: trail.TrailARN ?? trail.Name ?? "",
        homeRegion: trail.HomeRegion ?? access.region,
        isMultiRegion: trail.IsMultiRegionTrail === true,
        isOrganization: trail.IsOrganizationTrail === true,
        validatesFiles: trail.LogFileValidationEnabled === true,
      }));
    },
    status: async (trail) => {
      const found = await ask(at(trail), ({ sdk, client }, options) =>
        client.send(new sdk.GetTrailStatusCommand({ Name: trail.arn }), options),
      );
      const error = found.LatestDeliveryError ?? "";
      return { isLogging: found.IsLogging === true, deliveryError: error === "" ? null : error };
    },
    selectors: async (trail) => {
      const found = await ask(at(trail), ({ sdk, client }, options) =>
        client.send(new sdk.GetEventSelectorsCommand({ TrailName: trail.arn }), options),
      );
      return {
        basic: (found.EventSelectors ?? []).map((selector) => ({
          readWrite: selector.ReadWriteType ?? "All",
          management: selector.IncludeManagementEvents !== false,
          excludedSources: selector.ExcludeManagementEventSources ?? [],
        })),
        advanced: (found.AdvancedEventSelectors ?? []).map(({ FieldSelectors = [] }) =>
          FieldSelectors.map((condition) => ({
            field: condition.Field ?? "",
            equals: condition.Equals ?? [],
            startsWith: condition.StartsWith ?? [],
            endsWith: condition.EndsWith ?? [],
            notEquals: condition.NotEquals ?? [],
            notStartsWith: condition.NotStartsWith ?? [],
            notEndsWith: condition.NotEndsWith ?? [],
          })),
        ),
      };
    },
    close: async () => {
      for (const region of regions) await disconnect("cloudtrail", home(region));
    },
  };
}

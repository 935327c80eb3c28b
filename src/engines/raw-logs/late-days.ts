/** The days after an event within which its log file still enters a report over raw logs. */
import { dayMs } from "../../day.ts";
import type { Days } from "./log-table.ts";
import type { Scope } from "../../sql/scope.ts";

/** CloudTrail's usual delay is minutes, a completion comes when its stream ends; its repeated deliveries may take 30 days. */
export const lateDays = 3;

export interface DeliveryBounds {
  readonly scope: Scope;
  /** Days after its event within which a record has to be delivered. */
  readonly lateDays: number;
}

/** The days of delivery for a scope's days of events, wider because clocks differ and files come late. */
export function deliveryDays({ scope, lateDays: late }: DeliveryBounds): Days {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  return {
    from: scope.from === undefined ? undefined : day(scope.from.getTime() - dayMs),
    to: scope.to === undefined ? undefined : day(scope.to.getTime() - 1 + late * dayMs),
  };
}

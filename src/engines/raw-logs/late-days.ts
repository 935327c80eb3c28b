/** How late a log file may come and still be in a report that is read from raw logs. */
import { dayMs } from "../../day.ts";
import type { Days } from "./log-table.ts";
import type { Scope } from "../../sql/scope.ts";

/** CloudTrail's usual delay is minutes, a completion comes when its stream ends; its repeated deliveries may take 30 days. */
export const lateDays = 3;

export interface DeliveryBounds {
  readonly scope: Scope;
  /** Records that are delivered at most so many days after their event are in it. */
  readonly lateDays: number;
}

/** The scope's days of events as days of delivery: clocks may be a little off, and files may be late. */
export function deliveryDays({ scope, lateDays: late }: DeliveryBounds): Days {
  const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
  return {
    from: scope.from === undefined ? undefined : day(scope.from.getTime() - dayMs),
    to: scope.to === undefined ? undefined : day(scope.to.getTime() - 1 + late * dayMs),
  };
}

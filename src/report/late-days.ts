/** Owns how late a log file may come and still be in a report that is read from raw logs. */

/** CloudTrail's usual delay is minutes, a completion comes when its stream ends; its repeated deliveries may take 30 days. */
export const lateDays = 3;

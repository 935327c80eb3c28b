/** The tables that analysts read, in the order of warehouse and data dictionary: what people ask for first comes first. */
import type { Table } from "./column.ts";
import { expectedTrailTable, listedRangeTable, unreadExpectationTable } from "./coverage-tables.ts";
import { digestTables } from "./digest-tables.ts";
import { eventTable } from "./event.ts";
import { invocationLogTables } from "./invocation-log.ts";
import { invocationDayTable } from "./invocation-day.ts";
import { invocationTable } from "./invocation.ts";
import {
  aggregatedCallTable,
  boundaryTable,
  findingTable,
  inferenceProfileTable,
  quarantineTable,
  regionTable,
  runTable,
  trailObjectTable,
} from "./tables.ts";

export const publicTables: readonly Table[] = [
  invocationTable,
  invocationDayTable,
  eventTable,
  trailObjectTable,
  quarantineTable,
  runTable,
  findingTable,
  listedRangeTable,
  expectedTrailTable,
  unreadExpectationTable,
  ...invocationLogTables,
  ...digestTables,
  aggregatedCallTable,
  regionTable,
  inferenceProfileTable,
  boundaryTable,
];

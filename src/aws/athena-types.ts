/** The types of Athena's answers, kept apart so that its engine does not depend on the SDK. */
export type { AthenaClient, Column, ColumnInfo, QueryExecution, Row } from "@aws-sdk/client-athena";

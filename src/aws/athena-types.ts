/** The types of Athena's answers, so that its engine need not know the SDK. */
export type { AthenaClient, Column, ColumnInfo, QueryExecution, Row } from "@aws-sdk/client-athena";

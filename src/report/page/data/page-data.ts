/** What the page is made of: plain data, so that every engine and the evidence pack make the same page. */
import type { Cell, ResultColumn } from "../../../engines/engine.ts";
import type { PageFacts } from "./facts.ts";

export interface PageColumn extends ResultColumn {
  /** What the report's header says of it; may be empty. */
  readonly doc: string;
}

/** Where all rows of a shortened table stand: a file beside the page, and its SHA-256. */
export interface WholeTable {
  readonly file: string;
  readonly sha256: string;
}

/** One report's result: its first rows, and how many there are. */
export interface ReportTable {
  readonly name: string;
  readonly title: string;
  /** The question that it answers; may be empty. */
  readonly answers: string;
  /** What it cannot show. */
  readonly limits?: string | undefined;
  readonly columns: readonly PageColumn[];
  readonly rows: readonly (readonly Cell[])[];
  /** Of the whole result; more than `rows` has when these were too many to keep. */
  readonly total: number;
  /** As the report's file has it. */
  readonly sql: string;
  readonly whole?: WholeTable | undefined;
  /** The range, accounts and principals asked for have no effect on it. */
  readonly isUnscoped?: boolean | undefined;
}

/** A Region as the reference data know it. */
export interface PageRegion {
  readonly region: string;
  readonly name: string;
  readonly country: string;
  readonly country_name: string;
  readonly jurisdiction: string;
}

export interface PageBoundary {
  readonly name: string;
  readonly regions: readonly string[];
}

/** The reference data of a page whose routes were compared with policies. */
export const policyDocuments = "policy documents";

/** What is asked, and by what it was answered. */
export interface PageHead {
  /** Moments, ISO 8601, UTC; `to` is the first one that is no longer included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** The clock by which ages and losses are judged; none: that of the last run. */
  readonly asOf?: string | undefined;
  readonly accounts?: readonly string[] | undefined;
  /** Source Regions. */
  readonly regions?: readonly string[] | undefined;
  readonly principals?: readonly string[] | undefined;
  readonly boundary?: PageBoundary | undefined;
  /** No more rows than this were asked for: there may be more. */
  readonly maxRows?: number | undefined;
  readonly engine: string;
  readonly version: string;
  /** Reference data with their dates. */
  readonly references: readonly { readonly what: string; readonly asOf: string }[];
  /** What has to be known to read the page right: an account that no call is of. */
  readonly notes?: readonly string[] | undefined;
  /** How personal data is protected, in words; none: it stands as it is. */
  readonly protection?: string | undefined;
  /** What this engine cannot know, report by report, each with its reason. */
  readonly unknowable?: Readonly<Record<string, string>> | undefined;
}

/** A report that is not on the page, and why. */
export interface OmittedReport {
  readonly name: string;
  readonly title: string;
  readonly why: string;
}

/** Everything on one page. */
export interface PageData {
  readonly head: PageHead;
  readonly regions: readonly PageRegion[];
  readonly tables: readonly ReportTable[];
  /** Sums over all rows of the known reports: what the charts draw. */
  readonly facts: PageFacts;
  readonly omitted: readonly OmittedReport[];
}

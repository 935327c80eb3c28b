/** The types of the effective config, as its schema has them. */
import type { z } from "zod";
import type { configSchema } from "./schema.ts";

/** A type with every part read-only. */
type Fixed<T> = T extends object ? { readonly [Key in keyof T]: Fixed<T[Key]> } : T;

export type Config = Fixed<z.output<typeof configSchema>>;

export type SourceConfig = Exclude<Config["sources"][number], string>;

export type ScopeConfig = Config["scope"];

export type ReportConfig = Config["reports"][number];

/** The auditor's packs that each run makes. */
export type EvidenceConfig = NonNullable<Config["evidence"]>;

/** Accounts and Regions whose logs are expected. */
export type ExpectedConfig = Config["expected"][number];

/** The policy documents that reports and findings are judged by. */
export type PoliciesConfig = NonNullable<Config["policies"]>;

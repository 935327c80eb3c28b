/** The closed sets that tell a model id from a profile id: vendor prefixes and profile scopes (R6). */
import { type DataFile, dataFile } from "./data-file.ts";

export interface Vendor {
  readonly prefix: string;
  readonly name: string;
}

export interface ProfileScope {
  readonly prefix: string;
  readonly covers: string;
}

const vendorFile: () => DataFile<Vendor> = dataFile("vendors.json");
const scopeFile: () => DataFile<ProfileScope> = dataFile("scopes.json");
let vendorPrefixes: ReadonlySet<string> | undefined;
let scopePrefixes: ReadonlySet<string> | undefined;

/** Whether this is the first dotted part of a foundation model's id. */
export function isVendor(prefix: string): boolean {
  vendorPrefixes ??= new Set(vendorFile().rows.map((row) => row.prefix));
  return vendorPrefixes.has(prefix);
}

/** Whether this is the first dotted part of a system-defined inference profile's id. */
export function isProfileScope(prefix: string): boolean {
  scopePrefixes ??= new Set(scopeFile().rows.map((row) => row.prefix));
  return scopePrefixes.has(prefix);
}

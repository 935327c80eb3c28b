/** How IAM writes a policy document in an answer. */

/** Percent-encoded, as a rule. */
export function decoded(document: string | undefined): string {
  if (document === undefined) throw new Error("the answer holds no document");
  return document.startsWith("%") ? decodeURIComponent(document) : document;
}

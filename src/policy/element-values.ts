/** The values of an element, which may be one or a list. */
import type { JsonNode, StringNode } from "./json-reader.ts";

/** One text, or the texts of a list. */
export function stringNodes(node: JsonNode): StringNode[] {
  return (node.kind === "array" ? node.items : [node]).filter((item) => item.kind === "string");
}

/** The values of a condition, with numbers and booleans as they are written. */
export function conditionValues(node: JsonNode): string[] {
  if (node.kind === "array") return node.items.flatMap(conditionValues);
  if (node.kind === "string") return [node.value];
  return node.kind === "number" || node.kind === "boolean" ? [node.text] : [];
}

import type { Changes } from "../operations/deployment";

/** What leaves a resource as it is. */
const idle = ["same", "read"];

/** What an update did or would do, in a line: `dev: create 12, same 3`. */
export function changesLine({ stack, changes }: { readonly stack: string; readonly changes: Changes }): string {
  const counts = Object.entries(changes)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind} ${count}`);
  const isIdle = Object.keys(changes).every((kind) => idle.includes(kind) || changes[kind] === 0);
  return `${stack}: ${[...(isIdle ? ["no changes"] : []), ...counts].join(", ")}`;
}

/** Outputs as indented lines, names first. */
export function outputLines(outputs: object, indent = "  "): string[] {
  return Object.entries(outputs).flatMap(([name, value]) => {
    if (Array.isArray(value)) return listLines(name, value as readonly unknown[], indent);
    if (typeof value !== "object" || value === null) return [`${indent}${name}: ${String(value)}`];
    return [`${indent}${name}:`, ...outputLines(value as Record<string, unknown>, `${indent}  `)];
  });
}

/** A list of words in a line, one of mappings as YAML has it. */
function listLines(name: string, items: readonly unknown[], indent: string): string[] {
  if (!items.some((item) => typeof item === "object")) return [`${indent}${name}: ${items.join(", ")}`];
  const lines = items.flatMap((item) => {
    const [first = "", ...others] = outputLines(item as object, `${indent}    `);
    return [`${indent}  - ${first.trimStart()}`, ...others];
  });
  return [`${indent}${name}:`, ...lines];
}

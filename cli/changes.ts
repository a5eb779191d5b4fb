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
    if (Array.isArray(value)) return [`${indent}${name}: ${value.join(", ")}`];
    if (typeof value !== "object" || value === null) return [`${indent}${name}: ${String(value)}`];
    return [`${indent}${name}:`, ...outputLines(value as Record<string, unknown>, `${indent}  `)];
  });
}

import { texts, type Setting } from "./rule";

/** The stack of a resource, from its URN: `urn:pulumi:<stack>::…`. */
export function stackOf(urn: string): string {
  return /^urn:pulumi:(.*?)::/.exec(urn)?.[1] ?? "";
}

/**
 * Whether a stack's name matches one of some patterns, in which `*` stands for any letters. A mesh that is cut into
 * several stacks has the environment's name before the first dot, which then counts: `prod.east` is `prod`.
 */
export function matchesStack(stack: string, patterns: readonly string[]): boolean {
  const [environment = stack] = stack.split(".", 1);
  return patterns.some((pattern) => matches(stack, pattern) || matches(environment, pattern));
}

function matches(name: string, pattern: string): boolean {
  const words = pattern.split("*").map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${words.join(".*")}$`).test(name);
}

/** The setting that says which stacks are for development. */
export const development: Setting<readonly string[]> = texts(
  "Names of the stacks that are for development, with * for any letters. All others are judged, and those in production.",
  ["dev", "dev-*", "*-dev", "test", "test-*", "lab", "lab-*"],
);

/** The setting that says which stacks are in production. */
export const production: Setting<readonly string[]> = texts(
  "Names of the stacks that are in production, with * for any letters. No others are judged.",
  ["prod*", "*-prod*", "prd*", "*-prd*", "live*", "*-live*"],
);

/** Where something is in a Kubernetes object, and patterns of such places. Pure. */

/** An entry of a list. */
export interface ListEntry {
  /** What the entry is called, where its list has names: `discovery`. Else its place. */
  readonly entry: string;
}

/** One step down: the name of a field, or an entry of a list. */
export type Step = string | ListEntry;

/** The way to a place, from the object down. */
export type Path = readonly Step[];

/**
 * One step of a {@link Pattern}: a field's name, or what such a name looks like; `[]` any entry of a list; `*` any one
 * step; `**`, at the end, any number of steps, none among them.
 */
export type PatternStep = string | RegExp;

/** Places alike. */
export type Pattern = readonly PatternStep[];

/** Whether a place is one of those that a pattern means. */
export function matches(pattern: Pattern, path: Path): boolean {
  const isOpen = pattern.at(-1) === "**";
  const steps = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? path.length < steps.length : path.length !== steps.length) return false;
  return steps.every((step, index) => matchesStep(step, path[index]));
}

function matchesStep(pattern: PatternStep, step: Step | undefined): boolean {
  if (step === undefined) return false;
  if (pattern === "*") return true;
  if (typeof step !== "string") return pattern === "[]";
  return typeof pattern === "string" ? pattern === step : pattern.test(step);
}

/** A place as people read it: `spec.template.spec.containers[discovery].env[FOO]`, `metadata.labels["a.b/c"]`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step !== "string")
        return `[${/^[\w./:-]*$/.test(step.entry) ? step.entry : JSON.stringify(step.entry)}]`;
      if (/^[A-Za-z0-9_-]+$/.test(step)) return index === 0 ? step : `.${step}`;
      return `[${JSON.stringify(step)}]`;
    })
    .join("");
}

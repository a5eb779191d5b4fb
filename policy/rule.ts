/** A resource as a rule sees it: its inputs, secrets included, and nothing that is not known yet. */
export interface Resource {
  /** Pulumi's type token, such as `kubernetes:core/v1:Secret`. */
  readonly type: string;
  readonly urn: string;
  /** **Some of it is secret**: no value of it goes into a violation but for names, versions and addresses. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a rule finds wrong, in a line: what was expected, what was found, what to do. */
export type Violation = string;

/** Whether a violation stops the update, or is only said. What a rule has by default; a pack's configuration may say otherwise. */
export type Level = "mandatory" | "advisory";

/** A value that a pack's configuration gives a rule. */
export interface Setting<Value> {
  readonly description: string;
  /** JSON Schema of the value. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly default: Value;
}

/** Values by their names, with what each is for. */
export type Settings<Values> = { readonly [Name in keyof Values]: Setting<Values[Name]> };

interface About {
  /** Stable: configurations name it. */
  readonly name: string;
  readonly description: string;
  readonly level: Level;
  readonly settings: Readonly<Record<string, Setting<unknown>>>;
}

/** A rule that judges each resource by itself, before it is made or changed. */
export interface ResourceRule extends About {
  /** Pure. @param configured What the pack's configuration says; the rest is as the settings' defaults have it. */
  readonly check: (resource: Resource, configured?: object) => readonly Violation[];
}

/** A rule that judges all resources of a stack together, once they are known. */
export interface StackRule extends About {
  /** Pure. @param configured As a {@link ResourceRule} has it. */
  readonly checkStack: (resources: readonly Resource[], configured?: object) => readonly Violation[];
}

/** A rule of the pack. */
export type Rule = ResourceRule | StackRule;

/** Makes a rule of a check that gets a value for each of its settings. */
export function resourceRule<Values extends object>(
  rule: Omit<About, "settings"> & {
    readonly settings: Settings<Values>;
    readonly check: (resource: Resource, values: Values) => readonly Violation[];
  },
): ResourceRule {
  return { ...rule, check: (resource, configured = {}) => rule.check(resource, valuesOf(rule.settings, configured)) };
}

/** As {@link resourceRule}, for a check of a whole stack. */
export function stackRule<Values extends object>(
  rule: Omit<About, "settings"> & {
    readonly settings: Settings<Values>;
    readonly checkStack: (resources: readonly Resource[], values: Values) => readonly Violation[];
  },
): StackRule {
  const { settings, checkStack } = rule;
  return { ...rule, checkStack: (resources, configured = {}) => checkStack(resources, valuesOf(settings, configured)) };
}

/** A setting's value where the configuration says nothing is its default. */
function valuesOf<Values extends object>(settings: Settings<Values>, configured: Partial<Values>): Values {
  const defaults = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => [name, setting.default]);
  return { ...(Object.fromEntries(defaults) as Values), ...configured };
}

/** A setting that is a list of texts. */
export function texts(description: string, fallback: readonly string[]): Setting<readonly string[]> {
  return { description, schema: { type: "array", items: { type: "string", minLength: 1 } }, default: fallback };
}

/** A setting that is a whole number of something. */
export function count(description: string, fallback: number): Setting<number> {
  return { description, schema: { type: "integer", minimum: 1 }, default: fallback };
}

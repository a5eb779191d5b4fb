import {
  UnknownValueError,
  type PolicyConfigSchema,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { Resource, Rule } from "./rule";

/**
 * A rule as Pulumi runs it.
 *
 * Pulumi hands a policy every value in plain text, secrets too, and prints what a policy says: the rules name no value
 * but names, versions and addresses. What is not known in a preview is left out, and judged in the update.
 */
export function asPolicy(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const about = {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.level,
    configSchema: { properties: schemaOf(rule) },
  };
  if ("check" in rule) {
    return {
      ...about,
      validateResource: (args, report) => {
        for (const violation of rule.check(resourceOf(args), args.getConfig())) report(violation);
      },
    };
  }
  return {
    ...about,
    validateStack: (args, report) => {
      const resources = args.resources.map(resourceOf);
      for (const violation of rule.checkStack(resources, args.getConfig())) report(violation);
    },
  };
}

function schemaOf({ settings }: Rule): PolicyConfigSchema["properties"] {
  return Object.fromEntries(
    Object.entries(settings).map(([name, { description, schema, default: fallback }]) => [
      name,
      { ...schema, description, default: fallback as string },
    ]),
  );
}

function resourceOf({ type, urn, props }: { type: string; urn: string; props: Record<string, unknown> }): Resource {
  return { type, urn, properties: known(props) as Resource["properties"] };
}

/** A value without what is not known yet: Pulumi's wrapper throws where that is looked at. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_unused, index) => knownAt(value, index));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, knownAt(value, key)]));
}

function knownAt(container: object, key: string | number): unknown {
  try {
    return known((container as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}

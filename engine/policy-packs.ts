import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigurationError, type Problem } from "../topology";

/** A Pulumi policy pack on disk. Relative paths start from the process's working directory. */
export interface PolicyPack {
  /** Directory with its `PulumiPolicy.yaml`, or a program that serves it, which newer versions of Pulumi start. */
  readonly path: string;
  /** JSON file with the levels and the settings of its rules. Default: the pack's own. */
  readonly configuration?: string;
}

/**
 * The policy packs as Pulumi's Automation API takes them: the n-th file is the n-th pack's, or there is none at all.
 * @throws ConfigurationError with all that are not there.
 */
export function policyOptions(packs: readonly PolicyPack[] = []): {
  readonly policyPacks?: string[];
  readonly policyPackConfigs?: string[];
} {
  const problems = packs.flatMap(problemsOf);
  if (problems.length > 0) throw new ConfigurationError(problems);
  if (packs.length === 0) return {};
  const policyPacks = packs.map(({ path }) => resolve(path));
  if (packs.every(({ configuration }) => configuration === undefined)) return { policyPacks };
  return {
    policyPacks,
    policyPackConfigs: packs.map(({ configuration }) => (configuration === undefined ? "" : resolve(configuration))),
  };
}

function problemsOf({ path, configuration }: PolicyPack): Problem[] {
  const pack = {
    path: `policy pack ${path}`,
    expected: "a directory with a PulumiPolicy.yaml, or a program",
    found: "none",
    fix: "Isthmus's own is the directory `policy` of its checkout, or `node_modules/isthmus/policy`.",
  };
  const settings = {
    path: `policy pack configuration ${configuration ?? ""}`,
    expected: "a JSON file",
    found: "none",
    fix: "Mend the path; docs/policy.md shows what stands in it.",
  };
  return [
    ...(isPack(path) ? [] : [pack]),
    ...(configuration === undefined || existsSync(configuration) ? [] : [settings]),
  ];
}

function isPack(path: string): boolean {
  return existsSync(join(path, "PulumiPolicy.yaml")) || (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

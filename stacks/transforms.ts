import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import type { ReleaseTransform, ReleaseTransforms } from "../components";
import { ConfigurationError, configurationPath, describeFound, listed, nearest, type Problem } from "../topology";

/** The charts whose releases a module may transform: the names of its functions. */
const charts: readonly string[] = ["base", "istiod", "gateway"] satisfies (keyof ReleaseTransforms)[];

/**
 * Loads the module that `istio.transforms` names. It exports functions called `base`, `istiod` and `gateway`, or one
 * object with them as its default. Each gets the arguments of every Helm release of its chart and the name of the
 * cluster that the release goes into, and returns the arguments to use; see {@link ReleaseTransform}. CommonJS modules,
 * ES modules without an `await` at their top, and TypeScript are taken.
 * @param module The module's path, relative to the project. Undefined for no transforms.
 * @throws ConfigurationError when it is not there, throws, or exports something else; and later, out of a transform that
 *   throws or gives nothing back.
 */
export function loadTransforms(module: string | undefined, projectDirectory: string): ReleaseTransforms {
  if (module === undefined) return {};
  const exported = exportsOf(load(module, projectDirectory), module);
  const problems = [...exported].flatMap(([name, value]) => problemWith(name, value));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.fromEntries(
    [...exported].map(([name, transform]) => [name, checked(name, transform as ReleaseTransform)]),
  );
}

/** Transforms, or what is wrong with their module, to be told with whatever else is wrong. */
export interface FoundTransforms {
  readonly transforms: ReleaseTransforms;
  readonly mistakes: readonly Problem[];
}

/** As {@link loadTransforms}, but that it does not throw for the module. */
export function findTransforms(module: string | undefined, projectDirectory: string): FoundTransforms {
  try {
    return { transforms: loadTransforms(module, projectDirectory), mistakes: [] };
  } catch (error) {
    if (error instanceof ConfigurationError) return { transforms: {}, mistakes: error.problems };
    throw error;
  }
}

function load(module: string, projectDirectory: string): unknown {
  const requireThere = createRequire(join(projectDirectory, "package.json"));
  const file = fileOf(requireThere, resolve(projectDirectory, module));
  if (file === undefined) {
    throw mistake(
      "the path of a module",
      `no such file at ${module}`,
      "Mend the path, which is relative to the project.",
    );
  }
  try {
    return requireThere(file);
  } catch (error) {
    throw mistake("a module that loads", `one that throws ${describeThrown(error)}`, `Mend ${module}.`);
  }
}

function fileOf(requireThere: NodeJS.Require, path: string): string | undefined {
  try {
    return requireThere.resolve(path);
  } catch {
    // It throws for one reason only: there is no such module.
    return undefined;
  }
}

/** What a module exports, by name: what is in its default export stands beside its other exports. */
function exportsOf(module: unknown, path: string): ReadonlyMap<string, unknown> {
  if (typeof module === "object" && module !== null) {
    const { default: inner = {}, ...named } = module as Record<string, unknown>;
    if (typeof inner === "object" && inner !== null) {
      const exported = new Map(Object.entries({ ...named, ...inner }).filter(([name]) => name !== "__esModule"));
      if (exported.size > 0) return exported;
    }
  }
  throw mistake(
    `exported functions, of the names ${listed(charts)}`,
    "none",
    `Export one from ${path}: \`export function istiod(args, cluster) { return args; }\`.`,
  );
}

function problemWith(name: string, value: unknown): Problem[] {
  if (!charts.includes(name)) {
    const meant = nearest(name, charts);
    const fix = meant === undefined ? "Do not export it." : `Did you mean \`${meant}\`?`;
    return mistake(`exports of the names ${listed(charts)}`, `the export ${describeFound(name)}`, fix).problems.slice();
  }
  if (typeof value === "function") return [];
  return mistake(`a function as the export ${name}`, describeFound(value), "Export a function.").problems.slice();
}

/** A transform whose mistakes are told as the user's, without a stack trace of ours. */
function checked(name: string, transform: ReleaseTransform): ReleaseTransform {
  return (args, cluster) => {
    const expected = `arguments of a release from \`${name}\` for cluster ${cluster}`;
    let result: unknown;
    try {
      result = transform(args, cluster);
    } catch (error) {
      throw mistake(expected, `that it throws ${describeThrown(error)}`, "Mend the function.");
    }
    if (result instanceof Promise) throw mistake(expected, "a promise", "Make the function a synchronous one.");
    if (typeof result !== "object" || result === null || !("chart" in result)) {
      throw mistake(expected, describeFound(result), "Return the arguments, changed or not.");
    }
    return result as ReturnType<ReleaseTransform>;
  };
}

function describeThrown(error: unknown): string {
  return describeFound(error instanceof Error ? error.message.split("\n", 1)[0] : error);
}

function mistake(expected: string, found: string, fix: string): ConfigurationError {
  return new ConfigurationError([{ path: configurationPath("istio", "transforms"), expected, found, fix }]);
}

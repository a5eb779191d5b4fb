import { describeFound } from "./found";
import { isMap } from "./merge-values";
import { parseMesh } from "./parse";
import { configurationPath, pathBelow } from "./path";
import { ConfigurationError, type Problem } from "./problem";
import type { Mesh } from "./schema";
import { shortQuote } from "./text";

/** A file with global services, as it was read: what stands in it, of which nothing is known yet. */
export interface ServicesFile {
  /** As the configuration names it. */
  readonly file: string;
  readonly content: unknown;
}

/** Files with global services, and what is wrong with those that could not be read. */
export interface ServicesFiles {
  readonly files: readonly ServicesFile[];
  readonly problems: readonly Problem[];
}

type Mapping = Readonly<Record<string, unknown>>;

function globalServicesOf(configuration: unknown): Mapping | undefined {
  const written = isMap(configuration) ? configuration["globalServices"] : undefined;
  return isMap(written) ? written : undefined;
}

/** The files and directories that a configuration names in `globalServices.files`; of what is written wrongly, none. Pure. */
export function servicesFilesIn(configuration: unknown): readonly string[] {
  const named = globalServicesOf(configuration)?.["files"];
  return Array.isArray(named) ? named.filter((file): file is string => typeof file === "string") : [];
}

/**
 * Reads what the user wrote under `isthmus:mesh` and in the files with global services that it names. A service of a file is as
 * one of `globalServices.services`, and problems say the file in its place. Pure.
 * @throws ConfigurationError with every problem at once.
 */
export function parseMeshWithFiles(configuration: unknown, { files, problems }: ServicesFiles): Mesh {
  const { merged, places, problems: ofFiles } = merge(configuration, files);
  const wrong = [...problems, ...ofFiles];
  try {
    const mesh = parseMesh(merged);
    if (wrong.length === 0) return mesh;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    wrong.push(...error.problems.map((problem) => placed(problem, places)));
  }
  throw new ConfigurationError(wrong);
}

/** Where services are described that no stack's file has, by the path that they would have there. */
type Places = ReadonlyMap<string, string>;

function merge(
  configuration: unknown,
  files: readonly ServicesFile[],
): { readonly merged: unknown; readonly places: Places; readonly problems: readonly Problem[] } {
  const globalServices = globalServicesOf(configuration);
  const written = globalServices?.["services"] ?? {};
  // What is written wrongly there has its problem: beside it nothing of the files would be looked at.
  if (!isMap(configuration) || globalServices === undefined || !isMap(written) || files.length === 0) {
    return { merged: configuration, places: new Map(), problems: [] };
  }
  const services = new Map(Object.entries(written));
  const places = new Map<string, string>();
  const problems = files.flatMap(({ file, content }): Problem[] => {
    const described = content ?? {};
    if (!isMap(described)) return [noServices(file, content)];
    return Object.entries(described).flatMap(([name, service]): Problem[] => {
      const path = pathOf(name);
      const place = `${file}: ${pathBelow("", [name]).replace(/^\./, "")}`;
      if (services.has(name)) return [describedTwice(place, name, places.get(path) ?? path)];
      services.set(name, service);
      places.set(path, place);
      return [];
    });
  });
  const merged = {
    ...configuration,
    globalServices: { ...globalServices, services: Object.fromEntries(services) },
  };
  return { merged, places, problems };
}

const servicesPath = configurationPath("globalServices", "services");

const pathOf = (service: string): string => pathBelow(servicesPath, [service]);

/** The path of any service, as problems write it. */
const anyService = new RegExp(`${servicesPath.replaceAll(".", "\\.")}(\\.[A-Za-z0-9_-]+|\\["[^"]*"\\])`, "g");

/** A problem that names files where it would name places of the stack's file that are not there. */
function placed({ expected, found, fix, path }: Problem, places: Places): Problem {
  const moved = (text: string): string => text.replaceAll(anyService, (service) => places.get(service) ?? service);
  return { path: moved(path), expected: moved(expected), found: moved(found), fix: moved(fix) };
}

function noServices(file: string, content: unknown): Problem {
  return {
    path: file,
    expected: "a mapping of global services by name",
    found: describeFound(content),
    fix: "Write the services as they would stand below `globalServices.services`, each by its name.",
  };
}

function describedTwice(path: string, name: string, former: string): Problem {
  return {
    path,
    expected: "a global service that is described once",
    found: `${shortQuote(name)}, which ${former} describes as well`,
    fix: "Remove one of the two, or give it another name.",
  };
}

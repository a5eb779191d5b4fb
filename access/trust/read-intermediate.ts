import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { configurationPath, listed, type IntermediateSource, type Problem } from "../../topology";
import { describeFileError, errorCode } from "../file-problem";
import { valueInOutput, valueInSecret, type KubeconfigSources, type Sought } from "../kubeconfig/sources";
import { fileNames, intermediateFiles, type IntermediateFiles } from "./intermediate-files";

/** Where an intermediate CA that stands in no cluster is read. */
export type ReadableSource = Exclude<IntermediateSource, { readonly existingSecret: string }>;

/** An intermediate CA, and where the configuration names each of its parts, for problems with them. */
export interface ReadIntermediate extends IntermediateFiles {
  readonly paths: { readonly certificate: string; readonly key: string };
}

const intermediate: Sought = {
  noun: "certificates and the key as PEM",
  one: "an intermediate CA",
  whenRead: "make another one",
};

/**
 * Reads the intermediate CA of an istiod.
 * @param site Name of the cluster that the istiod runs in.
 * @returns Every problem with it. None says anything of a key but where it is.
 */
export async function readIntermediate(
  site: string,
  source: ReadableSource,
  sources: KubeconfigSources,
  projectDirectory: string,
): Promise<ReadIntermediate | readonly Problem[]> {
  const pathOf = (...keys: readonly string[]): string => configurationPath("trust", "intermediates", site, ...keys);
  if ("certificate" in source) return readPair(source, pathOf, projectDirectory);
  if ("directory" in source) {
    return readDirectory(source.directory, pathOf("directory"), projectDirectory);
  }
  if ("configSecret" in source) {
    const path = pathOf("configSecret");
    const found = await valueInSecret(source.configSecret, sources, intermediate);
    return "fix" in found ? [{ ...found, path: found.path ?? path }] : taken(asKeys(found.value), path, found.shown);
  }
  const path = pathOf("output");
  const found = await valueInOutput({ ...source, stackPath: pathOf("stack") }, sources, intermediate);
  return "fix" in found ? [{ ...found, path: found.path ?? path }] : taken(found.value, path, found.shown);
}

async function readPair(
  { certificate, key }: { readonly certificate: string; readonly key?: string | undefined },
  pathOf: (...keys: readonly string[]) => string,
  projectDirectory: string,
): Promise<ReadIntermediate | readonly Problem[]> {
  const paths = { certificate: pathOf("certificate"), key: pathOf("key") };
  const [chain, privateKey] = await Promise.all([
    readPem(certificate, paths.certificate, "a certificate", projectDirectory),
    key === undefined ? undefined : readPem(key, paths.key, "a private key", projectDirectory),
  ]);
  const problems = [chain, privateKey].filter((read): read is Problem => typeof read === "object");
  if (problems.length > 0) return problems;
  return {
    chainPem: chain as string,
    ...(privateKey === undefined ? {} : { privateKeyPem: privateKey as string }),
    paths,
  };
}

/** Reads the roots that the configuration names. */
export async function readRoots(file: string, projectDirectory: string): Promise<string | Problem> {
  return readPem(file, configurationPath("trust", "roots"), "certificates of root CAs", projectDirectory);
}

/** Reads the revocation lists that the configuration names. */
export async function readRevocations(file: string, projectDirectory: string): Promise<string | Problem> {
  return readPem(file, configurationPath("trust", "revocations"), "revocation lists", projectDirectory);
}

async function readPem(file: string, path: string, what: string, projectDirectory: string): Promise<string | Problem> {
  try {
    return await readFile(resolve(projectDirectory, file), "utf8");
  } catch (error) {
    return {
      path,
      expected: `a PEM file with ${what}`,
      found: `${describeFileError(error)} at ${file}`,
      fix: "Create the file, or name another.",
    };
  }
}

/** Takes the files of a directory that may be a part of an intermediate CA, by their names. */
async function readDirectory(
  directory: string,
  path: string,
  projectDirectory: string,
): Promise<ReadIntermediate | readonly Problem[]> {
  const read = await Promise.all(
    fileNames.map(async (name): Promise<[name: string, text: string] | Problem | undefined> => {
      try {
        return [name, await readFile(resolve(projectDirectory, directory, name), "utf8")];
      } catch (error) {
        if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return undefined;
        return {
          path,
          expected: "files that this user may read",
          found: `${describeFileError(error)} at ${join(directory, name)}`,
          fix: "Let this user read it, or name another directory.",
        };
      }
    }),
  );
  const problems = read.filter((one): one is Problem => one !== undefined && "fix" in one);
  if (problems.length > 0) return problems;
  const files = Object.fromEntries(read.filter((one): one is [string, string] => Array.isArray(one)));
  return taken(files, path, `directory ${directory}`);
}

/** A secret that has keys of its own comes as JSON, where it is named as a whole. */
function asKeys(value: unknown): unknown {
  if (typeof value !== "string" || !value.trimStart().startsWith("{")) return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}

function taken(value: unknown, path: string, shown: string): ReadIntermediate | readonly Problem[] {
  const files = intermediateFiles(value);
  if (!("found" in files)) return { ...files, paths: { certificate: path, key: path } };
  return [
    {
      path,
      expected: `an intermediate CA: ${listed(["ca-cert.pem", "ca-key.pem"])} and what is above, or ${listed(["tls.crt", "tls.key"])}`,
      found: `${files.found} in ${shown}`,
      fix: "Put the certificate and the key there under these names, or name another place.",
    },
  ];
}

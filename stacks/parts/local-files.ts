import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { chartNames, type MeshPlan } from "../../topology";
import { digestOf } from "./digest";

/** What a module's path may lack, as Node and TypeScript fill it in. */
const moduleEndings = ["", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", "/index.ts", "/index.js"];

/**
 * Digest of the files beside the configuration that decide what is installed: charts on this disk, and the module of
 * `istio.transforms`, without what that imports. A file that is not there counts as none: it is reported by who needs it.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 */
export function localFilesDigest({ istio }: MeshPlan, projectDirectory: string): string {
  const { charts, transforms, version } = istio;
  const paths = [
    ...("directory" in charts ? chartNames.map((name) => join(charts.directory, name)) : []),
    ...("archives" in charts ? chartNames.map((name) => join(charts.archives, `${name}-${version}.tgz`)) : []),
    ...(transforms === undefined ? [] : moduleEndings.map((ending) => `${transforms}${ending}`)),
  ];
  const files = paths.flatMap((path) => filesAt(projectDirectory, path));
  return digestOf(JSON.stringify(files.map((file) => [file, digestOf(contentOf(projectDirectory, file))])));
}

/** The file, or all files below the directory, sorted. */
function filesAt(root: string, path: string): string[] {
  const found = resolve(root, path);
  if (!existsSync(found)) return [];
  if (!statSync(found).isDirectory()) return [path];
  return readdirSync(found)
    .sort()
    .flatMap((name) => filesAt(root, join(path, name)));
}

function contentOf(root: string, file: string): string {
  return readFileSync(resolve(root, file)).toString("base64");
}

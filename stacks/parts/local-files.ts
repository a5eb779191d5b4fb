import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { chartNames, type MeshPlan } from "../../topology";
import { digestOf } from "./digest";

/** What a module's path may lack, as Node and TypeScript fill it in. */
const moduleEndings = ["", ".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", "/index.ts", "/index.js"];

/**
 * Digest of the files beside the configuration that decide what is installed: charts on this disk, revocation lists, and the
 * module of `istio.transforms`, without what that imports. A file that is not there counts as none: it is reported by who needs it.
 * @param projectDirectory Directory that the configuration's relative paths start from.
 */
export function localFilesDigest({ istio, trust }: MeshPlan, projectDirectory: string): string {
  const { charts, transforms, version } = istio;
  const paths = [
    ...("directory" in charts ? chartNames.map((name) => join(charts.directory, name)) : []),
    ...("archives" in charts ? chartNames.map((name) => join(charts.archives, `${name}-${version}.tgz`)) : []),
    ...(trust.revocations === undefined ? [] : [trust.revocations]),
    ...(transforms === undefined ? [] : moduleEndings.map((ending) => `${transforms}${ending}`)),
  ];
  const seen = new Map<string, string>();
  const files = paths.flatMap((path) => filesAt(projectDirectory, path, seen));
  return digestOf(JSON.stringify(files.map(({ path, content }) => [path, digestOf(content)])));
}

/** A file, or a directory that was met before. */
interface LocalFile {
  readonly path: string;
  readonly content: string;
}

/**
 * The file, or all files below the directory, sorted; what is neither counts as none.
 * @param seen Where each directory was met first, by its real path. A link may lead back to one that it is in.
 */
function filesAt(root: string, path: string, seen: Map<string, string>): LocalFile[] {
  const found = resolve(root, path);
  if (!existsSync(found)) return [];
  const kind = statSync(found);
  if (kind.isFile()) return [{ path, content: readFileSync(found).toString("base64") }];
  if (!kind.isDirectory()) return [];
  const directory = realpathSync(found);
  const first = seen.get(directory);
  if (first !== undefined) return [{ path, content: first }];
  seen.set(directory, path);
  return readdirSync(found)
    .sort()
    .flatMap((name) => filesAt(root, join(path, name), seen));
}

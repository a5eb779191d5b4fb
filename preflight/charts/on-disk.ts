import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { configurationPath, type Chart } from "../../topology";
import { describeFileError, errorCode } from "../../access/file-problem";
import { ChartFault } from "./chart-fault";
import { chartNames, isChartFile, longestFileBytes, type ChartFiles } from "./chart-files";
import { BadArchive, unpackChart } from "./unpack";

/**
 * A chart in a folder of its own.
 * @param directory Holds the charts' folders, as the configuration names it.
 * @throws ChartFault when it is not there.
 */
export async function chartInDirectory(directory: string, projectDirectory: string, chart: Chart): Promise<ChartFiles> {
  const folder = join(directory, chart);
  const read = async (path: string): Promise<readonly [string, string]> => {
    try {
      return [path, await readFile(resolve(projectDirectory, folder, path), "utf8")];
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      throw new ChartFault({
        path: configurationPath("istio", "charts", "directory"),
        expected: "a directory with the charts base, istiod and gateway",
        found: `${describeFileError(error)} at ${join(folder, path)}`,
        fix: "Put the charts there (`helm pull --untar`), or name the directory that has them.",
      });
    }
  };
  // The one that every chart must have comes first, so that a missing chart is told by it.
  const metadata = await read("Chart.yaml");
  return new Map([metadata, ...(await Promise.all((await otherFiles(resolve(projectDirectory, folder))).map(read)))]);
}

async function otherFiles(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true });
  const wanted = paths.map((path) => path.replaceAll("\\", "/")).filter(isChartFile);
  const short = await Promise.all(
    wanted.map(async (path) => {
      const { size, isFile } = await statusOf(join(folder, path));
      return path !== "Chart.yaml" && isFile && size <= longestFileBytes ? [path] : [];
    }),
  );
  return short.flat();
}

async function statusOf(file: string): Promise<{ readonly size: number; readonly isFile: boolean }> {
  const status = await stat(file);
  return { size: status.size, isFile: status.isFile() };
}

/**
 * A packaged chart, as `helm pull` leaves it in a folder.
 * @throws ChartFault when it is not there, or is no packaged chart.
 */
export async function chartInArchive(
  directory: string,
  projectDirectory: string,
  chart: Chart,
  version: string,
): Promise<ChartFiles> {
  const file = join(directory, `${chart}-${version}.tgz`);
  const fault = (found: string): ChartFault =>
    new ChartFault({
      path: configurationPath("istio", "charts", "archives"),
      expected: `a directory with the packaged charts ${chartNames.map((name) => `${name}-${version}.tgz`).join(", ")}`,
      found: `${found} at ${file}`,
      fix: "Put them there (`helm pull`), or name the directory that has them.",
    });
  try {
    return await unpackChart(await readFile(resolve(projectDirectory, file)));
  } catch (error) {
    if (error instanceof BadArchive) throw fault(error.message);
    if (errorCode(error) === undefined) throw error;
    throw fault(describeFileError(error));
  }
}

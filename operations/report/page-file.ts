import { ensurePlace, writePrivateFile } from "../private-file";
import { reportPage } from "./page/page";
import type { MeshReport } from "./report";

/**
 * Sees whether a report can be written, and has it written once it is there.
 * @param look Looks at the mesh.
 * @throws ConfigurationError where it cannot be written, before anybody looks.
 */
export async function writeReportPage(path: string, look: () => Promise<MeshReport>): Promise<MeshReport> {
  await ensurePlace(path, "page");
  const report = await look();
  await writePrivateFile(path, await reportPage(report), "page");
  return report;
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labDown, labUp, type LabCluster, type LabStatus } from "../../lab";
import { silentProgress } from "../../lab/progress";
import type { Measurement } from "../result";

const rounds = 3;
const bytesPerMiB = 1024 ** 2;

/**
 * The lab from nothing to every node, CoreDNS and MetalLB ready, with two and with five clusters, the tools being built;
 * and what a cluster holds in memory then, pages that several processes share being split between them.
 */
export async function labFromNothing(_repository: string, report: (line: string) => void): Promise<Measurement[]> {
  const two = await timeLab(clustersOf(["east", "west"]), report);
  const five = await timeLab(clustersOf(["central", "east", "north", "south", "west"]), report);
  return [
    { name: "lab-2", unit: "s", runs: two.seconds },
    { name: "lab-5", unit: "s", runs: five.seconds },
    { name: "lab-memory-per-cluster", unit: "MiB", runs: [...two.memoryMiB, ...five.memoryMiB] },
  ];
}

const clustersOf = (names: readonly string[]): LabCluster[] => names.map((name) => ({ name, network: name }));

async function timeLab(
  clusters: readonly LabCluster[],
  report: (line: string) => void,
): Promise<{ seconds: number[]; memoryMiB: number[] }> {
  const seconds: number[] = [];
  const memoryMiB: number[] = [];
  const projectDirectory = mkdtempSync(join(tmpdir(), "isthmus-bench-"));
  for (let round = 1; round <= rounds; round++) {
    report(`lab-${String(clusters.length)}: round ${String(round)} of ${String(rounds)}`);
    await labDown({ progress: silentProgress });
    const startMs = performance.now();
    const status = await labUp({ clusters, projectDirectory, stack: "bench", progress: silentProgress });
    seconds.push((performance.now() - startMs) / 1000);
    memoryMiB.push(meanMemoryMiB(status));
  }
  await labDown({ progress: silentProgress });
  rmSync(projectDirectory, { recursive: true, force: true });
  return { seconds, memoryMiB };
}

function meanMemoryMiB({ clusters }: LabStatus): number {
  return clusters.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / clusters.length / bytesPerMiB;
}

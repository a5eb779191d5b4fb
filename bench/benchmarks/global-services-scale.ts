import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { linkPresentPlugins } from "../../lab/plugins";
import { standardErrorProgress } from "../../lab/progress";
import { ensureTools } from "../../lab/tools";
import { paperCluster, PaperMesh, type PaperConfig } from "../../test/engine/paper/mesh";
import { commandLine } from "../../test/support/program";
import { startIstiod } from "../istiod";
import { startPaperApiServers, type PaperObjects } from "../paper-api-servers";
import type { Measurement } from "../result";
import {
  calledServices,
  clusterNames,
  istioObjectsOf,
  manyServices,
  namespacesOfMany,
  objectsOfMany,
  planOfMany,
  scaleNamespaces,
  servicePort,
} from "../scale-mesh";
import { watchedRun } from "../watched-run";
import { configurationSize, type ConfigurationSize } from "../xds-client";

const services = 1000;
const clusters = clusterNames(10);

const names = {
  preview: "global-services-scale",
  resources: "global-services-scale-resources",
  memory: "global-services-scale-memory",
  istiod: "global-services-istiod-memory",
  sidecar: "global-services-sidecar",
} as const;

/** The names of the measurements. */
export const globalServicesScaleNames: readonly string[] = Object.values(names);

/**
 * A thousand global services over ten primaries, each on a network of its own: a preview from nothing, what an istiod holds in
 * memory, and what a sidecar is told, with a scope and without.
 */
export async function measureGlobalServicesScale(
  _repository: string,
  report: (line: string) => void,
): Promise<Measurement[]> {
  const toolbox = await ensureTools(standardErrorProgress());
  report(`${names.istiod}: ${String(services)} services`);
  const told = await istiodWith(services, toolbox.bin);
  report(`${names.istiod}: the same pods, and one service`);
  const few = await istiodWith(1, toolbox.bin);
  report(`${names.preview}: ${String(services)} services in ${String(clusters.length)} clusters`);
  const { notes, peakMiB, resources, seconds } = await previewOf(toolbox);
  return [
    { name: names.preview, unit: "s", runs: [seconds], notes },
    { name: names.resources, unit: "resources", runs: [resources] },
    { name: names.memory, unit: "MiB", runs: [peakMiB] },
    {
      name: names.istiod,
      unit: "MiB",
      runs: [told.memoryMiB],
      peer: { name: "one service", runs: [few.memoryMiB] },
      notes: [`ready after ${told.seconds.toFixed(1)} s`, `with one service after ${few.seconds.toFixed(1)} s`],
    },
    {
      name: names.sidecar,
      unit: "KiB",
      runs: [kibibytes(told.scoped)],
      peer: { name: "no scope", runs: [kibibytes(told.unscoped)] },
      notes: [
        `with a scope of ${String(calledServices)} services: ${described(told.scoped)}`,
        `without: ${described(told.unscoped)}`,
      ],
    },
  ];
}

interface Told {
  readonly memoryMiB: number;
  /** Until the istiod was ready. */
  readonly seconds: number;
  readonly scoped: ConfigurationSize;
  readonly unscoped: ConfigurationSize;
}

/** A real istiod of the first cluster, which reads the pods of all of them from lists, and so many of the global services. */
async function istiodWith(served: number, bin: string): Promise<Told> {
  const [cluster = ""] = clusters;
  const plan = planOfMany(clusters, served);
  const directory = await mkdtemp(join(tmpdir(), "isthmus-bench-istiod-"));
  let objects: PaperObjects = () => [];
  const servers = await startPaperApiServers((cluster, plural) => objects(cluster, plural));
  objects = objectsOfMany(clusters, services, servers.urlOf);
  try {
    const startMs = performance.now();
    const istiod = await startIstiod({
      bin,
      directory,
      cluster,
      apiServer: servers.urlOf(cluster),
      configuration: istioObjectsOf(plan, cluster),
      meshConfig: { rootNamespace: "istio-system", trustDomain: plan.trustDomain },
    });
    const seconds = (performance.now() - startMs) / 1000;
    try {
      const sizeIn = (namespace: string, address: string): Promise<ConfigurationSize> =>
        configurationSize(istiod.address, { namespace, cluster, network: cluster, address }, servicePort);
      const scoped = await sizeIn(scaleNamespaces.scoped, "10.254.0.1");
      const unscoped = await sizeIn(scaleNamespaces.unscoped, "10.254.0.2");
      return { memoryMiB: await istiod.memoryMiB(), seconds, scoped, unscoped };
    } finally {
      await istiod.stop();
    }
  } finally {
    await servers.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function kibibytes({ clusters, endpoints, listeners, names, routes }: ConfigurationSize): number {
  return (clusters + endpoints + listeners + names + routes) / 1024;
}

function described(size: ConfigurationSize): string {
  const kinds = ["clusters", "endpoints", "listeners", "routes", "names"] as const;
  return kinds.map((kind) => `${kind} ${(size[kind] / 1024).toFixed(1)} KiB`).join(", ");
}

interface Previewed {
  readonly seconds: number;
  readonly resources: number;
  readonly peakMiB: number;
  readonly notes: readonly string[];
}

/** `isthmus preview` from nothing, of a stack for each cluster, with clusters on paper. */
async function previewOf(toolbox: Awaited<ReturnType<typeof ensureTools>>): Promise<Previewed> {
  const bin = await mkdtemp(join(tmpdir(), "isthmus-bench-bin-"));
  try {
    const plugins = await linkPresentPlugins(toolbox, "stand-in", bin);
    const mesh = await PaperMesh.create({ bin, plugins, toolbox }, {}, "stand-in");
    try {
      const file = "services.yaml";
      await writeFile(join(mesh.directory, file), stringify(manyServices(services)));
      const config: PaperConfig = {
        id: "mesh1",
        stacks: "per-cluster",
        clusters: Object.fromEntries(clusters.map((name) => [name, paperCluster(name)])),
        namespaces: namespacesOfMany(services),
        globalServices: { files: [file] },
      };
      await mesh.options(config);
      const command = [process.execPath, commandLine, "preview", "--stack", "paper"] as const;
      const { notes, seconds, stdout, used } = await watchedRun(command, { env: process.env, cwd: mesh.directory });
      return { seconds, resources: createdIn(stdout), peakMiB: used("all").peakMiB, notes };
    } finally {
      await mesh.dispose();
    }
  } finally {
    await rm(bin, { recursive: true });
  }
}

/** How many resources a preview from nothing would create, from the end of what it prints. */
function createdIn(output: string): number {
  const count = /^resources: create (\d+)$/m.exec(output)?.[1];
  if (count === undefined) throw new Error(`a preview without a count of its resources:\n${output.slice(-500)}`);
  return Number(count);
}

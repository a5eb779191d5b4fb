import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labDown, labPaths, planLab, type LabCluster } from "../../lab";
import { silentProgress } from "../../lab/progress";
import { upParts } from "../../operations/parts";
import { up, type StackOptions } from "../../operations/stack";
import { parseMesh, planMesh } from "../../topology";
import { freshLabMesh, type LabMesh } from "../lab-mesh";
import { PaperNodes } from "../paper-nodes";
import { ProcessWatch } from "../process-watch";
import type { Measurement } from "../result";
import { meshOfStackFile, stack, StackProject } from "../stack-project";

/** Meshes of so many clusters, in a stack for each cluster beside one stack. */
export const splitSizes: readonly number[] = [2, 10, 40];

/** Up to so many clusters the machine runs whole, with Istio in them; more are API servers without nodes. */
const mostWithNodes = 2;

/** The size of which one cluster is changed, too. */
const changedSize = 40;

/** The names of the measurements of one size. */
export function splitNames(clusters: number): readonly string[] {
  const size = String(clusters);
  return [
    `split-${size}`,
    `split-memory-${size}`,
    `split-nothing-${size}`,
    ...(clusters === changedSize ? [`change-one-of-${size}`] : []),
  ];
}

/** What one run of an update came to. */
interface Timed {
  readonly seconds: number;
  readonly peakMiB: number;
}

/** How a mesh lies in stacks. */
interface Layout {
  readonly stacks: "one" | "per-cluster";
  readonly up: (options: StackOptions) => Promise<unknown>;
}

const layouts: readonly Layout[] = [
  { stacks: "per-cluster", up: (options) => upParts(options) },
  { stacks: "one", up: (options) => up(options) },
];

/**
 * An update from nothing, one with nothing to change, and for the largest mesh one that changes a single cluster: in a
 * stack for each cluster, beside one stack. Two clusters are whole ones. Of more there are only the API servers: all that
 * Pulumi and Helm do is done, and the pods that they wait for are said to be ready at once, so that what is measured is
 * the cost of the stacks and not of Istio's start.
 */
export async function measureSplit(
  clusters: number,
  repository: string,
  report: (line: string) => void,
): Promise<Measurement[]> {
  const size = String(clusters);
  const fresh = new Map<Layout, Timed>();
  const idle = new Map<Layout, Timed>();
  const changed = new Map<Layout, Timed>();
  for (const layout of layouts) {
    await onLab(clusters, repository, async (mesh) => {
      const settings = settingsOf(clusters, repository, layout);
      report(`split-${size}: ${layout.stacks}, from nothing`);
      fresh.set(layout, await timed(layout, optionsFor(mesh, settings)));
      report(`split-${size}: ${layout.stacks}, with nothing to change`);
      idle.set(layout, await timed(layout, optionsFor(mesh, settings)));
      if (clusters !== changedSize) return;
      report(`split-${size}: ${layout.stacks}, with one cluster changed`);
      changed.set(layout, await timed(layout, optionsFor(mesh, withOneChanged(settings))));
    });
  }
  return [
    measurement(`split-${size}`, "s", fresh),
    measurement(`split-memory-${size}`, "MiB", fresh),
    measurement(`split-nothing-${size}`, "s", idle),
    ...(clusters === changedSize ? [measurement(`change-one-of-${size}`, "s", changed)] : []),
  ];
}

async function timed(layout: Layout, options: StackOptions): Promise<Timed> {
  const watch = new ProcessWatch(process.pid);
  const startMs = performance.now();
  await layout.up(options);
  const seconds = (performance.now() - startMs) / 1000;
  return { seconds, peakMiB: watch.stop()("all").peakMiB };
}

function measurement(name: string, unit: "s" | "MiB", runs: ReadonlyMap<Layout, Timed>): Measurement {
  const [ours, peer] = layouts.map((layout) => {
    const { seconds = 0, peakMiB = 0 } = runs.get(layout) ?? {};
    return Math.round((unit === "s" ? seconds : peakMiB) * 10) / 10;
  });
  return { name, unit, runs: [ours ?? 0], peer: { name: "one stack", runs: [peer ?? 0] } };
}

/** What the benchmark itself reads of the mesh's settings. */
interface Settings {
  readonly clusters: Readonly<Record<string, object>>;
}

/** The settings of the development stack, with so many primaries on networks of their own. */
function settingsOf(clusters: number, repository: string, { stacks }: Layout): Settings {
  const named = labClusters(clusters).map(({ name, network }) => [
    name,
    { network, access: { context: `lab-${name}` } },
  ]);
  const mesh = { ...meshOfStackFile(repository, "dev"), stacks };
  return { ...mesh, clusters: Object.fromEntries(named) as Settings["clusters"] };
}

function labClusters(clusters: number): LabCluster[] {
  const nodes = clusters > mostWithNodes ? "none" : "one";
  return Array.from({ length: clusters }, (_, index) => {
    const name = `cluster-${String(index + 1).padStart(2, "0")}`;
    return { name, network: name, nodes };
  });
}

function withOneChanged(settings: Settings): Settings {
  const [[name, cluster] = []] = Object.entries(settings.clusters);
  if (name === undefined || cluster === undefined) throw new RangeError("a mesh without clusters");
  const values = { istiod: { podLabels: { changed: "yes" } } };
  return { ...settings, clusters: { ...settings.clusters, [name]: { ...cluster, values } } };
}

/** The options of operations on the mesh, whose settings are written down for the program. */
function optionsFor({ project, env }: LabMesh, settings: Settings): StackOptions {
  project.configure(settings);
  return { projectDirectory: project.directory, stack, plan: planMesh(parseMesh(settings)), variables: env };
}

/** Does something on a new lab, which then goes. */
async function onLab(clusters: number, repository: string, action: (mesh: LabMesh) => Promise<void>): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "isthmus-bench-"));
  const inLab = labClusters(clusters);
  try {
    const project = new StackProject(repository, join(scratch, "project"), {});
    const mesh = await freshLabMesh(project, Object.fromEntries(inLab.map(({ name, ...rest }) => [name, rest])));
    const nodeless = planLab(inLab).clusters.filter(({ nodes }) => nodes === "none");
    const nodes = await PaperNodes.start(nodeless, labPaths().kubeconfig);
    await action(mesh).finally(() => nodes.stop());
  } finally {
    await labDown({ progress: silentProgress });
    await rm(scratch, { recursive: true, force: true });
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labDown, labPaths, planLab, type LabCluster } from "../../lab";
import { linkLanguageHost } from "../../lab/language-host";
import { linkStandIns, presentPlugins } from "../../lab/plugins";
import { silentProgress, standardErrorProgress } from "../../lab/progress";
import { ensureTools } from "../../lab/tools";
import { upParts } from "../../operations/parts";
import { up, type StackOptions } from "../../operations/stack";
import { parseMesh, planMesh } from "../../topology";
import { paperCluster, PaperMesh, type PaperConfig } from "../../test/engine/paper/mesh";
import { freshLabMesh } from "../lab-mesh";
import { PaperNodes } from "../paper-nodes";
import { ProcessWatch } from "../process-watch";
import type { Measurement } from "../result";
import { meshOfStackFile, stack, StackProject } from "../stack-project";

/** Meshes of so many clusters, in a stack for each cluster beside one stack. */
export const splitSizes: readonly number[] = [2, 10, 40];

/**
 * What meshes of these sizes stand on: whole clusters of the lab with Istio in them, as far as two cores carry them; API
 * servers without nodes, as far as they answer in time (forty did not: one was silent for more than five seconds); else
 * paper, where all that is asked of a cluster is taken for done.
 */
type Ground = "clusters" | "API servers" | "paper";

const groundOf = (clusters: number): Ground => (clusters <= 2 ? "clusters" : clusters <= 20 ? "API servers" : "paper");

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
 * stack for each cluster, beside one stack. Without nodes, the pods that Helm waits for are said to be ready at once: what
 * is measured then is the cost of the stacks and not of Istio's start. See {@link Ground}.
 */
export async function measureSplit(
  clusters: number,
  repository: string,
  report: (line: string) => void,
): Promise<Measurement[]> {
  const size = String(clusters);
  const ground = groundOf(clusters);
  const fresh = new Map<Layout, Timed>();
  const idle = new Map<Layout, Timed>();
  const changed = new Map<Layout, Timed>();
  for (const layout of layouts) {
    const measure = async (optionsFor: OptionsFor): Promise<void> => {
      const told = (what: string): void => report(`split-${size}, on ${ground}: ${layout.stacks}, ${what}`);
      told("from nothing");
      fresh.set(layout, await timed(layout, await optionsFor("as it is")));
      told("with nothing to change");
      idle.set(layout, await timed(layout, await optionsFor("as it is")));
      if (clusters !== changedSize) return;
      told("with one cluster changed");
      changed.set(layout, await timed(layout, await optionsFor("one changed")));
    };
    if (ground === "paper") await onPaper(clusters, layout, measure);
    else await onLab(clusters, layout, repository, measure);
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
  try {
    await layout.up(options);
  } finally {
    watch.stop();
  }
  return { seconds: (performance.now() - startMs) / 1000, peakMiB: watch.used("all").peakMiB };
}

function measurement(name: string, unit: "s" | "MiB", runs: ReadonlyMap<Layout, Timed>): Measurement {
  const [ours, peer] = layouts.map((layout) => {
    const { seconds = 0, peakMiB = 0 } = runs.get(layout) ?? {};
    return Math.round((unit === "s" ? seconds : peakMiB) * 10) / 10;
  });
  return { name, unit, runs: [ours ?? 0], peer: { name: "one stack", runs: [peer ?? 0] } };
}

/** The options of operations on the mesh as it is, or with one cluster changed; writes its settings for the program. */
type OptionsFor = (state: "as it is" | "one changed") => Promise<StackOptions>;

/** Does something on a new lab, which then goes. */
async function onLab(
  clusters: number,
  { stacks }: Layout,
  repository: string,
  action: (optionsFor: OptionsFor) => Promise<void>,
): Promise<void> {
  const nodes = groundOf(clusters) === "clusters" ? "one" : "none";
  const inLab = names(clusters).map((name): LabCluster => ({ name, network: name, nodes }));
  const settings = {
    ...meshOfStackFile(repository, "dev"),
    stacks,
    clusters: Object.fromEntries(
      inLab.map(({ name, network }) => [name, { network, access: { context: `lab-${name}` } }]),
    ),
  };
  const scratch = await mkdtemp(join(tmpdir(), "isthmus-bench-"));
  try {
    const project = new StackProject(repository, join(scratch, "project"), {});
    const { env } = await freshLabMesh(project, Object.fromEntries(inLab.map(({ name, ...rest }) => [name, rest])));
    const nodeless = planLab(inLab).clusters.filter((cluster) => cluster.nodes === "none");
    const paperNodes = await PaperNodes.start(nodeless, labPaths().kubeconfig);
    const optionsFor: OptionsFor = (state) => {
      const mesh = state === "as it is" ? settings : withOneChanged(settings);
      project.configure(mesh);
      const plan = planMesh(parseMesh(mesh));
      return Promise.resolve({ projectDirectory: project.directory, stack, plan, variables: env });
    };
    await action(optionsFor).finally(() => paperNodes.stop());
  } finally {
    await labDown({ progress: silentProgress });
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Does something with clusters on paper: engine, program and states are the real ones. */
async function onPaper(
  clusters: number,
  { stacks }: Layout,
  action: (optionsFor: OptionsFor) => Promise<void>,
): Promise<void> {
  const named = names(clusters).map((name) => [name, paperCluster(name)] as const);
  const config: PaperConfig = { id: "mesh1", stacks, clusters: Object.fromEntries(named) };
  const toolbox = await ensureTools(standardErrorProgress());
  const bin = await mkdtemp(join(tmpdir(), "isthmus-bench-bin-"));
  try {
    await linkLanguageHost(toolbox.bin, bin);
    const plugins = await presentPlugins(toolbox, "stand-in");
    await linkStandIns(plugins, toolbox, bin);
    const mesh = await PaperMesh.create({ bin, plugins, toolbox });
    const optionsFor: OptionsFor = (state) => mesh.options(state === "as it is" ? config : withOneChanged(config));
    await action(optionsFor).finally(() => mesh.dispose());
  } finally {
    await rm(bin, { recursive: true });
  }
}

const names = (clusters: number): string[] =>
  Array.from({ length: clusters }, (_, index) => `cluster-${String(index + 1).padStart(2, "0")}`);

function withOneChanged<T extends { readonly clusters: Readonly<Record<string, object>> }>(mesh: T): T {
  const [[name, cluster] = []] = Object.entries(mesh.clusters);
  if (name === undefined || cluster === undefined) throw new RangeError("a mesh without clusters");
  const values = { istiod: { podLabels: { changed: "yes" } } };
  return { ...mesh, clusters: { ...mesh.clusters, [name]: { ...cluster, values } } };
}

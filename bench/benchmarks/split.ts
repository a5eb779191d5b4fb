import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkLanguageHost } from "../../lab/language-host";
import { linkStandIns, presentPlugins } from "../../lab/plugins";
import { standardErrorProgress } from "../../lab/progress";
import { ensureTools } from "../../lab/tools";
import { upParts } from "../../operations/parts";
import { up, type StackOptions } from "../../operations/stack";
import { PaperMesh, type PaperConfig } from "../../test/engine/paper/mesh";
import { primaries } from "../../test/support/plans";
import { ProcessWatch } from "../process-watch";
import type { Measurement } from "../result";

/** Meshes of so many clusters, in a stack for each cluster beside one stack. */
export const splitSizes: readonly number[] = [2, 10, 40];

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
 * stack for each cluster, beside one stack. Engine, program and state are the real ones. The clusters are on paper: what
 * a cluster would be asked is taken for done, so that what is measured is the cost of the stacks and not of Istio.
 */
export async function measureSplit(clusters: number, report: (line: string) => void): Promise<Measurement[]> {
  const size = String(clusters);
  const fresh = new Map<Layout, Timed>();
  const idle = new Map<Layout, Timed>();
  const changed = new Map<Layout, Timed>();
  for (const layout of layouts) {
    await onPaper(async (mesh) => {
      const config = { ...configOf(clusters), stacks: layout.stacks };
      report(`split-${size}: ${layout.stacks}, from nothing`);
      fresh.set(layout, await timed(layout, await mesh.options(config)));
      report(`split-${size}: ${layout.stacks}, with nothing to change`);
      idle.set(layout, await timed(layout, await mesh.options(config)));
      if (clusters !== changedSize) return;
      report(`split-${size}: ${layout.stacks}, with one cluster changed`);
      changed.set(layout, await timed(layout, await mesh.options(withOneChanged(config))));
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

function configOf(clusters: number): PaperConfig {
  const { id, clusters: all } = primaries(clusters);
  return {
    id,
    clusters: Object.fromEntries(
      Object.entries(all).map(([name, cluster]) => [
        name,
        { ...cluster, apiServer: { url: `https://${name}.example.org:6443` } },
      ]),
    ),
  };
}

function withOneChanged(config: PaperConfig): PaperConfig {
  const [[name, cluster] = []] = Object.entries(config.clusters);
  if (name === undefined || cluster === undefined) throw new RangeError("a mesh without clusters");
  const values = { istiod: { podLabels: { changed: "yes" } } };
  return { ...config, clusters: { ...config.clusters, [name]: { ...cluster, values } } };
}

async function onPaper(action: (mesh: PaperMesh) => Promise<void>): Promise<void> {
  const toolbox = await ensureTools(standardErrorProgress());
  const bin = await mkdtemp(join(tmpdir(), "isthmus-bench-bin-"));
  try {
    await linkLanguageHost(toolbox.bin, bin);
    const plugins = await presentPlugins(toolbox, "stand-in");
    await linkStandIns(plugins, toolbox, bin);
    const standIn = join(toolbox.standInPlugins, "pulumi-resource-kubernetes");
    const mesh = await PaperMesh.create({ bin, plugins, toolbox }, standIn, toolbox.charts);
    try {
      await action(mesh);
    } finally {
      await mesh.dispose();
    }
  } finally {
    await rm(bin, { recursive: true });
  }
}

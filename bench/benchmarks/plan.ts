import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeconfigSources } from "../../access";
import { knowsNothing, reachClusters } from "../../preflight";
import { linkLanguageHost } from "../../lab/language-host";
import { describeChoice } from "../../lab/plugin-choice";
import { linkStandIns, pluginSetting, presentPlugins } from "../../lab/plugins";
import { standardErrorProgress } from "../../lab/progress";
import { ensureTools } from "../../lab/tools";
import { parseMesh, planMesh } from "../../topology";
import { run } from "../command";
import { ProcessWatch, type ProcessKind, type Usage } from "../process-watch";
import type { Measurement } from "../result";
import { StackProject } from "../stack-project";

/** A port of this machine that nobody listens on: it refuses at once, and no packet leaves the machine. */
const refusingServer = "https://127.0.0.1:1";

/** So many clusters, planned so many times. */
export interface PlanSize {
  readonly clusters: number;
  readonly rounds: number;
}

/** Small plans are quick and vary; the largest takes a minute. */
export const planSizes: readonly PlanSize[] = [
  { clusters: 2, rounds: 3 },
  { clusters: 10, rounds: 3 },
  { clusters: 40, rounds: 2 },
  { clusters: 160, rounds: 2 },
];

/** The names of the measurements of one size. */
export function planNames({ clusters }: PlanSize): readonly string[] {
  const size = String(clusters);
  return [`plan-${size}`, ...planParts.map(({ title }) => `plan-${title}-${size}`), `plan-resources-${size}`];
}

const planParts: readonly { readonly title: string; readonly kind: ProcessKind }[] = [
  { title: "memory", kind: "program" },
  { title: "engine-memory", kind: "engine" },
  { title: "plugins-memory", kind: "plugins" },
];

interface Preview {
  readonly seconds: number;
  readonly resources: number;
  readonly used: (kind: ProcessKind | "all") => Usage;
}

/**
 * `pulumi preview` of a mesh of so many primaries, each on a network of its own, from an empty stack: the real CLI,
 * engine and language host, with the provider plugins that the lab has (its stand-ins, where the official ones are not
 * installed). The clusters are not there: their API servers refuse the connection, of which a preview only warns.
 */
export async function planGrowth(
  { clusters, rounds }: PlanSize,
  repository: string,
  report: (line: string) => void,
): Promise<Measurement[]> {
  return onRefusingClusters(clusters, repository, {}, async ({ project, env, choice }) => {
    const previews: Preview[] = [];
    for (let round = 1; round <= rounds; round++) {
      report(`plan-${String(clusters)}: round ${String(round)} of ${String(rounds)}`);
      previews.push(await preview(project, env));
    }
    return measurementsOf(clusters, previews, [await precheckNote(project), choice]);
  });
}

/** A mesh whose clusters refuse every connection. */
export interface RefusedMesh {
  readonly project: StackProject;
  readonly env: NodeJS.ProcessEnv;
  /** Which provider plugins there are. */
  readonly choice: string;
}

/**
 * Does something with a mesh of so many primaries that are not there, on an empty stack.
 * @param more Settings of the mesh beside its clusters.
 */
export async function onRefusingClusters<T>(
  clusters: number,
  repository: string,
  more: object,
  action: (mesh: RefusedMesh) => Promise<T>,
): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-bench-"));
  try {
    const toolbox = await ensureTools(standardErrorProgress());
    const plugins = await presentPlugins(toolbox, pluginSetting());
    const bin = join(scratch, "bin");
    await linkLanguageHost(toolbox.bin, bin);
    await linkStandIns(plugins, toolbox, bin);
    mkdirSync(join(scratch, "state"));
    const env = {
      ...process.env,
      PATH: `${bin}:${process.env["PATH"] ?? ""}`,
      PULUMI_BACKEND_URL: `file://${join(scratch, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "isthmus-bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    const mesh = await manyPrimaries(clusters, toolbox.charts, join(scratch, "kubeconfig"));
    const project = new StackProject(repository, join(scratch, "project"), { ...mesh, ...more });
    await project.initialise(env);
    return await action({ project, env, choice: describeChoice(plugins) });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The settings of the mesh; writes the kubeconfig that they name. */
async function manyPrimaries(count: number, charts: string, kubeconfig: string): Promise<object> {
  const authority = Buffer.from(await makeAuthority()).toString("base64");
  const names = Array.from({ length: count }, (_unused, index) => `c${String(index).padStart(3, "0")}`);
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: names.map((name) => ({
        name,
        cluster: { server: refusingServer, "certificate-authority-data": authority },
      })),
      users: names.map((name) => ({ name, user: { token: "bench" } })),
      contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
    }),
  );
  return {
    id: "mesh1",
    kubeconfig,
    istio: { version: "1.31.1", charts: { directory: charts } },
    clusters: Object.fromEntries(names.map((name) => [name, { network: name, access: { context: name } }])),
  };
}

/** A certificate such as an API server's authority has, PEM. Nobody needs its key. */
async function makeAuthority(): Promise<string> {
  const command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null"] as const;
  return (await run([...command, "-subj", "/CN=kubernetes"], { env: process.env })).stdout;
}

async function preview(project: StackProject, env: NodeJS.ProcessEnv): Promise<Preview> {
  let watch: ProcessWatch | undefined;
  const { seconds, stdout } = await project.pulumi(["preview", "--suppress-outputs"], env, {
    onStart: ({ pid }) => {
      if (pid !== undefined) watch = new ProcessWatch(pid);
    },
  });
  if (watch === undefined) throw new Error("pulumi preview was not seen to start");
  return { seconds, resources: resourcesIn(stdout), used: watch.stop() };
}

/** How many resources a preview of an empty stack would create, from the end of what it prints. */
export function resourcesIn(output: string): number {
  const count = /^ +\+ (\d+) to create$/m.exec(output)?.[1];
  if (count === undefined) throw new Error(`a preview without a count of its resources:\n${output.slice(-500)}`);
  return Number(count);
}

function measurementsOf(clusters: number, previews: readonly Preview[], notes: readonly string[]): Measurement[] {
  const size = String(clusters);
  const each = (kind: ProcessKind, of: (usage: Usage) => number): string =>
    previews.map(({ used }) => of(used(kind)).toFixed(1)).join(", ");
  return [
    {
      name: `plan-${size}`,
      unit: "s",
      runs: previews.map(({ seconds }) => seconds),
      notes: [
        `${previews.map(({ seconds }) => (seconds / clusters).toFixed(2)).join(", ")} s a cluster`,
        ...(["program", "engine", "plugins"] as const).map(
          (kind) => `processor time of the ${kind}: ${each(kind, ({ processorSeconds }) => processorSeconds)} s`,
        ),
        `plugin processes: ${previews.map(({ used }) => used("plugins").processes).join(", ")}`,
        ...notes,
      ],
    },
    ...planParts.map(({ title, kind }): Measurement => {
      return { name: `plan-${title}-${size}`, unit: "MiB", runs: previews.map(({ used }) => used(kind).peakMiB) };
    }),
    { name: `plan-resources-${size}`, unit: "resources", runs: previews.map(({ resources }) => resources) },
  ];
}

/** All of its kubeconfigs stand in one file. */
const noSources: KubeconfigSources = {
  secret: () => Promise.resolve(undefined),
  outputs: () => Promise.resolve(undefined),
};

/** How long the look at all clusters and charts before the plan takes: the same code as the program's, on its own. */
async function precheckNote({ mesh, directory }: StackProject): Promise<string> {
  const startMs = performance.now();
  await reachClusters(planMesh(parseMesh(mesh)), directory, noSources, () => Promise.resolve(knowsNothing));
  return `of which the look at the clusters, which refuse, and at the charts: ${((performance.now() - startMs) / 1000).toFixed(2)} s`;
}

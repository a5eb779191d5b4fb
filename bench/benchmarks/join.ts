import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshLabMesh, makeBare, type LabMesh } from "../lab-mesh";
import { ProcessWatch, type ProcessKind, type Usage } from "../process-watch";
import type { Measurement } from "../result";
import { mixedRunbook, multiPrimaryRunbook, prepareRunbook, runRunbook, type Runbook } from "../runbook";
import { connectCallers, removeSample, waitForAnswers, type Callers } from "../sample";
import { meshOfStackFile, StackProject, type MeshSettings } from "../stack-project";

/** A mesh that is joined by Isthmus and by the official runbook. */
export interface Join {
  readonly name: string;
  readonly rounds: number;
  /** The settings of the mesh, from the checkout's stack files. */
  readonly mesh: (repository: string) => MeshSettings;
  readonly runbook: (mesh: MeshSettings) => Runbook;
  /** Names of the measurements that come with it; none but for two clusters. */
  readonly alongside?: { readonly preview: string; readonly memory: string };
}

/** What is joined, the smallest mesh first. */
export const joins: readonly Join[] = [
  {
    name: "join-2",
    rounds: 3,
    mesh: (repository) => meshOfStackFile(repository, "dev"),
    runbook: multiPrimaryRunbook,
    alongside: { preview: "preview-nochange-2", memory: "up-memory-2" },
  },
  {
    name: "join-4",
    rounds: 2,
    mesh: (repository) => ({
      ...meshOfStackFile(repository, "dev"),
      clusters: Object.fromEntries(
        ["east", "north", "south", "west"].map((name) => [name, { network: name, access: { context: `lab-${name}` } }]),
      ),
    }),
    runbook: multiPrimaryRunbook,
  },
  {
    name: "join-mixed-5",
    rounds: 2,
    mesh: (repository) => meshOfStackFile(repository, "mixed"),
    runbook: mixedRunbook,
  },
];

const previews = 5;

/** One way of joining the clusters, timed to the first answers between all of them. */
interface Joined {
  readonly joinSeconds: number;
  readonly totalSeconds: number;
}

/**
 * Bare clusters to the first answer from every cluster in every cluster: `pulumi up` beside the official runbook, in turns
 * on the same lab. Who goes first, and finds a lab that has run nothing yet, changes every round; we do at first. The
 * runbook's certificates are made beforehand and not counted; ours are made within the time.
 */
export async function measureJoin(
  { name, rounds, mesh: settingsFrom, runbook, alongside }: Join,
  repository: string,
  report: (line: string) => void,
): Promise<Measurement[]> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-bench-"));
  try {
    const settings = settingsFrom(repository);
    const project = new StackProject(repository, join(scratch, "project"), settings);
    const mesh = await freshLabMesh(project, settings.clusters);
    await prepareRunbook(mesh, settings);
    const callers = await connectCallers(mesh);
    const ours: Joined[] = [];
    const theirs: Joined[] = [];
    const usages: Used[] = [];
    const previewSeconds: number[] = [];

    const joinOurs = async (round: number): Promise<void> => {
      ours.push(await timed(mesh, callers, async () => usages.push(await pulumiUp(mesh))));
      if (alongside === undefined || round < rounds) return;
      for (let count = 0; count < previews; count++) {
        previewSeconds.push((await project.pulumi(["preview", "--expect-no-changes"], mesh.env)).seconds);
      }
    };
    const joinTheirs = async (): Promise<void> => {
      theirs.push(await timed(mesh, callers, () => runRunbook(mesh, runbook(settings))));
    };
    for (let round = 1; round <= rounds; round++) {
      report(`${name}: round ${String(round)} of ${String(rounds)}`);
      for (const joinClusters of round % 2 === 1 ? [joinOurs, joinTheirs] : [joinTheirs, joinOurs]) {
        await joinClusters(round);
        await removeSample(mesh);
        await makeBare(mesh);
      }
    }
    return [
      joinMeasurement(name, ours, theirs, usages),
      ...(alongside === undefined
        ? []
        : ([
            { name: alongside.preview, unit: "s", runs: previewSeconds },
            { name: alongside.memory, unit: "MiB", runs: usages.map((used) => used("all").peakMiB) },
          ] as const)),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function joinMeasurement(
  name: string,
  ours: readonly Joined[],
  theirs: readonly Joined[],
  usages: readonly Used[],
): Measurement {
  const total = ({ totalSeconds }: Joined): number => totalSeconds;
  const joining = ({ joinSeconds }: Joined): number => joinSeconds;
  const sample = ({ joinSeconds, totalSeconds }: Joined): number => totalSeconds - joinSeconds;
  const each = (runs: readonly Joined[], part: (joined: Joined) => number): string =>
    `${runs.map((joined) => part(joined).toFixed(1)).join(", ")} s`;
  return {
    name,
    unit: "s",
    runs: ours.map(total),
    peer: { name: "official runbook (helm, istioctl, kubectl)", runs: theirs.map(total) },
    notes: [
      `pulumi up: ${each(ours, joining)}; runbook: ${each(theirs, joining)}`,
      `then the sample until all versions answer everywhere: ${each(ours, sample)}; after the runbook: ${each(theirs, sample)}`,
      ...(["program", "engine", "plugins"] as const).map((kind) => {
        const runs = usages.map((used) => `${used(kind).peakMiB.toFixed(0)} MiB in ${used(kind).processes}`);
        return `memory of the ${kind}: ${runs.join(", ")}`;
      }),
    ],
  };
}

async function timed(mesh: LabMesh, callers: Callers, joinClusters: () => Promise<unknown>): Promise<Joined> {
  const startMs = performance.now();
  await joinClusters();
  const joinSeconds = (performance.now() - startMs) / 1000;
  await waitForAnswers(mesh, callers);
  return { joinSeconds, totalSeconds: (performance.now() - startMs) / 1000 };
}

/** What the processes of a `pulumi up` used. */
type Used = (kind: ProcessKind | "all") => Usage;

/** Runs `pulumi up` and says what its processes used. */
async function pulumiUp({ project, env }: LabMesh): Promise<Used> {
  let watch: ProcessWatch | undefined;
  await project.pulumi(["up", "--yes", "--skip-preview"], env, {
    onStart: ({ pid }) => {
      if (pid !== undefined) watch = new ProcessWatch(pid);
    },
  });
  if (watch === undefined) throw new Error("pulumi up was not seen to start");
  return watch.stop();
}

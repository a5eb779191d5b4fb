import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { labUp } from "../../lab";
import { standardErrorProgress } from "../../lab/progress";
import { run } from "../command";
import { ensureStack, labMesh, makeBare, pulumi, type LabMesh } from "../lab-mesh";
import { MemoryPeak } from "../memory";
import type { Measurement } from "../result";
import { removeSample, waitForAnswers } from "../sample";

const rounds = 3;
const previews = 5;

/** One way of joining the clusters, timed to the first answer in both directions. */
interface Joined {
  readonly joinSeconds: number;
  readonly totalSeconds: number;
}

/**
 * Two bare clusters to the first answer across clusters in both directions: `pulumi up` beside the official runbook, in
 * turns on the same lab. The runbook's certificates are made beforehand and not counted; ours are made within the time.
 * Between the joins come the previews with nothing to change, and every `pulumi up` is watched for its memory.
 */
export async function joinTwo(projectDirectory: string, report: (line: string) => void): Promise<Measurement[]> {
  const clusters = ["east", "west"];
  await labUp({
    clusters: clusters.map((name) => ({ name, network: name })),
    projectDirectory,
    stack: "dev",
    progress: standardErrorProgress(),
  });
  const mesh = labMesh(projectDirectory, clusters);
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-bench-"));
  const ours: Joined[] = [];
  const theirs: Joined[] = [];
  const memoryMiB: number[] = [];
  const previewSeconds: number[] = [];
  try {
    await prepareRunbook(mesh, scratch);
    await ensureStack(mesh);
    for (let round = 1; round <= rounds; round++) {
      report(`join-2: round ${String(round)} of ${String(rounds)}`);
      await removeSample(mesh);
      await makeBare(mesh);
      theirs.push(await timed(mesh, () => runbook(mesh, scratch)));
      await removeSample(mesh);
      await makeBare(mesh);
      ours.push(await timed(mesh, async () => memoryMiB.push(await pulumiUp(mesh))));
      if (round < rounds) continue;
      for (let count = 0; count < previews; count++) {
        previewSeconds.push((await pulumi(mesh, ["preview", "--expect-no-changes"])).seconds);
      }
    }
    await removeSample(mesh);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return [
    {
      name: "join-2",
      unit: "s",
      runs: ours.map(({ totalSeconds }) => totalSeconds),
      peer: {
        name: "official runbook (helm, istioctl, kubectl)",
        runs: theirs.map(({ totalSeconds }) => totalSeconds),
      },
      notes: [
        `pulumi up: ${seconds(ours.map(({ joinSeconds }) => joinSeconds))}; runbook: ${seconds(theirs.map(({ joinSeconds }) => joinSeconds))}`,
        `then the sample until both versions answer on both sides: ${seconds(ours.map(sampleSeconds))}; after the runbook: ${seconds(theirs.map(sampleSeconds))}`,
      ],
    },
    { name: "preview-nochange-2", unit: "s", runs: previewSeconds },
    { name: "up-memory-2", unit: "MiB", runs: memoryMiB },
  ];
}

const sampleSeconds = ({ joinSeconds, totalSeconds }: Joined): number => totalSeconds - joinSeconds;
const seconds = (values: readonly number[]): string => `${values.map((value) => value.toFixed(1)).join(", ")} s`;

async function timed(mesh: LabMesh, joinClusters: () => Promise<unknown>): Promise<Joined> {
  const startMs = performance.now();
  await joinClusters();
  const joinSeconds = (performance.now() - startMs) / 1000;
  await waitForAnswers(mesh);
  return { joinSeconds, totalSeconds: (performance.now() - startMs) / 1000 };
}

/** Runs `pulumi up` and says the peak memory of all its processes together, in MiB. */
async function pulumiUp(mesh: LabMesh): Promise<number> {
  let peak: MemoryPeak | undefined;
  await pulumi(mesh, ["up", "--yes", "--skip-preview"], {
    onStart: ({ pid }) => {
      if (pid !== undefined) peak = new MemoryPeak(pid);
    },
  });
  if (peak === undefined) throw new Error("pulumi up was not seen to start");
  return peak.stop();
}

async function runbook(mesh: LabMesh, scratch: string): Promise<void> {
  const script = join(mesh.projectDirectory, "bench", "runbook", "multi-primary-multi-network.sh");
  const charts = join(mesh.projectDirectory, ".lab", "charts");
  await run(["bash", script, charts, join(scratch, "certs"), join(scratch, "values"), ...mesh.clusters], {
    env: mesh.env,
  });
}

/** The runbook's inputs: certificates as Istio's makefiles make them, and the values that the stack file has for this lab. */
async function prepareRunbook(mesh: LabMesh, scratch: string): Promise<void> {
  const script = join(mesh.projectDirectory, "bench", "runbook", "make-certificates.sh");
  await run(["bash", script, join(scratch, "certs"), ...mesh.clusters], { env: mesh.env });
  const stack = parse(readFileSync(join(mesh.projectDirectory, "Pulumi.dev.yaml"), "utf8")) as {
    config: {
      "isthmus:mesh": { istio: { hub: string; tag: string; values: { istiod: { global: object }; gateway: object } } };
    };
  };
  const { hub, tag, values } = stack.config["isthmus:mesh"].istio;
  mkdirSync(join(scratch, "values"));
  writeFileSync(
    join(scratch, "values", "istiod.yaml"),
    stringify({ ...values.istiod, global: { ...values.istiod.global, hub, tag } }),
  );
  writeFileSync(join(scratch, "values", "gateway.yaml"), stringify(values.gateway));
}

import { labDown, labEnvironment, labUp, type LabCluster } from "../lab";
import { silentProgress, standardErrorProgress } from "../lab/progress";
import { run } from "./command";
import type { StackProject } from "./stack-project";

/** The lab's clusters and a stack of the bench's own on them. */
export interface LabMesh {
  readonly project: StackProject;
  /** Names of the clusters, sorted. */
  readonly clusters: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A new lab with the clusters of a mesh, and nothing in them. Whatever the lab had before goes, the stacks on it too: what
 * their states say would be wrong anyway once the clusters have been made bare.
 */
export async function freshLabMesh(
  project: StackProject,
  clusters: Readonly<Record<string, Omit<LabCluster, "name">>>,
): Promise<LabMesh> {
  await labDown({ progress: silentProgress });
  await labUp({
    clusters: Object.entries(clusters).map(([name, { network, nodes = "one" }]) => ({ name, network, nodes })),
    projectDirectory: project.directory,
    stack: "bench",
    progress: standardErrorProgress(),
  });
  const env = { ...process.env, ...labEnvironment() };
  await project.initialise(env);
  return { project, clusters: Object.keys(clusters).sort(), env };
}

/** Runs kubectl against one cluster. */
export async function kubectl(
  mesh: LabMesh,
  cluster: string,
  args: readonly string[],
  stdin?: string,
): Promise<string> {
  const { stdout } = await run(["kubectl", `--context=lab-${cluster}`, ...args], {
    env: mesh.env,
    ...(stdin === undefined ? {} : { stdin }),
  });
  return stdout;
}

/** Takes Istio out of every cluster by whatever means it came in, so that the next run starts from bare clusters. */
export async function makeBare(mesh: LabMesh): Promise<void> {
  await mesh.project.pulumi(["destroy", "--yes", "--skip-preview", "--suppress-outputs"], mesh.env);
  await Promise.all(mesh.clusters.map((cluster) => makeClusterBare(mesh, cluster)));
}

async function makeClusterBare(mesh: LabMesh, cluster: string): Promise<void> {
  const kinds =
    "mutatingwebhookconfiguration,validatingwebhookconfiguration,clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding,crd";
  const names = (await kubectl(mesh, cluster, ["get", kinds, "-o", "name"]))
    .split("\n")
    .filter((name) => name.includes("istio"));
  if (names.length > 0) await kubectl(mesh, cluster, ["delete", "--ignore-not-found", ...names]);
  await kubectl(mesh, cluster, ["delete", "namespace", "--ignore-not-found", "istio-system"]);
}

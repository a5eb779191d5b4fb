import { labEnvironment } from "../lab";
import { run } from "./command";

/** The lab's clusters and the development stack on them, as the benchmarks use them. */
export interface LabMesh {
  readonly projectDirectory: string;
  readonly clusters: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The lab's clusters, in the environment that the lab gives to shells. */
export function labMesh(projectDirectory: string, clusters: readonly string[]): LabMesh {
  return { projectDirectory, clusters, env: { ...process.env, ...labEnvironment() } };
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
  await pulumi(mesh, ["destroy", "--yes", "--skip-preview", "--suppress-outputs"]);
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

/** Runs the Pulumi CLI on the development stack; makes the stack when there is none. */
export async function pulumi(
  mesh: LabMesh,
  args: readonly string[],
  options: Pick<Parameters<typeof run>[1], "onStart"> = {},
) {
  return run(["pulumi", "--non-interactive", "--stack", "dev", ...args], {
    env: mesh.env,
    cwd: mesh.projectDirectory,
    ...options,
  });
}

/** Makes the development stack's state where there is none. */
export async function ensureStack(mesh: LabMesh): Promise<void> {
  await run(["pulumi", "--non-interactive", "stack", "select", "--create", "dev"], {
    env: mesh.env,
    cwd: mesh.projectDirectory,
  });
}

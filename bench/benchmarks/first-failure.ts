import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labDown } from "../../lab";
import { silentProgress } from "../../lab/progress";
import { denials, wrongValues, type FirstFailure } from "../../test/support/first-failures";
import { freshLabMesh, kubectl, type LabMesh } from "../lab-mesh";
import type { Measurement } from "../result";
import { meshOfStackFile, stack, StackProject } from "../stack-project";

/** Name of the benchmark. */
export const firstFailureName = "diagnose-first-failure";

const namespace = "istio-system";
const clusters = ["east", "west", "north"] as const;

/** When something was first there, in milliseconds on one clock; to be ended. */
interface Watched {
  readonly firstMs: Promise<number>;
  readonly end: () => void;
}

/**
 * From the moment when a cluster has a Deployment of istiod whose pods do not come up, to the cause on standard error of
 * `isthmus up`: for six causes, three of them at once in three clusters of the lab.
 */
export async function diagnoseFirstFailure(repository: string, report: (line: string) => void): Promise<Measurement[]> {
  const scratch = mkdtempSync(join(tmpdir(), "isthmus-bench-"));
  const settings = meshOfStackFile(repository, "dev");
  try {
    const project = new StackProject(repository, join(scratch, "project"), settings);
    const mesh = await freshLabMesh(project, Object.fromEntries(clusters.map((name) => [name, { network: name }])));
    const seconds = new Map<string, number>();
    for (const failures of [wrongValues, denials]) {
      for (const { cluster, objects, namespaceLabels } of failures) {
        // Of the failures before: the next update makes it anew.
        await kubectl(mesh, cluster, [
          "delete",
          "deployment",
          "istiod",
          "--namespace",
          namespace,
          "--ignore-not-found",
        ]);
        for (const label of namespaceLabels) await kubectl(mesh, cluster, ["label", "namespace", namespace, label]);
        for (const object of objects) await kubectl(mesh, cluster, ["create", "-f", "-"], JSON.stringify(object));
      }
      project.configure({
        ...settings,
        clusters: Object.fromEntries(
          failures.map(({ cluster, values }) => [
            cluster,
            { network: cluster, access: { context: `lab-${cluster}` }, values: { istiod: values } },
          ]),
        ),
      });
      for (const [name, value] of await timesOf(repository, mesh, failures)) seconds.set(name, value);
      report(`${firstFailureName}: ${[...seconds].map(([name, value]) => `${name} ${value.toFixed(1)} s`).join(", ")}`);
    }
    const notes = [...seconds].map(([name, value]) => `${name}: ${value.toFixed(1)} s`);
    return [{ name: firstFailureName, unit: "s", runs: [...seconds.values()], notes }];
  } finally {
    await labDown({ progress: silentProgress });
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Brings the mesh up, which fails, and gives for each failure how long it was untold. */
async function timesOf(
  repository: string,
  mesh: LabMesh,
  failures: readonly FirstFailure[],
): Promise<(readonly [string, number])[]> {
  const deployments = failures.map(({ cluster }) => watchDeployment(mesh, cluster));
  const up = spawn(process.execPath, [join(repository, "bin/isthmus.js"), "up", "--yes", "--stack", stack], {
    cwd: mesh.project.directory,
    env: mesh.env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const toldMs = new Map<string, number>();
  up.stderr.on("data", (data: Buffer) => {
    said += data.toString();
    for (const { name, told } of failures) {
      if (!toldMs.has(name) && told.test(said)) toldMs.set(name, performance.now());
    }
  });
  await once(up, "close");
  try {
    return await Promise.all(
      failures.map(async ({ name }, index) => {
        const told = toldMs.get(name);
        if (told === undefined) throw new Error(`${name} was never told:\n${said}`);
        return [name, Math.max(0, told - ((await deployments[index]?.firstMs) ?? Infinity)) / 1000] as const;
      }),
    );
  } finally {
    for (const { end } of deployments) end();
  }
}

function watchDeployment({ env }: LabMesh, cluster: string): Watched {
  const args = [`--context=lab-${cluster}`, "get", "deployments", "--namespace", namespace, "--watch", "-o", "name"];
  const child = spawn("kubectl", args, { env, stdio: ["ignore", "pipe", "ignore"] });
  const firstMs = once(child.stdout, "data").then(() => performance.now());
  return { firstMs, end: () => void child.kill() };
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { run } from "./command";
import type { LabMesh } from "./lab-mesh";
import type { MeshSettings } from "./stack-project";

/** One of the official runbooks as a script of `bench/runbook/`, and what it is told about the clusters. */
export interface Runbook {
  readonly script: string;
  readonly arguments: readonly string[];
}

/**
 * Multi-primary on different networks: every cluster a primary, on a network that is called as the cluster.
 * @throws RangeError for any other mesh.
 */
export function multiPrimaryRunbook({ clusters }: Pick<MeshSettings, "clusters">): Runbook {
  for (const [name, { network, controlPlane }] of Object.entries(clusters)) {
    if (controlPlane !== undefined || network !== name)
      throw new RangeError(`${name} is no primary on its own network`);
  }
  return { script: "multi-primary-multi-network.sh", arguments: Object.keys(clusters).sort() };
}

/** Primaries and their remotes on several networks, the primaries first: a remote needs its primary's address. */
export function mixedRunbook({ clusters }: Pick<MeshSettings, "clusters">): Runbook {
  const names = Object.keys(clusters).sort();
  const isRemote = (name: string): boolean => clusters[name]?.controlPlane !== undefined;
  const described = (name: string): string => {
    const { network, controlPlane } = clusters[name] ?? {};
    return [name, network, ...(controlPlane === undefined ? [] : [controlPlane])].join(":");
  };
  return {
    script: "mixed.sh",
    arguments: [...names.filter((name) => !isRemote(name)), ...names.filter(isRemote)].map(described),
  };
}

/** Makes the runbook's inputs: certificates as Istio's makefiles make them, and the values that the lab's images need. */
export async function prepareRunbook(mesh: LabMesh, { istio }: MeshSettings): Promise<void> {
  const { certificates, scripts, values } = directories(mesh);
  await run(["bash", join(scripts, "make-certificates.sh"), certificates, ...mesh.clusters], { env: mesh.env });
  const { hub, tag } = istio;
  const { istiod, gateway } = istio.values;
  mkdirSync(values);
  writeFileSync(join(values, "istiod.yaml"), stringify({ ...istiod, global: { ...istiod.global, hub, tag } }));
  writeFileSync(join(values, "gateway.yaml"), stringify(gateway));
}

/** Runs a runbook whose inputs were made. */
export async function runRunbook(mesh: LabMesh, runbook: Runbook): Promise<void> {
  const { certificates, charts, scripts, values } = directories(mesh);
  await run(["bash", join(scripts, runbook.script), charts, certificates, values, ...runbook.arguments], {
    env: mesh.env,
  });
}

function directories({ project }: LabMesh): Record<"certificates" | "charts" | "scripts" | "values", string> {
  return {
    certificates: join(project.directory, "certificates"),
    charts: join(project.directory, ".lab", "charts"),
    scripts: join(project.repository, "bench", "runbook"),
    values: join(project.directory, "values"),
  };
}

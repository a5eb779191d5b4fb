import { join } from "node:path";
import type { V1ConfigMap } from "@kubernetes/client-node";
import { asMapping, below, getIfThere, isPresent, readYaml, type ClusterClient } from "../../access";
import {
  ConfigurationError,
  rootConfigMap,
  systemNamespace,
  workloadEntryPath,
  type MachinePlan,
  type MeshPlan,
  type Problem,
} from "../../topology";
import { ensureNew, keyFile, writeNewFiles, type MadeFile, type NewFile } from "../authority/files";
import { machineFileNames, machineFiles } from "./contents";

/** What the files of a machine are made from. */
export interface MachineFilesOptions {
  readonly mesh: Pick<MeshPlan, "id" | "trustDomain">;
  readonly machine: MachinePlan;
  /** Directory that gets them. */
  readonly out: string;
  /** How long the token is good for with which the machine asks for its first certificate, in seconds. */
  readonly tokenLifetimeSeconds: number;
  /** At which the machine reaches its istiod, as the last update said; undefined where none did. */
  readonly istiod: string | undefined;
  /** Reaches the cluster that the machine joins. */
  readonly client: ClusterClient;
}

/** For whom istiod takes tokens (Istio's pods have theirs with this audience too). */
const audience = "istio-ca";

interface TokenAnswer {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/**
 * The machine that the mesh's file calls so.
 * @throws ConfigurationError where there is none.
 */
export function machineCalled({ machines }: Pick<MeshPlan, "machines">, name: string): MachinePlan {
  const machine = machines.find((candidate) => candidate.name === name);
  if (machine !== undefined) return machine;
  const names = machines.map((candidate) => candidate.name).join(", ");
  throw new ConfigurationError([
    {
      path: "isthmus:mesh.machines",
      expected: `a machine called ${name}`,
      found: names === "" ? "no machines" : names,
      fix: "Describe it there and run `isthmus up`, or name one of those that are there.",
    },
  ]);
}

/**
 * Writes what a machine outside Kubernetes needs to join the mesh, for Istio's agent on it: where istiod is, whom to trust,
 * who it is itself, and a token by which the cluster vouches for that once. Changes nothing in the cluster.
 * @throws ConfigurationError with all that keeps it from that, and nothing written; KubernetesError when the cluster cannot
 *   be asked.
 */
export async function writeMachineFiles(options: MachineFilesOptions): Promise<MadeFile[]> {
  const { client, istiod, machine, mesh, out, tokenLifetimeSeconds } = options;
  const paths = Object.fromEntries(
    Object.entries(machineFileNames).map(([key, file]) => [key, join(out, file)]),
  ) as Record<keyof typeof machineFileNames, string>;
  await ensureNew(Object.values(paths));
  const [standing, proxyConfig, rootsPem] = await Promise.all([
    missingFor(client, machine),
    proxyConfigOf(client),
    rootsOf(client),
  ]);
  const problems = [
    ...standing,
    ...(istiod === undefined || proxyConfig === undefined || rootsPem === undefined ? [notExposed(machine)] : []),
  ];
  if (problems.length > 0 || istiod === undefined || proxyConfig === undefined || rootsPem === undefined)
    throw new ConfigurationError(problems);
  const { expirationTimestamp, token } = await tokenOf(client, machine, tokenLifetimeSeconds);
  const texts = machineFiles({ machine, mesh, istiod, proxyConfig, rootsPem, token });
  const identity = `spiffe://${mesh.trustDomain}/ns/${machine.namespace}/sa/${machine.serviceAccount}`;
  return writeNewFiles([
    publicFile(paths.clusterEnvironment, "environment of Istio's agent", texts.clusterEnvironment),
    publicFile(paths.mesh, "configuration of its proxy", texts.mesh),
    publicFile(paths.roots, "roots that the mesh trusts", texts.roots),
    keyFile(paths.token, `token of ${identity}, until ${expirationTimestamp}`, texts.token),
    ...(texts.hosts === undefined ? [] : [publicFile(paths.hosts, "line for its /etc/hosts", texts.hosts)]),
  ]);
}

function publicFile(path: string, holds: string, text: string): NewFile {
  return { file: { path, holds, isSecret: false }, text };
}

/** What the machine needs and does not have in its cluster. */
async function missingFor(client: ClusterClient, machine: MachinePlan): Promise<Problem[]> {
  const { namespace, path, serviceAccount } = machine;
  const base = `/api/v1/namespaces/${namespace}`;
  const [hasAccount, hasEntry] = await Promise.all([
    isPresent(client, `${base}/serviceaccounts/${serviceAccount}`),
    isPresent(client, workloadEntryPath(machine)),
  ]);
  return [
    ...(hasEntry ? [] : [notMade(machine)]),
    ...(hasAccount
      ? []
      : [
          {
            path: `${path}.serviceAccount`,
            expected: `a service account ${serviceAccount} in namespace ${namespace} of ${machine.cluster}`,
            found: "none",
            fix: `Make it (\`kubectl --namespace ${namespace} create serviceaccount ${serviceAccount}\`), or name another.`,
          },
        ]),
  ];
}

function notMade({ cluster, name, path }: MachinePlan): Problem {
  return {
    path,
    expected: `its WorkloadEntry ${name} in ${cluster}`,
    found: "none",
    fix: "Run `isthmus up` first.",
  };
}

function notExposed({ cluster, path }: MachinePlan): Problem {
  return {
    path: `${path}.cluster`,
    expected: `an istiod in ${cluster} that machines reach`,
    found: "none that the last update tells of",
    fix: "Run `isthmus up` first.",
  };
}

/** What every proxy of the mesh is told; undefined where istiod has no configuration. */
async function proxyConfigOf(client: ClusterClient): Promise<Readonly<Record<string, unknown>> | undefined> {
  const text = await dataOf(client, "istio", "mesh");
  const read = text === undefined ? undefined : readYaml(text);
  if (read === undefined || !("content" in read)) return undefined;
  return asMapping(below(read.content, "defaultConfig")) ?? {};
}

/** The roots that istiod publishes. */
function rootsOf(client: ClusterClient): Promise<string | undefined> {
  return dataOf(client, rootConfigMap, "root-cert.pem");
}

async function dataOf(client: ClusterClient, name: string, key: string): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${systemNamespace}/configmaps/${name}`;
  return (await getIfThere<V1ConfigMap>(client, path))?.data?.[key];
}

async function tokenOf(
  client: ClusterClient,
  { namespace, serviceAccount }: MachinePlan,
  expirationSeconds: number,
): Promise<TokenAnswer["status"]> {
  const { status } = await client.ask<TokenAnswer>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences: [audience], expirationSeconds },
    },
  );
  return status;
}

import { setTimeout as delay } from "node:timers/promises";
import { connect, CommandFailed, type ClusterClient, type ExecTarget } from "../access";
import { kubectl, type LabMesh } from "./lab-mesh";

const namespace = "bench-sample";
const answerDeadlineSeconds = 120;

/** A call that waits longer has failed. */
const callTimeoutMs = 5_000;

/** After a call without an answer; the next one comes at once after one with an answer. */
const betweenFailuresMs = 100;

/** The clusters' API servers, by which the sample's calls are made. They are connected before the time counts. */
export type Callers = ReadonlyMap<string, ClusterClient>;

/** Connects to all clusters of a mesh. */
export async function connectCallers(mesh: LabMesh): Promise<Callers> {
  const connections = mesh.clusters.map(async (cluster) => {
    const kubeconfig = await kubectl(mesh, cluster, ["config", "view", "--minify", "--flatten", "--raw"]);
    return [cluster, connect({ name: cluster, kubeconfig })] as const;
  });
  return new Map(await Promise.all(connections));
}

/**
 * Puts another version of helloworld and a client into every cluster, and waits until each client has had an answer from
 * the versions of all clusters. The same for Isthmus and for its peer.
 */
export async function waitForAnswers(mesh: LabMesh, callers: Callers): Promise<void> {
  await Promise.all(
    mesh.clusters.map((cluster) =>
      kubectl(mesh, cluster, ["apply", "-f", "-"], JSON.stringify(sample(versionOf(mesh, cluster)))),
    ),
  );
  await Promise.all(mesh.clusters.map((cluster) => waitForEveryVersion(mesh, cluster, callers)));
}

/** Removes the sample. */
export async function removeSample(mesh: LabMesh): Promise<void> {
  await Promise.all(
    mesh.clusters.map((cluster) => kubectl(mesh, cluster, ["delete", "namespace", "--ignore-not-found", namespace])),
  );
}

const versionOf = (mesh: LabMesh, cluster: string): string => `v${String(mesh.clusters.indexOf(cluster) + 1)}`;

async function waitForEveryVersion(mesh: LabMesh, cluster: string, callers: Callers): Promise<void> {
  await kubectl(mesh, cluster, ["rollout", "status", "-n", namespace, "deployment/client", "--timeout=120s"]);
  const caller = callers.get(cluster);
  if (caller === undefined) throw new RangeError(`no connection to ${cluster}`);
  const client = await clientPod(caller);
  const missing = new Set(mesh.clusters.map((one) => versionOf(mesh, one)));
  const deadlineMs = performance.now() + answerDeadlineSeconds * 1000;
  while (missing.size > 0) {
    if (performance.now() > deadlineMs) throw new Error(`no answer from ${[...missing].join(", ")} in ${cluster}`);
    const version = await callHelloworld(caller, client);
    if (version === undefined) await delay(betweenFailuresMs);
    else missing.delete(version);
  }
}

async function clientPod(caller: ClusterClient): Promise<ExecTarget> {
  const pods = await caller.list<{ metadata: { name: string } }>(`/api/v1/namespaces/${namespace}/pods`, {
    labelSelector: "app=client",
  });
  const [pod] = pods;
  if (pod === undefined) throw new Error(`no client in ${caller.name}`);
  return { namespace, pod: pod.metadata.name, container: "client" };
}

/** The version that answers one call; undefined for an answer that is none, a 503 while endpoints arrive for one. */
async function callHelloworld(caller: ClusterClient, client: ExecTarget): Promise<string | undefined> {
  const command = ["curl", "-sS", "--max-time", "2", "http://helloworld:5000/hello"];
  try {
    return /version: (v\d+)/.exec(await caller.exec(client, command, callTimeoutMs))?.[1];
  } catch (error) {
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}

function sample(version: string): object {
  const pod = (name: string, container: object): object => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, version }, annotations: { "sidecar.istio.io/proxyCPU": "10m" } },
        spec: { terminationGracePeriodSeconds: 0, containers: [{ imagePullPolicy: "IfNotPresent", ...container }] },
      },
    },
  });
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels: { "istio-injection": "enabled" } } },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "helloworld", namespace },
        spec: { selector: { app: "helloworld" }, ports: [{ name: "http", port: 5000 }] },
      },
      {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        metadata: { name: "helloworld", namespace },
        // A connection through a gateway ends at the pod that it first reached: used again, it would hide the others.
        spec: {
          host: `helloworld.${namespace}.svc.cluster.local`,
          trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 1 } } },
        },
      },
      pod("helloworld", {
        name: "helloworld",
        image: "lab.local/istio/examples-helloworld-v1:1.0",
        env: [{ name: "SERVICE_VERSION", value: version }],
        ports: [{ containerPort: 5000 }],
      }),
      pod("client", { name: "client", image: "lab.local/curl:lab", command: ["/bin/sleep", "infinity"] }),
    ],
  };
}

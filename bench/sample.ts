import { kubectl, type LabMesh } from "./lab-mesh";

const namespace = "bench-sample";
const answerDeadlineSeconds = 120;

/**
 * Puts helloworld v1 into the first cluster, v2 into the second and a client into each, and waits until either client has
 * had an answer from both. The same for Isthmus and for its peer.
 */
export async function waitForAnswers(mesh: LabMesh): Promise<void> {
  await Promise.all(
    mesh.clusters.map((cluster, index) =>
      kubectl(mesh, cluster, ["apply", "-f", "-"], manifest(`v${String(index + 1)}`)),
    ),
  );
  await Promise.all(mesh.clusters.map((cluster) => waitForEveryVersion(mesh, cluster)));
}

/** Removes the sample. */
export async function removeSample(mesh: LabMesh): Promise<void> {
  await Promise.all(
    mesh.clusters.map((cluster) => kubectl(mesh, cluster, ["delete", "namespace", "--ignore-not-found", namespace])),
  );
}

async function waitForEveryVersion(mesh: LabMesh, cluster: string): Promise<void> {
  await kubectl(mesh, cluster, ["rollout", "status", "-n", namespace, "deployment/client", "--timeout=120s"]);
  const missing = new Set(mesh.clusters.map((_, index) => `v${String(index + 1)}`));
  const deadlineMs = performance.now() + answerDeadlineSeconds * 1000;
  while (missing.size > 0) {
    if (performance.now() > deadlineMs) throw new Error(`no answer from ${[...missing].join(", ")} in ${cluster}`);
    const answer = await callHelloworld(mesh, cluster);
    for (const version of missing) if (answer.includes(version)) missing.delete(version);
  }
}

/** One call. An answer that is none (503 while endpoints arrive) is what the loop waits out. */
async function callHelloworld(mesh: LabMesh, cluster: string): Promise<string> {
  return kubectl(mesh, cluster, [
    "exec",
    "-n",
    namespace,
    "deploy/client",
    "-c",
    "client",
    "--",
    "curl",
    "-sS",
    "--max-time",
    "2",
    "http://helloworld:5000/hello",
  ]).catch(() => "");
}

function manifest(version: string): string {
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
  return JSON.stringify({
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
      pod("helloworld", {
        name: "helloworld",
        image: `lab.local/istio/examples-helloworld-${version}:1.0`,
        ports: [{ containerPort: 5000 }],
      }),
      pod("client", { name: "client", image: "lab.local/curl:lab", command: ["/bin/sleep", "infinity"] }),
    ],
  });
}

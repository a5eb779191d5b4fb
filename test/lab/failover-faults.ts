import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { processesWith } from "./counted-caller";
import { serversIn, type ClusterName } from "./failover-service";
import { restartServers, scaleServers, serversReady, serverVariable } from "./hello-server";
import { applyAll, kubectl } from "./lab-stack";

const execute = promisify(execFile);
const { name, namespace } = serversIn("east");
const inNamespace = ["-n", namespace] as const;
const pods = ["-l", `app=${name}`] as const;
const inSystem = ["-n", "istio-system"] as const;
const gateway = "istio-eastwestgateway";
const gatewayPods = ["-l", "istio=eastwestgateway"] as const;

/** Ends a cluster's servers as Kubernetes does, and waits until they are gone. */
export async function scaleToNone(cluster: ClusterName): Promise<void> {
  await scaleServers({ ...serversIn(cluster), replicas: 0 });
}

/** Brings a cluster's servers back, and waits until they are ready. */
export async function scaleBack(cluster: ClusterName): Promise<void> {
  await scaleServers(serversIn(cluster));
}

/** Replaces a cluster's servers one after the other. */
export async function restart(cluster: ClusterName): Promise<void> {
  await restartServers(serversIn(cluster));
}

/** Kills all of a cluster's servers at once; others are made. */
export async function killServers(cluster: ClusterName): Promise<void> {
  await kubectl(cluster, ...inNamespace, "delete", "pods", ...pods, "--force", "--grace-period=0");
  await serversReady(serversIn(cluster));
}

/** What a server can be told by a signal. */
const signals = { unready: "SIGUSR1", hanging: "SIGUSR2", right: "SIGHUP" } as const;

/** Has all of a cluster's servers be unready while they answer, hang unseen by their probe, or be right again. */
export function tellServers(cluster: ClusterName, condition: keyof typeof signals): void {
  const servers = processesWith(`${serverVariable}=${cluster}`);
  assert.equal(servers.length, serversIn(cluster).replicas, `servers of ${cluster} on this machine`);
  for (const pid of servers) process.kill(pid, signals[condition]);
}

/** Has the sidecars of a cluster's servers take no more connections, while their pods count as ready. */
export async function drainSidecars(cluster: ClusterName): Promise<void> {
  const found = await kubectl(cluster, ...inNamespace, "get", "pods", ...pods, "-o", "name");
  const drain = ["-c", "istio-proxy", "--", "pilot-agent", "request", "POST", "drain_listeners"];
  await Promise.all(
    found
      .trim()
      .split("\n")
      .map((pod) => kubectl(cluster, ...inNamespace, "exec", pod, ...drain)),
  );
}

/** Ends the pods of a cluster's east-west gateway; others are made. */
export async function deleteGatewayPods(cluster: ClusterName): Promise<void> {
  await kubectl(cluster, ...inSystem, "delete", "pod", ...gatewayPods);
  await kubectl(cluster, ...inSystem, "rollout", "status", `deployment/${gateway}`, "--timeout=90s");
}

/** Deletes the Service of a cluster's east-west gateway. @returns what puts it back. */
export async function deleteGatewayService(cluster: ClusterName): Promise<() => Promise<void>> {
  const service = JSON.parse(await kubectl(cluster, ...inSystem, "get", "service", gateway, "-o", "json")) as {
    readonly metadata: { readonly annotations?: object; readonly labels: object };
    readonly spec: { readonly ports: object; readonly selector: object };
  };
  const { annotations, labels } = service.metadata;
  const { ports, selector } = service.spec;
  await kubectl(cluster, ...inSystem, "delete", "service", gateway);
  return () =>
    applyAll(cluster, [
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { namespace: "istio-system", name: gateway, labels, annotations },
        spec: { type: "LoadBalancer", ports, selector },
      },
    ]);
}

/** Stops a cluster's istiod, and waits until it is gone. */
export async function stopIstiod(cluster: ClusterName): Promise<void> {
  await kubectl(cluster, ...inSystem, "scale", "deployment/istiod", "--replicas=0");
  await kubectl(cluster, ...inSystem, "wait", "--for=delete", "pod", "-l", "app=istiod", "--timeout=90s");
}

/** Starts a cluster's istiod again, and waits until it is ready. */
export async function startIstiod(cluster: ClusterName): Promise<void> {
  await kubectl(cluster, ...inSystem, "scale", "deployment/istiod", "--replicas=1");
  await kubectl(cluster, ...inSystem, "rollout", "status", "deployment/istiod", "--timeout=120s");
}

/**
 * Cuts the link between two clusters: what one sends to the other is lost without a word, on connections that are open as
 * well. The lab's machine reaches both as before. @returns what mends it.
 */
export async function cutLink(one: ClusterName, other: ClusterName): Promise<() => Promise<void>> {
  const address = await kubectl(
    other,
    ...["get", "nodes", "-o", `jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}`],
  );
  // Packets from a pod of the other cluster bear its node's address.
  const rules = ["from", "to"].map((side) => [side, address, "blackhole", "priority", "10"]);
  const change = async (verb: "add" | "delete"): Promise<void> => {
    for (const rule of rules) await execute("ip", ["-n", `isthmus-${one}`, "rule", verb, ...rule]);
  };
  await change("add");
  return () => change("delete");
}

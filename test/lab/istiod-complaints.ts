import { kubectl } from "./lab-stack";

/** What an istiod logs as an error though nothing is wrong, each with the reason. */
const expected: readonly RegExp[] = [
  // Until its own webhook answers, it waits with having it fail closed (Istio, pkg/webhooks/validation/controller).
  /webhook is not ready, retry/,
  // Two wrote the same object at once, Helm and istiod for one: who came second reads it again, and writes again.
  /Operation cannot be fulfilled on .*: the object has been modified/,
];

/** What an istiod's log has of errors that nobody expects. Pure. */
export function complaintsIn(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => /^\S+\t(error|fatal)\t/.test(line))
    .filter((line) => !expected.some((words) => words.test(line)));
}

/** Errors that the istiods in a cluster of the lab have logged since they started, and that nobody expects. */
export async function istiodComplaints(cluster: string): Promise<string[]> {
  // An istiod that serves other clusters alone has a namespace of its own.
  const places = ["get", "pods", "--all-namespaces", "--selector", "app=istiod", "--output"];
  const { items } = JSON.parse(await kubectl(cluster, ...places, "json")) as { readonly items: readonly Pod[] };
  const logs = items.map(({ metadata: { name, namespace } }) =>
    kubectl(cluster, "logs", "--namespace", namespace, name),
  );
  return (await Promise.all(logs)).flatMap(complaintsIn);
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
}

import { listed } from "../../../topology";
import type { ClusterRule, ClusterView, Finding } from "../comparison";
import { differing } from "../differing";
import type { Risk } from "../model";
import { at, isTree, type Properties } from "../properties";
import type { Step } from "../read-preview";
import { isNewNamespace } from "./new-namespace";
import { notUnderstood } from "./not-understood";

/** What the workloads of a namespace see of the mesh. The Sidecars stand where an istiod's configuration does. */
export const sidecarScopes: ClusterRule = (view) =>
  view.steps
    .filter(({ op, subject }) => subject.component === "sidecar scope" && op !== "same")
    .map((step) => scopeFinding(view, step));

function scopeFinding(view: ClusterView, step: Step): Finding {
  const { part = "" } = step.subject;
  const whose = `workloads ${part}`;
  const finding = (words: string, risk?: Omit<Risk, "clusters">): Finding => ({
    change: { id: "sidecar-scope", words },
    ...(risk === undefined ? {} : { risk }),
    explains: [step],
  });
  const leads = view.mesh.plan.controlPlanes.some(({ configCluster }) => configCluster === view.name);
  // Without an istiod's configuration here nothing goes by it.
  if (!leads) return finding("another cluster says what its workloads see of the mesh");
  if (step.op === "delete") return finding(`${whose} see all of the mesh from now on`);
  const [before, after] = [step.before, step.after].map(hostsIn);
  if (step.op === "create" && after !== undefined) {
    const words = `${whose} see nothing of the mesh but ${inWords(after)} from now on`;
    return finding(words, isNewNamespace(view, part.replace(/^of /, "")) ? undefined : narrowed(whose, words));
  }
  const isOfHosts = differing(step).every(({ path }) => path.startsWith("spec.egress"));
  if (step.op !== "update" || before === undefined || after === undefined || !isOfHosts) {
    const words = `what ${whose} see of the mesh changes`;
    return finding(words, notUnderstood(words, step));
  }
  const hidden = before.filter((host) => !after.includes(host));
  const shown = after.filter((host) => !before.includes(host));
  const words = `${whose} ${[
    ...(hidden.length === 0 ? [] : [`see ${inWords(hidden)} no more`]),
    ...(shown.length === 0 ? [] : [`see ${inWords(shown)} too`]),
  ].join(" and ")}`;
  return finding(words, hidden.length === 0 ? undefined : narrowed(whose, words));
}

function narrowed(whose: string, words: string): Omit<Risk, "clusters"> {
  return {
    id: "scope-narrowed",
    severity: "high",
    traffic: "interrupted",
    words: `${words}: by the names of the rest they find nobody, or go there without mutual TLS.`,
    advice: `See first whom ${whose} call (Istio's metrics: source_workload_namespace, destination_service), and declare it in \`calls\`.`,
  };
}

function hostsIn(properties: Properties | undefined): readonly string[] | undefined {
  const egress = at(properties, "spec", "egress");
  const [listener] = Array.isArray(egress) ? (egress as unknown[]) : [];
  const hosts = isTree(listener) ? listener["hosts"] : undefined;
  return Array.isArray(hosts) ? hosts.map(String) : undefined;
}

/** Namespaces and names, as the configuration has them. */
function inWords(hosts: readonly string[]): string {
  return listed(
    hosts.map((host) => {
      const [namespace = "", name] = host.split("/");
      if (namespace === ".") return "their own namespace";
      return name === "*" ? namespace : (name ?? host);
    }),
  );
}

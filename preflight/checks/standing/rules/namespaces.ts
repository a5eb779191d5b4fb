import { systemNamespace, type Problem } from "../../../../topology";
import type { KubernetesObject } from "../../object";
import type { StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { istiodIn, releasesIn, systemOwner, type StandingRule } from "./rule";

/**
 * Whether the system namespace is free, ours, or prepared for us. What carries our marks is ours to change; one in which
 * another Istio is, or may be, is not.
 */
export const systemNamespaceRule: StandingRule = (facts) => {
  const { site, system } = facts;
  if (typeof system !== "object" || isTerminating(system) || systemOwner(facts) !== "foreign") return {};
  const istiod = istiodIn(facts);
  const releases = releasesIn(facts);
  const what =
    istiod !== undefined
      ? `, with a running control plane (Deployment ${istiod})`
      : releases.length > 0
        ? `, with Istio's Helm releases (${releases.join(", ")})`
        : ", and it may not be seen whether an istiod runs in it";
  return {
    problems: [
      {
        path: site.path,
        expected: `no namespace ${systemNamespace}, ours, or one without Istio`,
        found: `one that Isthmus did not create${what}`,
        fix: istiod === undefined && releases.length === 0 ? unseenFix(facts) : usedFix(facts),
      },
    ],
  };
};

function usedFix({ site }: StandingFacts): string {
  return (
    "Choose another cluster, or move its workloads to one: a mesh that stands is not taken over. " +
    "Only when no workload needs it any more, uninstall it by what installed it (`helm uninstall` of each of its releases, or `istioctl uninstall --purge`), " +
    `then remove the namespace: ${kubectl(site, "delete", "namespace", systemNamespace)}.`
  );
}

function unseenFix({ site }: StandingFacts): string {
  return (
    "Allow the user to list Deployments of all namespaces, or name a context of one who may. " +
    `Choose another cluster if an Istio is there (${kubectl(site, "--namespace", systemNamespace, "get", "all,configmaps,secrets")}).`
  );
}

/** Namespaces that we need and that are being deleted, and on what that waits. */
export const terminatingNamespaces: StandingRule = ({ namespaces, site, system }) => {
  const problems: Problem[] = [];
  if (typeof system === "object" && isTerminating(system)) {
    problems.push({
      path: site.path,
      expected: `no namespace ${systemNamespace}, or ours`,
      found: `one that is being deleted${waits(system)}`,
      fix: terminatingFix(site, systemNamespace, system),
    });
  }
  for (const { name, object } of namespaces) {
    if (!isTerminating(object)) continue;
    problems.push({
      path: site.path,
      expected: `a namespace ${name} for the mesh's workloads, or none`,
      found: `one that is being deleted${waits(object)}`,
      fix: terminatingFix(site, name, object),
    });
  }
  return { problems };
};

function isTerminating({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Conditions by which the namespace controller says why a namespace is still there (kubernetes, namespace/deletion). */
const reasons = [
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
] as const;

function pending({ status }: KubernetesObject): { readonly type: string; readonly message: string }[] {
  const conditions = status?.conditions ?? [];
  return reasons.flatMap((reason) =>
    conditions
      .filter((condition) => condition.type === reason && condition.status === "True")
      .map(({ message = "" }) => ({ type: reason, message })),
  );
}

function waits(object: KubernetesObject): string {
  const words = pending(object).map(({ type, message }) => (message === "" ? type : message.replace(/[.\s]+$/, "")));
  return words.length === 0 ? "" : `, which waits: ${words.join("; ")}`;
}

function terminatingFix(site: StandingFacts["site"], name: string, object: KubernetesObject): string {
  const types = pending(object).map(({ type }) => type);
  const discovery = types.includes("NamespaceDeletionDiscoveryFailure")
    ? ` An API that does not answer holds it up: ${kubectl(site, "get", "apiservices")} shows which one is not available; mend or remove that.`
    : "";
  const finalizers = types.includes("NamespaceFinalizersRemaining")
    ? ` What has finalizers waits for the controller that they name: see that it runs (${kubectl(site, "describe", "namespace", name)} says more).`
    : "";
  return `Wait until it is gone, then run again.${discovery}${finalizers}`;
}

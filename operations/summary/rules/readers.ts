import { listed } from "../../../topology";
import type { ClusterRule, ClusterView } from "../comparison";
import type { Step } from "../read-preview";
import { among } from "../words";

/** The kubeconfigs by which a cluster's istiod reads others. */
export const remoteSecret: ClusterRule = (view) => {
  const step = view.step("remote secret");
  if (step === undefined || step.op === "same") return [];
  const reads = view.controlPlane?.reads ?? [];
  if (step.op === "create") {
    return [
      {
        change: { id: "readers", words: `its istiod reads ${among(reads, "cluster", "clusters")} from now on` },
        explains: [step],
      },
    ];
  }
  if (step.op === "delete") {
    return [{ change: { id: "readers", words: "its istiod reads no other cluster any more" }, explains: [step] }];
  }
  return keysOf(step, view).map((words) => ({ change: { id: "readers", words }, explains: [step] }));
};

/**
 * Which clusters are read anew, and which no more. Where a kubeconfig is not known yet, the engine cannot compare them, and
 * only what joins is certain.
 */
function keysOf({ kinds, paths }: Step, { controlPlane, mesh }: ClusterView): string[] {
  const reads = controlPlane?.reads ?? [];
  const keys = paths.flatMap((path) => {
    const [, key] = /^data(?:\.|\[")([^"\]]+)(?:"\])?$/.exec(path) ?? [];
    return key === undefined ? [] : [{ key, kind: kinds[path] }];
  });
  const formerNames = new Map(mesh.plan.clusters.map(({ name, replaces }) => [name, replaces]));
  const of = (kind: string): string[] => keys.filter((one) => one.kind === kind).map(({ key }) => key);
  const [added, removed] = [of("add"), of("delete")];
  const renamed = added.filter((key) => removed.includes(formerNames.get(key) ?? ""));
  const former = renamed.map((key) => formerNames.get(key) ?? "");
  const fresh =
    keys.length === 0
      ? reads.filter((name) => mesh.joining.includes(name))
      : added.filter((key) => !renamed.includes(key));
  const gone = removed.filter((key) => !former.includes(key));
  const others = of("update");
  const words = [
    ...(fresh.length === 0 ? [] : [`its istiod reads ${listed(fresh)} from now on`]),
    ...(gone.length === 0 ? [] : [`its istiod reads ${listed(gone)} no longer`]),
    ...renamed.map((key) => `its istiod reads ${formerNames.get(key) ?? ""} under its new name ${key}`),
    ...(others.length === 0 ? [] : [`its istiod gets new kubeconfigs of ${listed(others)}`]),
  ];
  return words.length > 0 ? words : ["the kubeconfigs by which its istiod reads others change"];
}

/** The accounts by which istiods elsewhere reach a cluster. */
export const accounts: ClusterRule = (view) =>
  (["reader account", "istiod account"] as const).flatMap((component) => {
    const step = view.step(component, "token");
    if (step === undefined || step.op === "same") return [];
    const readers = view.mesh.plan.controlPlanes
      .filter(({ reads }) => reads.includes(view.name))
      .map(({ name }) => name);
    const whom =
      component === "reader account" ? "others read it" : "an istiod elsewhere takes its configuration from it";
    const words: Partial<Record<Step["op"], string>> = {
      create:
        component === "reader account"
          ? `${among(readers, "cluster", "clusters")} will read it`
          : `${whom} from now on`,
      delete:
        component === "reader account"
          ? "no other cluster reads it any more"
          : "no istiod elsewhere takes its configuration from it any more",
      replace: `the token by which ${whom} is made anew`,
    };
    return [
      { change: { id: "readers", words: words[step.op] ?? `the token by which ${whom} changes` }, explains: [step] },
    ];
  });

/** What goes with readers and gateways, and needs no words of its own when it comes or goes. */
export const followers: ClusterRule = (view) => {
  const kubeconfig = view.step("configuration kubeconfig");
  const crossNetwork = view.step("cross-network gateway");
  return [
    ...(kubeconfig === undefined || kubeconfig.op === "same"
      ? []
      : [
          {
            change: { id: "readers", words: `the kubeconfig of its configuration cluster ${verbOf(kubeconfig)}` },
            explains: [kubeconfig],
          } as const,
        ]),
    ...(crossNetwork === undefined || crossNetwork.op === "same"
      ? []
      : [
          {
            change: {
              id: "gateway",
              words: `the configuration by which gateways let other networks in ${verbOf(crossNetwork)}`,
            },
            explains: [crossNetwork],
          } as const,
        ]),
  ];
};

/** What becomes of something, as a verb. */
export function verbOf({ op, isKept }: Step): string {
  if (op === "create") return "is made";
  if (op === "delete") return isKept ? "is left as it is, and forgotten" : "is removed";
  return op === "replace" ? "is deleted and made anew" : "changes";
}

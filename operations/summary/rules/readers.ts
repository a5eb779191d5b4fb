import { listed } from "../../../topology";
import { stayingIn, type ClusterRule, type ClusterView, type Finding } from "../comparison";
import type { Step } from "../read-preview";
import { among } from "../words";
import { notUnderstood } from "./not-understood";
import { besideAnother, tokenOf } from "./reader-tokens";
import { verbOf } from "./verb";

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
  if (step.op === "delete") return [readsNone(step, view)];
  if (step.op === "replace") {
    const words = "the kubeconfigs by which its istiod reads others are deleted and made anew";
    return [{ change: { id: "readers", words }, risk: unread(`${words}: meanwhile`, reads), explains: [step] }];
  }
  return keysOf(step, view);
};

/** What it means that an istiod does not read some clusters any more. */
function unread(words: string, clusters: readonly string[]): NonNullable<Finding["risk"]> {
  return {
    id: "cluster-not-read",
    severity: "high",
    traffic: "interrupted",
    words: `${words} the workloads that it serves find nothing of ${clusters.length === 0 ? "other clusters" : listed(clusters)} any more, and calls there fail.`,
    advice: "Move what is called from elsewhere first.",
  };
}

/** The Secret goes: with the istiod, with the last of the clusters that it read, or from an istiod that then is cut off. */
function readsNone(step: Step, view: ClusterView): Finding {
  const words = "its istiod reads no other cluster any more";
  const change = { id: "readers", words } as const;
  const { controlPlane, mesh } = view;
  if (controlPlane === undefined && view.told.has("control-plane")) return { change, explains: [step] };
  const reached = controlPlane === undefined ? [] : reachedBy(view, controlPlane.name);
  const left = stayingIn(mesh).filter(({ name }) => !reached.includes(name) && name !== view.name);
  if (controlPlane?.reads.length === 0 && left.length === 0) {
    return { change, explains: [step] };
  }
  return { change, risk: unread(`${words}:`, []), explains: [step] };
}

/** The clusters whose services an istiod is to know. */
function reachedBy({ mesh }: ClusterView, name: string): readonly string[] {
  const plane = mesh.plan.controlPlanes.find((candidate) => candidate.name === name);
  return plane === undefined ? [] : [...plane.reads, plane.configCluster];
}

/**
 * Which clusters are read anew, and which no more. Where a kubeconfig is not known yet, the engine cannot compare them, and
 * only what joins is certain.
 */
function keysOf(step: Step, view: ClusterView): Finding[] {
  const { controlPlane, mesh } = view;
  const reads = controlPlane?.reads ?? [];
  const keys = step.paths.flatMap((path) => {
    const [, key] = /^data(?:\.|\[")([^"\]]+)(?:"\])?$/.exec(path) ?? [];
    return key === undefined ? [] : [{ key, kind: step.kinds[path] }];
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
  const found = (words: string, risk?: Finding["risk"]): Finding => ({
    change: { id: "readers", words },
    ...(risk === undefined ? {} : { risk }),
    explains: [step],
  });
  // Of one that leaves, what follows for calls is told where it leaves.
  const cut = gone.filter((name) => !mesh.leaving.includes(name));
  const findings = [
    ...(fresh.length === 0 ? [] : [found(`its istiod reads ${listed(fresh)} from now on`)]),
    ...(gone.length === 0
      ? []
      : [
          found(
            `its istiod reads ${listed(gone)} no longer`,
            cut.length === 0 ? undefined : unread(`its istiod reads ${listed(cut)} no longer:`, cut),
          ),
        ]),
    ...renamed.map((key) => found(`its istiod reads ${formerNames.get(key) ?? ""} under its new name ${key}`)),
    ...(others.length === 0 ? [] : [found(`its istiod gets new kubeconfigs of ${listed(others)}`)]),
  ];
  if (findings.length > 0) return findings;
  const words = "the kubeconfigs by which its istiod reads others change";
  const isTold = view.told.has("configuration-cluster") || reads.some((name) => isServedAnew(view, name));
  return [found(words, isTold ? undefined : notUnderstood(words, step))];
}

/** Whether another istiod serves a cluster than before: its accounts are then others. */
function isServedAnew({ mesh }: ClusterView, name: string): boolean {
  const last = mesh.last.clusters[name]?.controlPlane;
  return last !== undefined && last !== mesh.plan.clusters.find((cluster) => cluster.name === name)?.controlPlane;
}

/** The accounts by which istiods elsewhere reach a cluster. */
export const accounts: ClusterRule = (view) =>
  (["reader account", "istiod account"] as const).flatMap((component) =>
    view.steps
      .filter((step) => step.op !== "same" && step.subject.component === component && tokenOf(step) !== undefined)
      .map(
        (step) =>
          (component === "reader account" ? besideAnother(view, step) : undefined) ?? account(component, view, step),
      ),
  );

function account(component: "reader account" | "istiod account", view: ClusterView, step: Step): Finding {
  const readers = view.mesh.plan.controlPlanes.filter(({ reads }) => reads.includes(view.name)).map(({ name }) => name);
  const whom =
    component === "reader account" ? "others read it" : "an istiod elsewhere takes its configuration from it";
  const words: Partial<Record<Step["op"], string>> = {
    create:
      component === "reader account" ? `${among(readers, "cluster", "clusters")} will read it` : `${whom} from now on`,
    delete:
      component === "reader account"
        ? "no other cluster reads it any more"
        : "no istiod elsewhere takes its configuration from it any more",
    replace: `the token by which ${whom} is made anew`,
  };
  const said = words[step.op] ?? `the token by which ${whom} changes`;
  const risk = riskOfToken(component, view, step, said);
  return { change: { id: "readers", words: said }, ...(risk === undefined ? {} : { risk }), explains: [step] };
}

function riskOfToken(
  component: "reader account" | "istiod account",
  view: ClusterView,
  step: Step,
  said: string,
): Finding["risk"] {
  if (step.op === "create") return undefined;
  if (step.op !== "delete") return notUnderstood(said, step);
  if (component === "istiod account") {
    const isNeeded = view.mesh.plan.controlPlanes.some(
      ({ configCluster, kind }) => kind === "external" && configCluster === view.name,
    );
    return isNeeded ? notUnderstood(said, step) : undefined;
  }
  const cutOff = stayingIn(view.mesh).filter(
    ({ controlPlane, name }) => name !== view.name && !reachedBy(view, controlPlane).includes(view.name),
  );
  const isRead = view.mesh.plan.controlPlanes.some(({ reads }) => reads.includes(view.name));
  if (cutOff.length === 0 && !isRead) return undefined;
  return {
    id: "cluster-not-read",
    severity: "high",
    traffic: "interrupted",
    words: `${said}: nothing in it is found from elsewhere, and calls there fail.`,
    advice: "Move what is called from elsewhere first.",
  };
}

/** The kubeconfig by which an external istiod takes its configuration from a cluster of the mesh. */
export const configurationKubeconfig: ClusterRule = (view) => {
  const step = view.step("configuration kubeconfig");
  if (step === undefined || step.op === "same") return [];
  const words = `the kubeconfig of its configuration cluster ${verbOf(step)}`;
  const change = { id: "readers", words } as const;
  const isTold = view.told.has("configuration-cluster") || view.told.has("joins");
  if (step.op === "create" || (step.op === "update" && isTold)) return [{ change, explains: [step] }];
  if (step.op !== "delete" || view.controlPlane?.kind !== "external") {
    return [{ change, risk: notUnderstood(words, step), explains: [step] }];
  }
  return [
    {
      change,
      risk: {
        id: "configuration-removed",
        severity: "high",
        traffic: "interrupted",
        words: `${words}: its istiod has no configuration to give to ${listed(view.controlPlane.serves)} any more.`,
        advice: "Do not merge it; find out what makes it change.",
      },
      explains: [step],
    },
  ];
};

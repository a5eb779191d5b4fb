import { listed } from "../../../topology";
import { isRenewal, type ClusterRule, type ClusterView, type Finding } from "../comparison";
import { differing } from "../differing";
import type { ChangeId, Difference } from "../model";
import type { Step } from "../read-preview";
import { notUnderstood } from "./not-understood";
import { because } from "./verb";

/** What follows the mesh's identity, the network and the control plane, and the changes by which they are told. */
const followed: readonly { readonly path: RegExp; readonly by: readonly ChangeId[] }[] = [
  { path: /"isthmus\.dev\/mesh"/, by: ["mesh-id"] },
  { path: /"isthmus\.dev\/trust-domain"/, by: ["trust-domain"] },
  { path: /"isthmus\.dev\/cluster"/, by: ["renamed"] },
  { path: /"topology\.istio\.io\/network"/, by: ["network"] },
  { path: /"topology\.istio\.io\/controlPlaneClusters"/, by: ["control-plane", "configuration-cluster"] },
];

function isTold({ mesh, told }: ClusterView, { path }: Difference): boolean {
  const follows = followed.find((one) => one.path.test(path));
  if (follows === undefined) return false;
  const isOfRenamed = path.includes("controlPlaneClusters") && mesh.plan.clusters.some(({ replaces }) => replaces);
  return isOfRenamed || follows.by.some((id) => told.has(id));
}

/** The namespace of the control plane. */
export const systemNamespace: ClusterRule = (view) => {
  const step = view.step("system namespace");
  if (step === undefined) return [];
  if (isAdoption(step) && step.op !== "update") return adoption(step);
  if (step.op === "replace") return [replacedNamespace("istio-system", step, "system-namespace")];
  if (step.op === "delete") return [removedNamespace("istio-system", step, "system-namespace")];
  if (step.op !== "update") return [];
  const found = differing(step);
  const others = found.filter((one) => !isTold(view, one));
  if (others.length === 0 && found.length > 0) return [{ explains: [step] }];
  if (others.length > 0 && others.every(isHarmless)) {
    const marks = `istio-system: ${listed(others.map(({ path }) => path.replace(/^metadata\./, "")))}`;
    return [{ change: { id: "system-namespace", words: marks }, explains: [step] }];
  }
  const words = `istio-system: ${listed(others.length === 0 ? step.paths : others.map(({ path }) => path))}`;
  return [{ change: { id: "system-namespace", words }, risk: notUnderstood(words, step), explains: [step] }];
};

/** Whether a step is about our own fields of a namespace, and not about the namespace. */
function isAdoption({ type }: Step): boolean {
  return type.endsWith("NamespacePatch");
}

function adoption(step: Step): Finding[] {
  const words: Partial<Record<Step["op"], string>> = {
    create: "istio-system, which is there already, gets the mesh's labels and annotations",
    delete: "istio-system loses the mesh's labels and annotations, and stays",
    replace: "istio-system gets the mesh's labels and annotations anew",
  };
  const told = words[step.op];
  return told === undefined ? [] : [{ change: { id: "system-namespace", words: told }, explains: [step] }];
}

/** The namespaces of the mesh's workloads. */
export const workloadNamespaces: ClusterRule = ({ mesh, name: cluster, steps }) => {
  const isSeen = !mesh.unseen.includes(cluster);
  const ofNamespaces = steps.filter(({ subject, op }) => subject.component === "namespace" && op !== "same");
  const byName = Map.groupBy(ofNamespaces, ({ subject }) => subject.part ?? "");
  return [...byName].flatMap(([name, parts]) =>
    parts.map((step) => namespaceFinding(name, step, isSeen ? "seen" : "unseen")),
  );
};

/** @param cluster Whether the cluster was looked at: in another nobody knows which namespaces there are. */
function namespaceFinding(name: string, step: Step, cluster: "seen" | "unseen"): Finding {
  const isAdopted = isAdoption(step);
  if (step.op === "replace" && !isAdopted) return replacedNamespace(name, step, "namespace");
  if (step.op === "delete" && !isAdopted && !step.isKept) return removedNamespace(name, step, "namespace");
  const words: Partial<Record<Step["op"], string>> = {
    create:
      cluster === "unseen"
        ? `namespace ${name} is made, or gets its labels if it is there`
        : isAdopted
          ? `namespace ${name}, which is there already, gets its labels`
          : `namespace ${name} is made`,
    delete:
      isAdopted && !step.isKept
        ? `namespace ${name} loses the labels that the mesh gave it, and stays`
        : `namespace ${name} stays with its labels, and is the mesh's no longer`,
    replace: `namespace ${name} gets its labels anew`,
    update: `namespace ${name}: ${labelWords(step)}`,
  };
  const told = words[step.op];
  const said = told ?? `namespace ${name} changes`;
  const isUnderstood = told !== undefined && (step.op !== "update" || differing(step).every(isHarmless));
  return {
    change: { id: "namespace", words: said },
    ...(isUnderstood ? {} : { risk: notUnderstood(said, step) }),
    explains: [step],
  };
}

/** Injection counts for new pods alone. Of other labels somebody may go by those that were there. */
function isHarmless({ before, path }: Difference): boolean {
  if (/^metadata\.labels(\.istio-injection|\["istio\.io\/rev"\])$/.test(path)) return true;
  const isMark = /^metadata\.(labels|annotations)\b/.test(path) && !/istio\.io\/|kubernetes\.io\//.test(path);
  return isMark && before === undefined;
}

function labelWords(step: Step): string {
  const shown = (value: unknown): string => (typeof value === "string" ? value : "none");
  return listed(
    differing(step).map(({ path, before, after }) => {
      const label = path.replace(/^metadata\.(?:labels|annotations)(\.|\[")/, "").replace(/"\]$/, "");
      return `${label} ${shown(before)} to ${shown(after)}`;
    }),
  );
}

function replacedNamespace(name: string, step: Step, id: "system-namespace" | "namespace"): Finding {
  const isKept = step.isKept;
  return {
    change: { id, words: `namespace ${name} is deleted and made anew, with all that is in it` },
    risk: {
      id: "namespace-replaced",
      severity: "high",
      traffic: "interrupted",
      words: `namespace ${name} is deleted and made anew${because(step)}: ${isKept ? "Kubernetes lets no two have one name, so the update fails, or " : ""}everything in it is deleted with it.`,
      advice: "Do not merge it; find out what makes it change.",
    },
    explains: [step],
  };
}

function removedNamespace(name: string, step: Step, id: "system-namespace" | "namespace"): Finding {
  return {
    change: { id, words: `namespace ${name} is deleted, with all that is in it` },
    risk: {
      id: "namespace-removed",
      severity: "high",
      traffic: "interrupted",
      words: `namespace ${name} is deleted, and everything in it with it.`,
      advice: "Do not merge it; find out what makes it change.",
    },
    explains: [step],
  };
}

/** The way in which the program reaches a cluster. */
export const provider: ClusterRule = ({ step: stepOf, steps, mesh, name }) => {
  const step = stepOf("provider");
  if (step === undefined || step.op === "same") return [];
  if (step.op === "replace") {
    return [
      {
        change: {
          id: "provider",
          words: steps.some((other) => other !== step && other.op === "replace")
            ? "everything in it is deleted and made anew: Pulumi takes it for another cluster"
            : "Pulumi's provider of it is made anew",
        },
        risk: {
          id: "provider-replaced",
          severity: "high",
          traffic: "interrupted",
          words: `Pulumi's provider is replaced${because(step)}: Istio is uninstalled and installed anew, with its certificates and gateways.`,
          advice: "Do not merge it; find out what makes it change.",
        },
        explains: steps.filter(({ op }) => op !== "same"),
      },
    ];
  }
  if (isRenewal(step, mesh)) return [{ explains: [step] }];
  if (mesh.joining.includes(name) || mesh.leaving.includes(name)) return [{ explains: [step] }];
  if (step.op === "update") {
    return [{ change: { id: "provider", words: reached(step) }, explains: [step] }];
  }
  return [];
};

/** How a cluster is reached from now on, by what differs of its provider. */
function reached(step: Step): string {
  const paths = differing(step).map(({ path }) => path);
  const isVersionAlone = paths.length > 0 && paths.every((path) => path === "version");
  return isVersionAlone
    ? "is reached by another version of Pulumi's Kubernetes provider"
    : "is reached by another kubeconfig";
}

import { listed } from "../../../topology";
import type { ClusterRule, Finding } from "../comparison";
import { differing } from "../differing";
import type { Step } from "../read-preview";
import { because } from "./istio";

/** The namespace of the control plane. */
export const systemNamespace: ClusterRule = (view) => {
  const step = view.step("system namespace");
  if (step?.op === "replace") return [replacedNamespace("istio-system", step, "system-namespace")];
  if (step?.op !== "update") return [];
  // These follow the mesh's identity, the network and the control plane, of which other rules tell.
  const followed = /"(isthmus\.dev\/(mesh|trust-domain|cluster)|topology\.istio\.io\/(network|controlPlaneClusters))"/;
  const others = differing(step).filter(({ path }) => !followed.test(path));
  if (others.length === 0) return [{ explains: [step] }];
  return [
    {
      change: { id: "system-namespace", words: `istio-system: ${listed(others.map(({ path }) => path))}` },
      explains: [step],
    },
  ];
};

/** The namespaces of the mesh's workloads. */
export const workloadNamespaces: ClusterRule = ({ steps }) => {
  const ofNamespaces = steps.filter(({ subject, op }) => subject.component === "namespace" && op !== "same");
  const byName = Map.groupBy(ofNamespaces, ({ subject }) => subject.part ?? "");
  return [...byName].flatMap(([name, parts]) => parts.map((step) => namespaceFinding(name, step)));
};

function namespaceFinding(name: string, step: Step): Finding {
  const isAdopted = step.type.endsWith("NamespacePatch");
  if (step.op === "replace" && !isAdopted) return replacedNamespace(name, step, "namespace");
  const words: Partial<Record<Step["op"], string>> = {
    create: isAdopted ? `namespace ${name}, which is there already, gets its labels` : `namespace ${name} is made`,
    delete: isAdopted
      ? `namespace ${name} loses the labels that the mesh gave it, and stays`
      : `namespace ${name} stays, and is the mesh's no longer`,
    replace: `namespace ${name} gets its labels anew`,
    update: `namespace ${name}: ${labelWords(step)}`,
  };
  return { change: { id: "namespace", words: words[step.op] ?? `namespace ${name} changes` }, explains: [step] };
}

function labelWords(step: Step): string {
  const shown = (value: unknown): string => (typeof value === "string" ? value : "none");
  return listed(
    differing(step).map(({ path, before, after }) => {
      const label = path.replace(/^metadata\.labels(\.|\[")/, "").replace(/"\]$/, "");
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
  const isCounted = step.op === "update" && !mesh.joining.includes(name) && !mesh.leaving.includes(name);
  return [
    isCounted
      ? { change: { id: "provider", words: "is reached by another kubeconfig" }, explains: [step] }
      : { explains: [step] },
  ];
};

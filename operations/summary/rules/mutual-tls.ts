import type { ClusterRule, ClusterView, Finding } from "../comparison";
import type { Risk } from "../model";
import type { Properties } from "../properties";
import type { Step } from "../read-preview";
import { notUnderstood } from "./not-understood";

/** What takes calls in plain text, and what does not; `none`: nothing says it, which Istio takes for permissive. */
type Mode = "strict" | "permissive" | "none";

/** Whose workloads a policy is about. */
interface Scope {
  readonly whose: string;
  readonly before: Mode;
  readonly after: Mode;
}

/** How workloads take calls. The policies stand where an istiod's configuration does, for all clusters that it serves. */
export const mutualTls: ClusterRule = (view) => {
  const ofAll = view.steps.filter(({ op, subject }) => subject.component === "mutual TLS" && op !== "same");
  return ofAll.map((step) => (step.op === "replace" ? replaced(step) : changed(view, step)));
};

function replaced(step: Step): Finding {
  const words = "how workloads take calls is deleted and made anew";
  return { change: { id: "mutual-tls", words }, risk: notUnderstood(words, step), explains: [step] };
}

function changed(view: ClusterView, step: Step): Finding {
  const { whose, before, after } = scopeOf(view, step);
  const words = `${whose} take calls ${ways[after]}, and so far ${ways[before]}`;
  const change = { id: "mutual-tls", words } as const;
  const leads = view.mesh.plan.controlPlanes.some(({ configCluster }) => configCluster === view.name);
  // Without an istiod's configuration here nothing goes by it: that other rules tell.
  if (!leads)
    return {
      change: { id: "mutual-tls", words: "another cluster says how its workloads take calls" },
      explains: [step],
    };
  if (takesPlainText(before) === takesPlainText(after)) {
    const same = `${whose} take calls ${ways[after]}, as before`;
    return { change: { id: "mutual-tls", words: same }, explains: [step] };
  }
  return { change, risk: takesPlainText(before) ? required(whose) : weakened(whose), explains: [step] };
}

const ways: Readonly<Record<Mode, string>> = {
  strict: "by mutual TLS alone",
  permissive: "in plain text too",
  none: "in plain text too",
};

function takesPlainText(mode: Mode): boolean {
  return mode !== "strict";
}

function required(whose: string): Omit<Risk, "clusters"> {
  return {
    id: "mutual-tls-required",
    severity: "high",
    traffic: "interrupted",
    words: `${whose} take calls by mutual TLS alone from now on: calls in plain text, from outside the mesh and from pods without a sidecar, are refused.`,
    advice:
      "Look first who calls them in plain text (Istio's metrics: connection_security_policy none); give those a sidecar, or their namespace `mtls: permissive`.",
  };
}

function weakened(whose: string): Omit<Risk, "clusters"> {
  return {
    id: "mutual-tls-weakened",
    severity: "medium",
    traffic: "not-interrupted",
    words: `${whose} take calls in plain text too from now on: who calls need not show who it is, and what is said can be read on the way.`,
    advice: "See that it is meant, and for as few namespaces as possible.",
  };
}

/** What counts for the workloads that a step is about, before it and after. */
function scopeOf(view: ClusterView, step: Step): Scope {
  const ofMesh = modesOfMesh(view);
  const { part } = step.subject;
  if (part === undefined) return { whose: "workloads", ...ofMesh };
  return {
    whose: `workloads ${part}`,
    before: modeIn(step.before) ?? ofMesh.before,
    after: modeIn(step.after) ?? ofMesh.after,
  };
}

function modesOfMesh({ formerName, mesh, steps }: ClusterView): Pick<Scope, "before" | "after"> {
  const step = steps.find(({ subject }) => subject.component === "mutual TLS" && subject.part === undefined);
  const said = mesh.last.mesh.mtls ?? "none";
  if (step === undefined || step.op === "same") return { before: said, after: said };
  // Where no configuration was, workloads went by that of another cluster, which had the same.
  const led = Object.values(mesh.last.controlPlanes).some(({ configCluster }) => configCluster === formerName);
  return { before: modeIn(step.before) ?? (led ? "none" : said), after: modeIn(step.after) ?? "none" };
}

function modeIn(properties: Properties | undefined): Mode | undefined {
  const spec = properties?.["spec"] as { readonly mtls?: { readonly mode?: unknown } } | undefined;
  const mode = spec?.mtls?.mode;
  return mode === "STRICT" ? "strict" : mode === "PERMISSIVE" ? "permissive" : undefined;
}

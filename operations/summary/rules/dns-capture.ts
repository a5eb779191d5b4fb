import { capturesDnsOf, dnsCaptureMetadata } from "../../../topology";
import type { ClusterRule, ClusterView, Finding } from "../comparison";
import { differing } from "../differing";
import type { Risk } from "../model";
import { at, textAt, type Properties } from "../properties";
import type { Step } from "../read-preview";
import { isNewNamespace } from "./new-namespace";
import { notUnderstood } from "./not-understood";

/** Sidecars begin to answer DNS, or cease to; those that run do as they did. */
export const dnsCapture: ClusterRule = (view) => [...ofMesh(view), ...ofNamespaces(view)];

/** Whether sidecars answer DNS. */
interface Capture {
  readonly before: boolean;
  readonly after: boolean;
}

/** What the mesh has for all pods. */
function ofMesh(view: ClusterView): Finding[] {
  const capture = captureIn(view.step("istiod"));
  if (capture === undefined || capture.before === capture.after) return [];
  if (capture.after)
    return [
      {
        change: { id: "dns-capture", words: "sidecars that start from now on answer DNS, and so know global names" },
        risk: needRestart("pods"),
        explains: [],
      },
    ];
  const words = `sidecars that start from now on answer no DNS, and so know ${nothing}`;
  return [{ change: { id: "dns-capture", words }, risk: ceases(words), explains: [] }];
}

/** What namespaces have otherwise. The ProxyConfigs stand where an istiod's configuration does. */
function ofNamespaces(view: ClusterView): Finding[] {
  return view.steps
    .filter(({ op, subject }) => subject.component === "DNS capture" && op !== "same")
    .map((step) => ({ ...ofNamespace(view, step), explains: [step] }));
}

function ofNamespace(view: ClusterView, step: Step): Omit<Finding, "explains"> {
  const { part = "" } = step.subject;
  const whose = `pods ${part}`;
  const told = (words: string, risk?: FoundRisk): Omit<Finding, "explains"> => ({
    change: { id: "dns-capture", words },
    ...(risk === undefined ? {} : { risk }),
  });
  const capture = captureOfMesh(view);
  // Without an istiod's configuration here nothing goes by it.
  if (capture === undefined) return told("another cluster says whether its sidecars answer DNS");
  const isUnderstood = ["create", "delete"].includes(step.op) || isOfVariable(step);
  if (!isUnderstood) {
    const words = `whether the sidecars of ${whose} answer DNS changes`;
    return told(words, notUnderstood(words, step));
  }
  const before = capturesIn(step.before) ?? capture.before;
  const after = capturesIn(step.after) ?? capture.after;
  if (before === after) return told(`${whose} answer ${after ? "DNS" : "no DNS"} by their sidecars, as before`);
  const isNew = isNewNamespace(view, part.replace(/^of /, ""));
  if (after) {
    const words = `${whose} answer DNS by their sidecars from their next start, and so know global names, and Services that stand in other clusters only`;
    return told(words, isNew ? undefined : needRestart(whose));
  }
  const words = `${whose} answer no DNS by their sidecars from their next start, and so know ${nothing}`;
  return told(words, isNew ? undefined : ceases(words));
}

type FoundRisk = Omit<Risk, "clusters">;

const nothing = "no global names, and no Services that stand in other clusters only";

function needRestart(whose: string): FoundRisk {
  return {
    id: "global-names-need-restart",
    severity: "medium",
    traffic: "not-interrupted",
    words: `${whose} that run do not know global names until they are restarted: their sidecars answer no DNS.`,
    advice: "Restart after the update what calls global names, for example by `kubectl rollout restart`.",
  };
}

function ceases(words: string): FoundRisk {
  return {
    id: "global-names-need-restart",
    severity: "medium",
    traffic: "not-known",
    words: `${words}: a pod that is restarted finds them no more, unless its annotations ask for it.`,
    advice: "See that all that call such names have the annotation.",
  };
}

/** What the istiod that takes its configuration from here does by itself; undefined where none does. */
function captureOfMesh({ mesh, name }: ClusterView): Capture | undefined {
  const { plan, preview } = mesh;
  const controlPlane = plan.controlPlanes.find(({ configCluster }) => configCluster === name);
  if (controlPlane === undefined) return undefined;
  const istiod = preview.steps.find(
    ({ subject }) => subject.cluster === controlPlane.name && subject.component === "istiod",
  );
  const planned = capturesDnsOf(plan, controlPlane);
  return captureIn(istiod) ?? { before: planned, after: planned };
}

/** What an update of istiod changes of it, where its values are known. */
function captureIn(istiod: Step | undefined): Capture | undefined {
  if (istiod?.op !== "update") return undefined;
  if (at(istiod.before, "values") === undefined || at(istiod.after, "values") === undefined) return undefined;
  const path = ["values", "meshConfig", "defaultConfig", "proxyMetadata", dnsCaptureMetadata];
  const [before, after] = [istiod.before, istiod.after].map((properties) => textAt(properties, ...path) === "true");
  return { before: before === true, after: after === true };
}

/** What a ProxyConfig says; undefined where there is none. */
function capturesIn(proxyConfig: Properties | undefined): boolean | undefined {
  const text = textAt(proxyConfig, "spec", "environmentVariables", dnsCaptureMetadata);
  return text === undefined ? undefined : text === "true";
}

function isOfVariable(step: Step): boolean {
  return (
    step.op === "update" &&
    differing(step).every(({ path }) => path === `spec.environmentVariables.${dnsCaptureMetadata}`)
  );
}

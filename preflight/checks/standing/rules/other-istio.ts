import {
  matchesLabels,
  releaseNamespaceAnnotation,
  systemNamespace,
  type Labels,
  type Problem,
} from "../../../../topology";
import type { Injector, ObjectMetadata, StandingFacts } from "../facts";
import { kubectl } from "../kubectl";
import { providerOf } from "../provider";
import { systemOwner, type StandingRule } from "./rule";

/** Labels of a namespace, and of a pod in it, that our injector answers for. */
interface Subject {
  readonly namespace: Labels;
  readonly pod: Labels;
}

/**
 * Injectors and istiods that are not this mesh's. One that wants the same pods is refused, unless the mesh stands already,
 * as far as can be seen: then both have found their ways, and an update of ours makes nothing worse. A cluster that only runs
 * a control plane for others may have a mesh of its own.
 */
export const otherIstio: StandingRule = (facts) => {
  const isOfMesh = facts.cluster !== undefined;
  const injectors = (facts.injectors ?? []).filter(
    (injector) => isForeign(facts, injector, injector.services) && (isOfMesh || isPlain(facts, injector)),
  );
  const istiods = (isOfMesh ? (facts.istiods ?? []) : []).filter((istiod) =>
    isForeign(facts, istiod, [istiod.namespace]),
  );
  const mayStand = ["ours", "unread"].includes(systemOwner(facts));
  const fights = {
    injectors: injectors.filter((injector) => isPlain(facts, injector) || fightsFor(injector, subjectsOf(facts))),
    istiods: istiods.filter(({ labels }) => (labels["istio.io/rev"] ?? "default") === "default"),
  };
  const besides = {
    injectors: injectors.filter((injector) => !fights.injectors.includes(injector)),
    istiods: istiods.filter((istiod) => !fights.istiods.includes(istiod)),
  };
  const rivals = rivalry(facts, fights);
  return {
    problems: mayStand ? [] : rivals,
    warnings: [...(mayStand ? rivals : []), ...neighbours(facts, besides)],
  };
};

interface Foreign {
  readonly injectors: readonly Injector[];
  readonly istiods: readonly ObjectMetadata[];
}

/**
 * What belongs to the system namespace is ours where that is; where it is another's, or may not be read, the namespace
 * itself is what is to be said.
 */
function isForeign(
  facts: StandingFacts,
  { annotations, namespace }: ObjectMetadata,
  asked: readonly string[],
): boolean {
  const owner = annotations[releaseNamespaceAnnotation];
  const isOfSystem = namespace === systemNamespace || owner === systemNamespace || asked.includes(systemNamespace);
  return !isOfSystem || isFree(facts);
}

/** Where no Istio is in the system namespace, an injector of the chart's plain name is in the way of ours. */
function isPlain(facts: StandingFacts, { name }: Injector): boolean {
  return isFree(facts) && name === "istio-sidecar-injector";
}

function isFree(facts: StandingFacts): boolean {
  return ["absent", "prepared"].includes(systemOwner(facts));
}

/** What our injector answers for: the default revision, and the namespaces of the configuration. */
function subjectsOf({ cluster, namespaces }: StandingFacts): Subject[] {
  if (cluster === undefined) return [];
  return [
    { namespace: { "istio-injection": "enabled" }, pod: {} },
    { namespace: { "istio.io/rev": "default" }, pod: {} },
    { namespace: {}, pod: { "sidecar.istio.io/inject": "true" } },
    ...namespaces
      .filter(({ labels }) => labels["istio-injection"] === "enabled")
      .map(({ name, object, labels }) => ({
        namespace: { ...object.metadata.labels, ...labels, "kubernetes.io/metadata.name": name },
        pod: {},
      })),
  ];
}

function fightsFor({ selectors }: Injector, subjects: readonly Subject[]): boolean {
  return subjects.some((subject) =>
    selectors.some(
      ({ namespaces, pods }) => matchesLabels(namespaces, subject.namespace) && matchesLabels(pods, subject.pod),
    ),
  );
}

function rivalry(facts: StandingFacts, foreign: Foreign): Problem[] {
  const found = wordsOf(facts, foreign);
  if (found.length === 0) return [];
  const hasLiving = foreign.istiods.length > 0 || foreign.injectors.some((one) => !isLeft(facts, one));
  return [
    {
      path: facts.site.path,
      expected: "no other Istio in the cluster",
      found: found.join(", "),
      fix: [...(hasLiving ? [uninstall(foreign)] : []), ...removal(facts, foreign)].join(" "),
    },
  ];
}

function neighbours(facts: StandingFacts, foreign: Foreign): Problem[] {
  const found = wordsOf(facts, foreign);
  if (found.length === 0) return [];
  const shared =
    "Both keep a ConfigMap istio-ca-root-cert in every namespace, each with its own root: give each its namespaces by meshConfig.discoverySelectors " +
    `(here ${facts.site.path}.values.istiod.meshConfig.discoverySelectors), and no namespace the labels of both.`;
  const hasLiving = foreign.istiods.length > 0 || foreign.injectors.some((one) => !isLeft(facts, one));
  return [
    {
      path: facts.site.path,
      expected: "no other Istio in the cluster",
      found: `${found.join(", ")}, for namespaces of other labels`,
      fix: [...(hasLiving ? [shared] : []), ...removal(facts, foreign)].join(" "),
    },
  ];
}

function wordsOf(facts: StandingFacts, { injectors, istiods }: Foreign): string[] {
  return [
    ...injectors.map((injector) => {
      const namespace = injector.annotations[releaseNamespaceAnnotation] ?? injector.services[0];
      const of = namespace === undefined ? "" : ` of the namespace ${namespace}`;
      const left = isLeft(facts, injector) ? ", whose istiod is gone" : "";
      return `a webhook ${injector.name}${of}${provided(injector)}${left}`;
    }),
    ...istiods.map((istiod) => {
      const revision = istiod.labels["istio.io/rev"] ?? "default";
      return `an istiod ${istiod.namespace}/${istiod.name} of the revision ${revision}${provided(istiod)}`;
    }),
  ];
}

function provided(object: ObjectMetadata & { readonly urls?: readonly string[] }): string {
  const provider = providerOf(object);
  return provider === undefined ? "" : ` (${provider.name})`;
}

/** Whether an injector asks a Service in a namespace that has no istiod: pods that it answers for cannot be made. */
function isLeft({ istiods }: StandingFacts, { services, urls }: Injector): boolean {
  if (istiods === undefined || urls.length > 0 || services.length === 0) return false;
  return !istiods.some(({ namespace }) => services.includes(namespace));
}

function uninstall({ injectors, istiods }: Foreign): string {
  const ways = [...injectors, ...istiods].flatMap((one) => providerOf(one)?.wayOff ?? []);
  const [way = "uninstall the other Istio when no workload needs it any more"] = ways;
  return (
    `Choose another cluster, or ${way}, or have it leave the labels istio-injection=enabled and istio.io/rev=default to this mesh ` +
    "(a revision of its own, and no tag default)."
  );
}

function removal(facts: StandingFacts, { injectors }: Foreign): string[] {
  const left = injectors.filter((injector) => isLeft(facts, injector)).map(({ name }) => name);
  if (left.length === 0) return [];
  return [`Remove what was left behind: ${kubectl(facts.site, "delete", "mutatingwebhookconfiguration", ...left)}.`];
}

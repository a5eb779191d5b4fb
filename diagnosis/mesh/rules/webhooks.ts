import { systemNamespace } from "../../../topology";
import { seenClusters, seenOf } from "../clusters";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot, WebhookSeen } from "../snapshot";
import { injectionLabels, isInjecting } from "./injection";

const restore = "Run `isthmus drift --repair`, which puts back what a release has lost.";

/** Clusters without a webhook by which pods get their sidecars. */
export function missingInjectors(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts, seen: { webhooks } }) =>
    webhooks === undefined || webhooks.some(({ kind }) => kind === "injector")
      ? []
      : [
          {
            clusters: [facts.name],
            found: "no sidecar injector is configured, so that new pods get no sidecar and gateways no proxy",
            proof: ["no MutatingWebhookConfiguration is labelled app=sidecar-injector"],
            fix: restore,
          },
        ],
  );
}

/** Namespaces of the mesh's workloads that are labelled as they are to be, and of whose pods no injector is told. */
export function deafInjectors(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts: { name: cluster }, seen: { namespaces = [], webhooks = [] } }) => {
    const injectors = webhooks.filter(({ kind }) => kind === "injector");
    if (injectors.length === 0 || injectors.some((one) => one.namespaces === undefined)) return [];
    const deaf = snapshot.mesh.namespaces.filter(({ labels, name }) => {
      const found = namespaces.find((namespace) => namespace.name === name);
      const isLabelled = injectionLabels.every((label) => found?.labels[label] === labels[label]);
      return isInjecting(labels) && isLabelled && !injectors.some((one) => one.namespaces?.includes(name));
    });
    if (deaf.length === 0) return [];
    const names = deaf.map(({ name }) => name).join(", ");
    return [
      {
        clusters: [cluster],
        found: `no sidecar injector is told of new pods of ${names}, so that they get no sidecar`,
        proof: [
          ...configurationsOf(injectors, () => `the selectors of its webhooks do not take the pods of ${names}`),
          ...deaf.map(({ labels, name }) => `namespace ${name}: ${injectionWords(labels)}`),
        ],
        fix: "Run `isthmus drift --repair`, which puts the webhooks back; where a revision is asked for that no injector has, name one in the mesh's file that there is.",
      },
    ];
  });
}

/** Other namespaces that ask for sidecars, by a revision that is gone for one, and of whose pods no injector is told. */
export function unheardNamespaces(snapshot: MeshSnapshot): MeshFinding[] {
  const ofMesh = new Set(snapshot.mesh.namespaces.map(({ name }) => name));
  return seenClusters(snapshot).flatMap(({ facts: { name: cluster }, seen: { namespaces = [], webhooks = [] } }) => {
    const injectors = webhooks.filter(({ kind }) => kind === "injector");
    if (injectors.length === 0 || injectors.some((one) => one.namespaces === undefined)) return [];
    const heard = new Set(injectors.flatMap((one) => one.namespaces ?? []));
    const unheard = namespaces.filter(
      ({ labels, name }) => isInjecting(labels) && name !== systemNamespace && !ofMesh.has(name) && !heard.has(name),
    );
    if (unheard.length === 0) return [];
    return [
      {
        clusters: [cluster],
        found: `no sidecar injector is told of new pods of ${unheard.map(({ name }) => name).join(", ")}, though the labels ask for sidecars`,
        proof: unheard.map(({ labels, name }) => `namespace ${name}: ${injectionWords(labels)}`),
        fix: "Label it for a revision that there is (`kubectl get mutatingwebhookconfigurations --selector app=sidecar-injector --show-labels`), or take the label off where no sidecar is meant; then restart its pods.",
      },
    ];
  });
}

function injectionWords(labels: Readonly<Record<string, string>>): string {
  return injectionLabels
    .flatMap((label) => (labels[label] === undefined ? [] : [`${label}=${labels[label]}`]))
    .join(", ");
}

/** Webhooks that ask a Service that is not there. */
export function webhooksWithoutService(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts, seen: { otherIstiods = [], system, webhooks = [] } }) => {
    if (system === undefined) return [];
    const names = new Set(system.services.map(({ metadata }) => metadata?.name));
    const lost = webhooks.filter(({ service }) => {
      if (service === undefined) return false;
      if (service.namespace === systemNamespace) return !names.has(service.name);
      // What another mesh's are to ask is that one's.
      return otherIstiods.every(({ namespace }) => namespace !== service.namespace);
    });
    if (lost.length === 0) return [];
    return [
      {
        clusters: [facts.name],
        found: "the API server is to ask an istiod at a Service that is not there",
        proof: configurationsOf(lost, ({ service }) => `asks ${service?.namespace ?? ""}/${service?.name ?? ""}`),
        fix: restore,
      },
    ];
  });
}

/** Webhooks by whose certificate authority the API server does not trust the istiod that it asks. */
export function distrustedWebhooks(snapshot: MeshSnapshot): MeshFinding[] {
  return seenClusters(snapshot).flatMap(({ facts, seen }) => {
    const roots = rootsFor(snapshot, facts.controlPlane, seen);
    const wrong = (seen.webhooks ?? []).filter(({ authorities, failurePolicy, kind }) => {
      // A validator that may be passed over stops nobody, and waits for its istiod.
      if (kind === "validator" && failurePolicy !== "Fail") return false;
      return authorities.length === 0 || (roots.length > 0 && !authorities.some((one) => roots.includes(one)));
    });
    if (wrong.length === 0) return [];
    const isEmpty = wrong.every(({ authorities }) => authorities.length === 0);
    return [
      {
        clusters: [facts.name],
        found: `the API server does not trust the istiod that it asks about new pods and configuration: the caBundle is ${isEmpty ? "empty" : "another authority's"}`,
        proof: [
          ...configurationsOf(wrong, ({ authorities, failurePolicy }) => {
            return `caBundle ${authorities.length === 0 ? "empty" : `SHA-256 ${authorities.join(", ")}`}, failurePolicy ${failurePolicy}`;
          }),
          ...roots.map((root) => `istiod signs under SHA-256 ${root}`),
        ],
        fix: `Restart istiod, which fills it in when it serves: \`kubectl --namespace ${systemNamespace} rollout restart deployment istiod\` where it runs. Where it is wrong again soon, another tool puts it back.`,
      },
    ];
  });
}

/** What the istiod that serves a cluster may be trusted by. */
function rootsFor(snapshot: MeshSnapshot, controlPlane: string, seen: ClusterSnapshot): readonly string[] {
  const published = seenOf(snapshot, controlPlane)?.publishedRoots ?? [];
  const all = [...published, ...(seen.publishedRoots ?? [])].map(({ fingerprint }) => fingerprint);
  return [...new Set(all)];
}

/** A line for each configuration: of its webhooks all are alike, mostly. */
function configurationsOf(webhooks: readonly WebhookSeen[], words: (webhook: WebhookSeen) => string): string[] {
  return [...new Set(webhooks.map((webhook) => `${webhook.configuration}: ${words(webhook)}`))];
}

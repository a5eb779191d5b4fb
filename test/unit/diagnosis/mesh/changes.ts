import assert from "node:assert/strict";
import type { ClusterSnapshot, LocalityRuleSeen, Snapshot } from "../../../../diagnosis";
import type { MeshConfig } from "../../../../topology";
import { twoPrimaries } from "../../../support/plans";
import { changedSystem, healthy } from "./healthy";

/** The mesh of two primaries that is changed. */
export const mesh: MeshConfig = { ...twoPrimaries, namespaces: { shop: {} } };

/** What is changed of a cluster. */
export type Change = (cluster: ClusterSnapshot) => object;

/** Several changes, one after the other. */
export const both =
  (...changes: readonly Change[]): Change =>
  (cluster) =>
    changes.reduce<ClusterSnapshot>((before, change) => ({ ...before, ...change(before) }), cluster);

/** A pod of a Deployment that runs and is not ready, or is not there at all. */
export const notReady = (name: string, what: "pod" | "scaled"): Change =>
  changedSystem(({ deployments, pods, replicaSets }) => ({
    deployments: deployments.map((one) =>
      one.metadata?.name === name && what === "scaled" ? { ...one, spec: { replicas: 0 } } : one,
    ),
    replicaSets: replicaSets.map((one) =>
      one.metadata?.name === `${name}-1` ? { ...one, status: { replicas: 1, readyReplicas: 0 } } : one,
    ),
    pods: pods.flatMap((pod) => {
      if (pod.metadata?.name !== `${name}-1-a`) return [pod];
      return what === "scaled" ? [] : [{ ...pod, status: { conditions: [{ type: "Ready", status: "False" }] } }];
    }),
  }));

/** The gateway's Service, changed. */
export const gatewayService = (change: (service: Snapshot["services"][number]) => object): Change =>
  changedSystem(({ services }) => ({
    services: services.map((one) =>
      one.metadata?.name === "istio-eastwestgateway" ? { ...one, ...change(one) } : one,
    ),
  }));

/** An istiod that has not read the cluster that it is to read. */
export const unsynced: Change = ({ istiods = [] }) => ({
  istiods: istiods.map((one) => ({
    ...one,
    remotes: (one.remotes ?? []).map((remote) => ({ ...remote, syncStatus: "timeout" })),
    lines: { west: ["error cluster west: connection refused"] },
  })),
});

/** The CA that an istiod is given, changed. */
export const authority =
  (change: (given: Exclude<ClusterSnapshot["authority"], undefined | "none">) => object): Change =>
  (cluster) => {
    if (cluster.authority === undefined || cluster.authority === "none") throw new RangeError("no CA is known");
    return { authority: { ...cluster.authority, ...change(cluster.authority) } };
  };

/** A certificate that ended the day before. */
export const expired = { notAfter: "2026-11-29T10:00:00.000Z" };

/** All rights. */
export const everything = { groups: ["*"], resources: ["*"], verbs: ["*"] };

/** An istiod of a former release. */
export const olderIstiod: Change = changedSystem(({ pods }) => ({
  pods: pods.map((pod) =>
    pod.metadata?.name === "istiod-1-a"
      ? { ...pod, spec: { containers: [{ name: "discovery", image: "example.com:5000/istio/pilot:1.30.0" }] } }
      : pod,
  ),
}));

/** What is read of a cluster, part by part. */
export const parts = [
  "system",
  "namespaces",
  "webhooks",
  "meshConfig",
  "publishedRoots",
  "authority",
  "accountTokens",
  "remoteKubeconfigs",
  "policies",
  "istiods",
  "apiServer",
  "dns",
  "accountRights",
  "networkPolicies",
  "services",
  "podsWithoutSidecar",
  "proxyCertificates",
  "localities",
  "clockAheadMs",
  "membership",
  "revisionMeshConfigs",
  "otherIstiods",
  "istiodEndpoints",
];

/** An account with these rights and no others. */
export function rightsOf(account: string, rights: readonly (typeof everything)[]): Change {
  return ({ accountRights = [] }) => ({
    accountRights: accountRights.map((one) => (one.account === account ? { account, rights } : one)),
  });
}

/** A new ReplicaSet of a Deployment whose image nobody has, beside the pods of before. */
export function newImage(name: string): Change {
  return changedSystem(({ pods, replicaSets }) => ({
    replicaSets: [
      ...replicaSets,
      {
        metadata: {
          name: `${name}-2`,
          uid: `${name}-2`,
          annotations: { "deployment.kubernetes.io/revision": "2" },
          ownerReferences: [{ kind: "Deployment", name, uid: name }],
        },
        status: { replicas: 1, readyReplicas: 0 },
      },
    ],
    pods: [
      ...pods,
      {
        metadata: {
          name: `${name}-2-a`,
          ownerReferences: [{ kind: "ReplicaSet", name: `${name}-2`, uid: `${name}-2` }],
        },
        status: {
          containerStatuses: [
            { name: "a", state: { waiting: { reason: "ErrImagePull", message: "manifest unknown" } } },
          ],
        },
      },
    ],
  }));
}

/** A NetworkPolicy in the place of the one that lets all through. */
export function networkPolicy(policy: object): Change {
  return () => ({ networkPolicies: [{ name: "narrow", ...policy }] });
}

/** What an istiod answers, changed. */
export function istiodSaying(words: object): Change {
  return ({ istiods = [] }) => ({ istiods: istiods.map((one) => ({ ...one, ...words })) });
}

/** The webhook that injects sidecars. */
export function injector(): NonNullable<ClusterSnapshot["webhooks"]>[number] {
  const found = healthy(mesh).clusters[0]?.webhooks?.[0];
  assert.ok(found);
  return found;
}

/** An AuthorizationPolicy for all workloads. */
export function policy(
  action: string,
  rules: "none" | "every",
): NonNullable<ClusterSnapshot["policies"]>["authorizationPolicies"][number] {
  return { namespace: "istio-system", name: "all", action, scope: "all", rules };
}

/** A DestinationRule of shop for the Service there, that says something of localities. */
export function localityRule(change: Partial<LocalityRuleSeen> = {}): LocalityRuleSeen {
  return { namespace: "shop", name: "near", host: "basket", hasOutlierDetection: false, ...change };
}

/**
 * The six most common reasons for which a first update fails, by which istiod's pods do not come up. Three at once, each in
 * a cluster of its own.
 */

export type FailingCluster = "east" | "west" | "north";

/** Something that keeps istiod in one cluster. */
export interface FirstFailure {
  readonly name: string;
  readonly cluster: FailingCluster;
  /** Values of its istiod. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What stands in the cluster before, in the order in which it is made. Needs the namespace istio-system. */
  readonly objects: readonly object[];
  /** Labels of the namespace istio-system. */
  readonly namespaceLabels: readonly string[];
  /** What is told of it. */
  readonly told: RegExp;
}

const nothing = { values: {}, objects: [], namespaceLabels: [] } as const;

/** Denies istiod's pods, as a company's policy would. */
const denial = (kind: string, spec: object): object => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  metadata: { name: "owners.example.com" },
  spec,
});

/** What is wrong with the configuration. */
export const wrongValues: readonly FirstFailure[] = [
  {
    ...nothing,
    name: "image",
    cluster: "east",
    values: { image: "lab.local/nothere/pilot:lab" },
    told: /east .*istiod 0\/1: cannot pull lab\.local\/nothere\/pilot:lab/,
  },
  {
    ...nothing,
    name: "crash",
    cluster: "west",
    values: { extraContainerArgs: ["nonsense"] },
    told: /west .*istiod 0\/1: container discovery crashes \(exit code \d+, .*accepts 0 arg/,
  },
  {
    ...nothing,
    name: "no room",
    cluster: "north",
    values: { resources: { requests: { cpu: "100" } } },
    told: /north .*istiod 0\/1: no node takes pod istiod-\S+ \(0\/1 nodes are available: 1 Insufficient cpu/,
  },
];

/** What the clusters do not allow. */
export const denials: readonly FirstFailure[] = [
  {
    ...nothing,
    name: "PodSecurity",
    cluster: "east",
    namespaceLabels: ["pod-security.kubernetes.io/enforce=restricted"],
    told: /east .*istiod 0\/1: its pods violate the namespace's PodSecurity level restricted/,
  },
  {
    ...nothing,
    name: "policy",
    cluster: "west",
    objects: [
      denial("ValidatingAdmissionPolicy", {
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
        },
        validations: [
          { expression: "has(object.metadata.labels) && 'owner' in object.metadata.labels", message: "no owner" },
        ],
      }),
      denial("ValidatingAdmissionPolicyBinding", { policyName: "owners.example.com", validationActions: ["Deny"] }),
    ],
    told: /west .*istiod 0\/1: the ValidatingAdmissionPolicy owners\.example\.com denies its pods \(no owner\)/,
  },
  {
    ...nothing,
    name: "quota",
    cluster: "north",
    objects: [
      {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "none", namespace: "istio-system" },
        spec: { hard: { pods: "0" } },
      },
    ],
    told: /north .*istiod 0\/1: its pods exceed the quota none/,
  },
];

import { istiodAccount, systemNamespace } from "../../../topology";
import { seenClusters, seenControlPlanes } from "../clusters";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot } from "../snapshot";
import type { AccountRightsSeen } from "../surroundings";

/** Something that an account must be allowed to do. */
type Need = readonly [verb: string, resource: string, group: string];

/** Without these an istiod knows no workloads of a cluster (istio, chart istio-discovery, reader-clusterrole.yaml). */
const readerNeeds: readonly Need[] = [
  ["list", "services", ""],
  ["list", "pods", ""],
  ["list", "namespaces", ""],
  ["list", "nodes", ""],
  ["list", "endpointslices", "discovery.k8s.io"],
];

/** Without these an istiod does not serve its own cluster (istio, chart istio-discovery, clusterrole.yaml). */
const istiodNeeds: readonly Need[] = [
  ...readerNeeds,
  ["patch", "mutatingwebhookconfigurations", "admissionregistration.k8s.io"],
  ["create", "tokenreviews", "authentication.k8s.io"],
  ["update", "configmaps", ""],
];

const restore =
  "Run `isthmus drift`: it says the `helm upgrade` that makes the role and its binding anew from the chart. Nothing puts them back by what stands in the cluster, since that would give rights by it.";

/** Istiods that may not do in their own cluster what they are there for. */
export function istiodsWithoutRights(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts, seen }) => {
    // One that runs outside the mesh's clusters goes by an account of the cluster that it serves.
    if (facts.kind !== "primary") return [];
    // Others may have given theirs another account.
    const isOfOurs = snapshot.mesh.origin !== "clusters";
    const hasRights = seen.accountRights?.some(({ account, rights }) => account === istiodAccount && rights.length > 0);
    if (!isOfOurs && hasRights !== true) return [];
    return lacking(seen, istiodAccount, istiodNeeds).map((missing) => ({
      clusters: [facts.name],
      found: `istiod lacks rights in its own cluster: ${missing.join(", ")}`,
      proof: [
        `ServiceAccount ${istiodAccount} of ${systemNamespace}: no ClusterRole that is bound to it lets it ${missing[0] ?? ""}`,
      ],
      fix: restore,
    }));
  });
}

/** Accounts by which a cluster is read by istiods of others, and that may not read there what those need. */
export function readersWithoutRights(snapshot: MeshSnapshot): MeshFinding[] {
  const controlPlanes = seenControlPlanes(snapshot);
  return seenClusters(snapshot).flatMap(({ facts: { name }, seen }) => {
    const tokens = controlPlanes.flatMap(({ seen: { remoteKubeconfigs = [] } }) =>
      remoteKubeconfigs.flatMap(({ isLabelled, key, token }) => (key === name && isLabelled ? (token ?? []) : [])),
    );
    const used = (seen.accountTokens ?? []).filter(({ token }) => token !== undefined && tokens.includes(token));
    return [...new Set(used.map(({ account }) => account))].flatMap((account) =>
      lacking(seen, account, readerNeeds).map((missing) => ({
        clusters: [name],
        found: `the account by which istiods of other clusters read ${name} may not: ${missing.join(", ")}`,
        proof: [
          `ServiceAccount ${account} of ${systemNamespace}: no ClusterRole that is bound to it lets it ${missing[0] ?? ""}`,
        ],
        fix: restore,
      })),
    );
  });
}

/** What an account may not do of what it must, in words; nothing where that is all, or not known. */
function lacking({ accountRights }: ClusterSnapshot, account: string, needs: readonly Need[]): string[][] {
  const seen = accountRights?.find((one) => one.account === account);
  if (seen === undefined) return [];
  const missing = needs.filter((need) => !allows(seen, need)).map(([verb, resource]) => `${verb} ${resource}`);
  return missing.length === 0 ? [] : [missing];
}

function allows({ rights }: AccountRightsSeen, [verb, resource, group]: Need): boolean {
  const has = (names: readonly string[], name: string): boolean => names.includes(name) || names.includes("*");
  return rights.some(
    ({ groups, resources, verbs }) => has(groups, group) && has(resources, resource) && has(verbs, verb),
  );
}

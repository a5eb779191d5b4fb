import { eastWestGatewayName, releaseNameAnnotation, systemNamespace } from "../../../topology";
import { formatCause } from "../../cause";
import type { Deployment, Pod } from "../../objects";
import { causesOf } from "../../rules";
import type { Snapshot } from "../../snapshot";
import { seenControlPlanes } from "../clusters";
import type { MeshFinding } from "../finding";
import type { MeshSnapshot } from "../snapshot";

/** Pods and Deployments of istiod (istiod chart). */
const istiodLabel = "istiod";

/** Clusters that are to run an istiod and have none. */
export function missingIstiods(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts, seen: { system } }) =>
    system === undefined || istiodsIn(system).length > 0
      ? []
      : [
          {
            clusters: [facts.name],
            found: "no istiod is installed",
            proof: [`no Deployment of ${systemNamespace} is labelled app=${istiodLabel}`],
            fix: "Run `isthmus drift --repair`, which puts back what a release has lost; where the release itself is gone, `isthmus up --refresh`.",
          },
        ],
  );
}

/** Istiods without a pod that is ready. */
export function istiodsDown(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts, seen: { system } }) => {
    if (system === undefined) return [];
    const istiods = istiodsIn(system);
    if (istiods.length === 0 || podsLabelled(system, { app: istiodLabel }).some(isReady)) return [];
    return [{ clusters: [facts.name], ...whyNotReady(system, istiods, "istiod") }];
  });
}

/** Why no pod of some Deployments is ready, by the rules for what an update waits for. */
export function whyNotReady(
  system: Snapshot,
  deployments: readonly Deployment[],
  what: string,
): Pick<MeshFinding, "found" | "proof" | "fix"> {
  const stopped = deployments.filter(({ spec }) => spec?.replicas === 0).map(({ metadata }) => metadata?.name ?? "");
  if (deployments.length > 0 && stopped.length === deployments.length) {
    return {
      found: `${what} is scaled to no pod at all`,
      proof: stopped.map((name) => `Deployment ${name}: spec.replicas is 0`),
      fix: `Scale it up: \`kubectl --namespace ${systemNamespace} scale deployment ${stopped.join(" ")} --replicas 1\`.`,
    };
  }
  const releases = new Set(deployments.flatMap(({ metadata }) => metadata?.annotations?.[releaseNameAnnotation] ?? []));
  const causes = [...releases].flatMap((name) => causesOf(system, { kind: "release", name }));
  const fixed = causes.find(({ fix }) => fix !== undefined);
  return {
    found: `no pod of ${what} is ready`,
    proof: causes.map(({ id, cluster, subject, found, endsBy }) =>
      formatCause({ id, cluster, subject, found, endsBy }),
    ),
    fix:
      fixed?.fix ??
      `Look at its pods and their events: \`kubectl --namespace ${systemNamespace} describe pods\`. A pod that has just started may only need a moment.`,
  };
}

/** Pods that have these labels and are not about to go. */
export function podsLabelled({ pods }: Snapshot, labels: Readonly<Record<string, string>>): Pod[] {
  return pods.filter(
    ({ metadata }) =>
      metadata?.deletionTimestamp === undefined &&
      Object.entries(labels).every(([label, value]) => metadata?.labels?.[label] === value),
  );
}

/** Whether a pod takes calls. */
export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") === true;
}

function istiodsIn({ deployments }: Snapshot): Deployment[] {
  return deployments.filter(({ metadata }) => metadata?.labels?.["app"] === istiodLabel);
}

/** Deployments of istiods and gateways whose new pods do not get ready, while those of before serve on. */
export function stuckRollouts({ clusters }: MeshSnapshot): MeshFinding[] {
  return clusters.flatMap(({ cluster, system }) => {
    if (system === undefined) return [];
    const ours = system.deployments.filter(
      ({ metadata }) => metadata?.labels?.["app"] === istiodLabel || metadata?.name === eastWestGatewayName,
    );
    return ours.flatMap((deployment) => {
      const { annotations, name = "" } = deployment.metadata ?? {};
      const release = annotations?.[releaseNameAnnotation];
      const isServing = system.pods.some((pod) => pod.metadata?.name?.startsWith(`${name}-`) === true && isReady(pod));
      if (release === undefined || !isServing) return [];
      const causes = causesOf(system, { kind: "release", name: release }).filter(
        ({ endsBy, subject }) => endsBy === "somebody" && subject.startsWith(`${name} `),
      );
      const [first] = causes;
      if (first === undefined) return [];
      return [
        {
          clusters: [cluster],
          found: `new pods of ${name} do not get ready, and those of before are not replaced`,
          proof: causes.map(({ id, found, subject, endsBy }) => formatCause({ id, cluster, subject, found, endsBy })),
          fix: `${first.fix ?? ""} What was changed by hand is put back by \`isthmus drift --repair\`, or at once by \`kubectl --namespace ${systemNamespace} rollout undo deployment ${name}\`.`.trim(),
        },
      ];
    });
  });
}

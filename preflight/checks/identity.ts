import {
  configurationPath,
  identityAnnotations,
  listed,
  sitesOf,
  type MeshPlan,
  type Problem,
  type SitePlan,
} from "../../topology";
import type { Findings } from "./findings";

/** What a cluster's system namespace says of the mesh that it belongs to; nothing where an older Isthmus made it. */
export interface Identity {
  readonly mesh?: string;
  readonly trustDomain?: string;
  readonly cluster?: string;
}

/** Reads the identity from the annotations of the system namespace. */
export function identityFrom(annotations: Readonly<Record<string, string>> = {}): Identity {
  const mesh = annotations[identityAnnotations.mesh];
  const trustDomain = annotations[identityAnnotations.trustDomain];
  const cluster = annotations[identityAnnotations.cluster];
  return {
    ...(mesh === undefined ? {} : { mesh }),
    ...(trustDomain === undefined ? {} : { trustDomain }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}

/**
 * Whether the plan gives a standing mesh another identity than the one that its clusters bear. Such a change counts only
 * when the configuration names what it replaces.
 * @param identities What the clusters' system namespaces say, by the name that the plan has for the cluster.
 */
export function judgeIdentity(plan: MeshPlan, identities: ReadonlyMap<string, Identity>): Findings {
  const standing = sitesOf(plan).flatMap((site): Standing[] => {
    const identity = identities.get(site.name);
    return identity === undefined ? [] : [{ site, identity }];
  });
  const isOwn = ({ identity: { mesh } }: Standing): boolean => mesh === plan.id || mesh === plan.replaces.id;
  const knowsItself = standing.some((one) => one.identity.mesh === plan.id);
  // Beside clusters of this mesh, one with another id is no mesh that was renamed.
  const foreign = knowsItself ? standing.filter((one) => one.identity.mesh !== undefined && !isOwn(one)) : [];
  const members = standing.filter((one) => !foreign.includes(one));
  const all = [
    ...foreign.map(({ site, identity }) => ofAnotherMesh(plan, site, identity)),
    ...changes(members, "mesh", plan.id, plan.replaces.id).map((change) => idFinding(plan, change)),
    ...changes(members, "trustDomain", plan.trustDomain, plan.replaces.trustDomain).map((change) =>
      trustDomainFinding(plan, change),
    ),
    ...members.flatMap(({ site, identity }) => nameFindings(plan, site, identity)),
  ];
  return {
    problems: all.filter(({ weight }) => weight === "problem").map(({ problem }) => problem),
    warnings: all.filter(({ weight }) => weight === "warning").map(({ problem }) => problem),
  };
}

interface Standing {
  readonly site: SitePlan;
  readonly identity: Identity;
}

interface Finding {
  readonly weight: "problem" | "warning";
  readonly problem: Problem;
}

/** A value that clusters bear and the plan does not. */
interface Change {
  readonly former: string;
  readonly clusters: string;
  readonly isConfirmed: boolean;
}

function changes(
  standing: readonly Standing[],
  key: "mesh" | "trustDomain",
  present: string,
  replaces: string | undefined,
): Change[] {
  const clusters = new Map<string, string[]>();
  for (const { site, identity } of standing) {
    const former = identity[key];
    if (former === undefined || former === present) continue;
    clusters.set(former, [...(clusters.get(former) ?? []), site.name]);
  }
  return [...clusters].map(([former, names]) => ({
    former,
    clusters: listed(names),
    isConfirmed: former === replaces,
  }));
}

const restart = "restart every workload and every gateway of the mesh after the update";

function idFinding(plan: MeshPlan, { clusters, former, isConfirmed }: Change): Finding {
  return {
    weight: isConfirmed ? "warning" : "problem",
    problem: {
      path: configurationPath("id"),
      expected: `${former}, the id of the mesh of ${clusters}`,
      found: plan.id,
      fix: isConfirmed
        ? `The change is confirmed: ${restart}.`
        : `Write ${former} if it is this mesh; if it is another, name other contexts or take the clusters out of that mesh first. ` +
          `Under a new id every workload must be restarted, and where no \`trustDomain\` is written every identity changes; ` +
          `if that is meant, confirm it: \`replaces: { id: ${former} }\`.`,
    },
  };
}

function trustDomainFinding(plan: MeshPlan, { clusters, former, isConfirmed }: Change): Finding {
  return {
    weight: isConfirmed ? "warning" : "problem",
    problem: {
      path: configurationPath("trustDomain"),
      expected: `${former}, the trust domain of ${clusters}`,
      found: plan.trustDomain,
      fix: isConfirmed
        ? `The change is confirmed: ${restart}, and mend the policies that name the former trust domain.`
        : `Write \`trustDomain: ${former}\` to keep it. Another one changes every identity: policies that name the former one match nobody, ` +
          `and every workload must be restarted; if that is meant, confirm it: \`replaces: { trustDomain: ${former} }\`.`,
    },
  };
}

function ofAnotherMesh(plan: MeshPlan, { name, access }: SitePlan, identity: Identity): Finding {
  const as = identity.cluster === undefined ? "" : `, as its cluster ${identity.cluster}`;
  return {
    weight: "problem",
    problem: {
      path: access.path,
      expected: `a cluster of the mesh ${plan.id}, or of none`,
      found: `one of the mesh ${identity.mesh ?? ""}${as}`,
      fix: `Name the context of ${name}, or take the cluster out of the other mesh first.`,
    },
  };
}

function nameFindings(plan: MeshPlan, site: SitePlan, { cluster: former }: Identity): Finding[] {
  if (former === undefined || former === site.name) return [];
  if (sitesOf(plan).some(({ name }) => name === former)) {
    const problem = {
      path: site.access.path,
      expected: `the cluster that the mesh knows as ${site.name}`,
      found: `the one that it knows as ${former}`,
      fix: `Name the context of ${site.name}: the contexts of two clusters seem to be mixed up.`,
    };
    return [{ weight: "problem", problem }];
  }
  const cluster = plan.clusters.find(({ name }) => name === site.name);
  const isConfirmed = cluster?.replaces === former;
  const confirm =
    cluster === undefined
      ? "an external control plane keeps its name as long as it stands."
      : `if that is meant, confirm it: \`replaces: ${former}\` at ${site.path}.`;
  return [
    {
      weight: isConfirmed ? "warning" : "problem",
      problem: {
        path: site.path,
        expected: `the name ${former}, under which the cluster belongs to the mesh`,
        found: site.name,
        fix: isConfirmed
          ? "The change is confirmed: restart every workload and every gateway of this cluster after the update."
          : `Call it ${former}, or name the context of another cluster. Under a new name istiod turns its workloads away ` +
            `until every one of them is restarted; ${confirm}`,
      },
    },
  ];
}

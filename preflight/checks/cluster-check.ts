import { z } from "zod";
import {
  aheadMsOf,
  controlPlaneIn,
  dnsCapturesIn,
  intermediateOrigin,
  globalServicesIn,
  machinesOf,
  peerPoliciesIn,
  sidecarScopesIn,
  readVersion,
  servicesByRegionIn,
  supportedKubernetesMinors,
  systemNamespace,
  type ClusterPlan,
  type IntermediateOrigin,
  type MeshPlan,
  type PlacedName,
  type Problem,
  type SitePlan,
} from "../../topology";
import { apiServer, type ApiConnection } from "../../access/connection/api-server";
import type { ClusterAccess } from "../../access/cluster-access";
import { describeConnectionError, describeRefusal } from "../../access/connection/connection-problem";
import { CredentialError } from "../../access/connection/exec-credential";
import { checkExistingIntermediate } from "./existing-intermediate";
import { joined, noFindings, type Findings, type IdentifiedFindings } from "./findings";
import { checkIssuedIntermediate } from "./issued-intermediate";
import type { ClusterSighting } from "./cluster-identity";
import { answered, object } from "./object";
import { checkOthersAccess } from "./others-access";
import { sightingOf } from "./sighting";
import type { StandingFacts, WantedNamespace } from "./standing/facts";
import { gatherStanding } from "./standing/gather";
import { judgeStanding } from "./standing/judge";
import { ConnectionError } from "../../access/connection/connection-error";
import type { Answer } from "../../access/connection/http";
import type { Environment } from "../../access/kubeconfig/kubeconfig-file";
import {
  mayDoEverything,
  missingPermissions,
  readJson,
  resourcesIn,
  resourcesOfGlobalNames,
  resourcesOfMachines,
  resourcesOfProxies,
  type Resource,
} from "./permissions";
import { readRanges, type ReadRanges } from "./ranges";

/** What a cluster's API server told. */
export interface ClusterFindings extends Findings {
  /** The same, by what was looked at; none of it where the API server does not answer. */
  readonly looks: readonly IdentifiedFindings[];
  /** Which cluster it was seen to be, and of which mesh; undefined where the cluster told nothing. */
  readonly sighting?: ClusterSighting;
  /** Those of the problems that are about what this user may do there. */
  readonly rights?: readonly Problem[];
  /** How it shows that the API server does not answer; undefined when it does. */
  readonly unreachable?: Problem;
  /** The one of the problems by which nothing at all may be asked there: credentials that are none, or not accepted. */
  readonly lockedOut?: Problem;
  /** Namespaces of the mesh's workloads that exist; undefined where the cluster told nothing. */
  readonly namespaces?: readonly string[];
  /** Address ranges that the cluster itself says, where they matter and the configuration does not give them. */
  readonly ranges?: ReadRanges;
  /** End of the intermediate CA that somebody else keeps there, or cert-manager, RFC 3339. */
  readonly existingIntermediate?: string;
  /** By how much its API server's clock is ahead of this machine's, in milliseconds. */
  readonly aheadMs?: number;
}

/** What one check of a cluster needs. */
export interface ClusterCheck {
  readonly mesh: MeshPlan;
  readonly site: SitePlan;
  readonly access: ClusterAccess;
  readonly environment: Environment;
  readonly timeoutMs: number;
  /** Roots that workloads are to trust, PEM, where they are not the stack's own. */
  readonly rootsPem?: string;
  /** `look`: also under which root its istiod signs. Default: `leave`. */
  readonly issuer?: "look" | "leave";
}

/**
 * Asks a cluster's API server, in this order and no further than the first step that fails: does it answer, does it
 * know us, may we do what we are about to, and is the place free.
 */
export async function checkCluster(check: ClusterCheck): Promise<ClusterFindings> {
  const path = check.site.access.path;
  let server: ApiConnection | undefined;
  try {
    server = await apiServer(check.access, check.environment, check.timeoutMs);
    return await ask(check, server, path);
  } catch (error) {
    const host = new URL(check.access.server).host;
    if (error instanceof ConnectionError) {
      const described = { path, ...describeConnectionError(error, host) };
      return { ...nothingSeen, unreachable: described };
    }
    if (error instanceof CredentialError)
      return lockedOut({ path, expected: `credentials for ${host}`, found: error.found, fix: error.fix });
    throw error;
  } finally {
    server?.close();
  }
}

/** A cluster that told nothing. */
const nothingSeen: ClusterFindings = { ...noFindings(), looks: [] };

function refusing(problem: Problem): ClusterFindings {
  const problems = [problem];
  return { problems, warnings: [], looks: [{ id: "user-admitted", problems, warnings: [] }] };
}

function lockedOut(problem: Problem): ClusterFindings {
  return { ...refusing(problem), lockedOut: problem };
}

async function ask(check: ClusterCheck, server: ApiConnection, path: string): Promise<ClusterFindings> {
  const [{ aheadMs, version }, everything] = await Promise.all([versionAndClock(server), mayDoEverything(server)]);
  const { host } = new URL(check.access.server);
  if (typeof everything === "object") {
    const refused = { path, ...describeRefusal(everything.status, host) };
    const isDown = everything.status >= 500 || everything.status === 429;
    if (isDown) return { ...nothingSeen, unreachable: refused };
    if (everything.status === 401) return lockedOut(refused);
    // Who may not even ask that is anonymous, or turned away by an access proxy: the provider is then, too.
    if (everything.status === 403) return { ...lockedOut(refused), rights: [refused] };
    return refusing(refused);
  }

  const cluster = check.mesh.clusters.find(({ name }) => name === check.site.name);
  const [missing, kubeSystem, standing, ranges, others, existing, issued] = await Promise.all([
    everything === "allowed" ? "" : missingPermissions(server, neededIn(check, cluster), systemNamespace),
    object(server, "/api/v1/namespaces/kube-system"),
    standingIn(check, server, cluster),
    cluster && readRanges(check.mesh, cluster, server),
    cluster === undefined ? noFindings() : checkOthersAccess({ ...check, cluster }, server),
    checkExistingIntermediate(check, server),
    checkIssuedIntermediate(check, server),
  ]);
  const notAfter = existing.notAfter ?? issued.notAfter;
  const uid = kubeSystem?.metadata.uid;
  const rights = missing === "" ? [] : [notPermitted(path, missing)];
  const unsupported = kubernetesVersion(path, version.status === 200 ? version.body : "", check.mesh.istio.version);
  const looks: readonly IdentifiedFindings[] = [
    { id: "user-admitted", ...noFindings() },
    { id: "kubernetes-supported", problems: [], warnings: unsupported },
    { id: "ranges-known", problems: [], warnings: [...(ranges?.warnings ?? [])] },
    { id: "user-permitted", problems: rights, warnings: [] },
    { id: "api-server-for-others", ...others },
    { id: "place-free", ...judgeStanding(standing) },
    {
      id: "intermediate-usable",
      problems: [...existing.problems, ...issued.problems],
      warnings: [...(issued.warnings ?? [])],
    },
  ];
  return {
    ...joined(looks),
    looks,
    rights,
    namespaces: standing.namespaces.map(({ name }) => name),
    sighting: {
      ...(uid === undefined ? {} : { uid }),
      system: await sightingOf(standing.system, server, check.issuer ?? "leave"),
    },
    ...(ranges === undefined ? {} : { ranges: ranges.ranges }),
    ...(notAfter === undefined ? {} : { existingIntermediate: notAfter }),
    ...(aheadMs === undefined ? {} : { aheadMs }),
  };
}

/** Which Kubernetes it is, and how far its clock is ahead. */
async function versionAndClock(
  server: ApiConnection,
): Promise<{ readonly version: Answer; readonly aheadMs: number | undefined }> {
  const version = await server.ask("/version");
  return { version, aheadMs: aheadMsOf(version.date, Date.now()) };
}

/** What is in the cluster already: its namespaces, and what we would meet beside them. */
async function standingIn(
  { mesh, site }: ClusterCheck,
  server: ApiConnection,
  cluster: ClusterPlan | undefined,
): Promise<StandingFacts> {
  const wanted = mesh.namespaces.filter(({ clusters }) => clusters.includes(site.name));
  const [system, ...found] = await Promise.all([
    answered(server, `/api/v1/namespaces/${systemNamespace}`),
    ...wanted.map(({ name }) => object(server, `/api/v1/namespaces/${name}`)),
  ]);
  const namespaces = wanted.flatMap(({ name, labels, annotations }, index): WantedNamespace[] => {
    const namespace = found[index];
    return namespace === undefined ? [] : [{ name, object: namespace, labels, annotations }];
  });
  return gatherStanding(server, {
    site,
    cluster,
    system,
    namespaces,
    wantedOfSystem: mesh.istio.systemNamespace,
    intermediate: originIn({ mesh, site }),
    wantedPeerPolicies: peerPoliciesIn(mesh, site.name),
    wantedSidecarScopes: sidecarScopesIn(mesh, site.name),
    wantedDnsCaptures: dnsCapturesIn(mesh, site.name),
    wantedGlobalNames: globalNamesIn({ mesh, site }),
    servicesByRegion: servicesByRegionIn(mesh, site.name),
    wantedMachines: machinesOf(mesh, site.name),
  });
}

/** Names of global services as the istiod is told of them whose configuration lies in the cluster. */
function globalNamesIn({ mesh, site }: Pick<ClusterCheck, "mesh" | "site">): readonly PlacedName[] {
  return globalServicesIn(mesh, site.name).flatMap(({ names }) => names);
}

/** What is created in the cluster. */
function neededIn(check: ClusterCheck, cluster: ClusterPlan | undefined): readonly Resource[] {
  const machines = machinesOf(check.mesh, check.site.name);
  return [
    ...resourcesIn(cluster?.role ?? "external", originIn(check)),
    ...resourcesOfMachines(machines.map(({ namespace }) => namespace)),
    ...resourcesOfProxies("sidecars", sidecarScopesIn(check.mesh, check.site.name)),
    ...resourcesOfProxies("proxyconfigs", dnsCapturesIn(check.mesh, check.site.name)),
    ...resourcesOfGlobalNames(globalNamesIn(check).map(({ namespace }) => namespace)),
  ];
}

/** A remote cluster has no intermediate CA, wherever those of the others come from. */
function originIn({ mesh, site }: Pick<ClusterCheck, "mesh" | "site">): IntermediateOrigin {
  return controlPlaneIn(mesh, site.name) === undefined ? "made" : intermediateOrigin(mesh, site.name);
}

function notPermitted(path: string, missing: string): Problem {
  return {
    path,
    expected: "a user who may install Istio",
    found: `one who may not ${missing}`,
    fix: "Give the user these rights, or name a context of a user who has them, with cluster-admin for one.",
  };
}

function kubernetesVersion(path: string, body: string, istioVersion: string): Problem[] {
  const supported = supportedKubernetesMinors(istioVersion);
  const answer = z.object({ gitVersion: z.string() }).safeParse(readJson(body));
  const version = answer.success ? readVersion(answer.data.gitVersion) : undefined;
  if (supported === undefined || version === undefined) return [];
  const [firstMinor, lastMinor] = supported;
  if (version[0] === 1 && version[1] >= firstMinor && version[1] <= lastMinor) return [];
  return [
    {
      path,
      expected: `Kubernetes 1.${firstMinor} to 1.${lastMinor}, which Istio ${istioVersion} supports`,
      found: version.join("."),
      fix: "Upgrade the cluster, or take an Istio that supports it.",
    },
  ];
}

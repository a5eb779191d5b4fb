import { z } from "zod";
import {
  isOwned,
  readVersion,
  supportedKubernetesMinors,
  systemNamespace,
  type MeshPlan,
  type Problem,
  type SitePlan,
} from "../../topology";
import { apiServer, type ApiServer } from "../connection/api-server";
import type { ClusterAccess } from "../cluster-access";
import { describeConnectionError, describeRefusal } from "../connection/connection-problem";
import { CredentialError } from "../connection/exec-credential";
import { noFindings, type Findings } from "./findings";
import type { ClusterSighting } from "./cluster-identity";
import { answered, object, type KubernetesObject } from "./object";
import { sightingOf } from "./sighting";
import { ConnectionError } from "../connection/connection-error";
import { deadlineIn } from "../connection/http";
import type { Environment } from "../kubeconfig/kubeconfig-file";
import { mayDoEverything, missingPermissions, readJson } from "./permissions";
import { readRanges, type ReadRanges } from "./ranges";

/** What a cluster's API server told. */
export interface ClusterFindings extends Findings {
  /** Which cluster it was seen to be, and of which mesh; undefined where the cluster told nothing. */
  readonly sighting?: ClusterSighting;
  /** Those of the problems that are about what this user may do there. */
  readonly rights?: readonly Problem[];
  /** How it shows that the API server does not answer; undefined when it does. */
  readonly unreachable?: Problem;
  /** Namespaces of the mesh's workloads that exist; undefined where the cluster told nothing. */
  readonly namespaces?: readonly string[];
  /** Address ranges that the cluster itself says, where they matter and the configuration does not give them. */
  readonly ranges?: ReadRanges;
}

/** What one check of a cluster needs. */
export interface ClusterCheck {
  readonly mesh: MeshPlan;
  readonly site: SitePlan;
  readonly access: ClusterAccess;
  readonly environment: Environment;
  readonly timeoutMs: number;
}

/**
 * Asks a cluster's API server, in this order and no further than the first step that fails: does it answer, does it
 * know us, may we do what we are about to, and is the place free.
 */
export async function checkCluster(check: ClusterCheck): Promise<ClusterFindings> {
  const path = check.site.access.path;
  let server: ApiServer | undefined;
  try {
    server = await apiServer(check.access, check.environment);
    return await ask(check, server, path, deadlineIn(check.timeoutMs));
  } catch (error) {
    const host = new URL(check.access.server).host;
    if (error instanceof ConnectionError) {
      const described = { path, ...describeConnectionError(error, host, check.timeoutMs) };
      return { ...noFindings(), unreachable: described };
    }
    if (error instanceof CredentialError)
      return problem({ path, expected: `credentials for ${host}`, found: error.found, fix: error.fix });
    throw error;
  } finally {
    server?.close();
  }
}

function problem(...problems: readonly Problem[]): ClusterFindings {
  return { ...noFindings(), problems: [...problems] };
}

async function ask(
  check: ClusterCheck,
  server: ApiServer,
  path: string,
  deadline: AbortSignal,
): Promise<ClusterFindings> {
  const [version, everything] = await Promise.all([
    server.ask("/version", deadline),
    mayDoEverything(server, deadline),
  ]);
  const { host } = new URL(check.access.server);
  if (typeof everything === "object") {
    const refused = { path, ...describeRefusal(everything.status, host) };
    const isDown = everything.status >= 500 || everything.status === 429;
    if (isDown) return { ...noFindings(), unreachable: refused };
    return { ...problem(refused), ...(everything.status === 403 ? { rights: [refused] } : {}) };
  }

  const cluster = check.mesh.clusters.find(({ name }) => name === check.site.name);
  const [missing, kubeSystem, namespace, injector, namespaces, ranges] = await Promise.all([
    everything === "allowed" ? "" : missingPermissions(server, systemNamespace, deadline),
    object(server, "/api/v1/namespaces/kube-system", deadline),
    answered(server, `/api/v1/namespaces/${systemNamespace}`, deadline),
    object(
      server,
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector",
      deadline,
    ),
    existing(check, server, deadline),
    cluster && readRanges(check.mesh, cluster, server, deadline),
  ]);
  const uid = kubeSystem?.metadata.uid;
  const rights = missing === "" ? [] : [notPermitted(path, missing)];
  const system = typeof namespace === "object" ? namespace : undefined;
  return {
    problems: [...rights, ...occupied(check.site.path, system, injector)],
    rights,
    warnings: [
      ...kubernetesVersion(path, version.status === 200 ? version.body : "", check.mesh.istio.version),
      ...(ranges?.warnings ?? []),
    ],
    namespaces,
    sighting: {
      ...(uid === undefined ? {} : { uid }),
      system: await sightingOf(namespace, server, deadline),
    },
    ...(ranges === undefined ? {} : { ranges: ranges.ranges }),
  };
}

/** Which of the mesh's namespaces the cluster has already. */
async function existing({ mesh, site }: ClusterCheck, server: ApiServer, deadline: AbortSignal): Promise<string[]> {
  const names = mesh.namespaces.filter(({ clusters }) => clusters.includes(site.name)).map(({ name }) => name);
  const found = await Promise.all(names.map((name) => object(server, `/api/v1/namespaces/${name}`, deadline)));
  return names.filter((_name, index) => found[index] !== undefined);
}

function notPermitted(path: string, missing: string): Problem {
  return {
    path,
    expected: "a user who may install Istio",
    found: `one who may not ${missing}`,
    fix: "Give the user these rights, or name a context of a user who has them, with cluster-admin for one.",
  };
}

/** Whether someone else's Istio is in the way. What carries our label is ours to change, anything else is not. */
function occupied(
  path: string,
  system: KubernetesObject | undefined,
  injector: KubernetesObject | undefined,
): readonly Problem[] {
  if (system?.metadata.deletionTimestamp !== undefined) {
    return [
      {
        path,
        expected: `no namespace ${systemNamespace}, or ours`,
        found: "one that is being deleted",
        fix: "Wait until it is gone, then run again.",
      },
    ];
  }
  if (system !== undefined && !isOwned(system.metadata.labels)) {
    return [
      {
        path,
        expected: `no namespace ${systemNamespace}, or ours`,
        found: "one that Isthmus did not create",
        fix:
          "Remove it if nothing needs it (kubectl delete namespace istio-system), choose another cluster, or hand it over: " +
          "uninstall what is in it, label it app.kubernetes.io/managed-by=isthmus and `pulumi import` it.",
      },
    ];
  }
  if (system === undefined && injector !== undefined) {
    const namespace = injector.metadata.annotations?.["meta.helm.sh/release-namespace"];
    return [
      {
        path,
        expected: "no other Istio in the cluster",
        found: `a webhook istio-sidecar-injector${namespace === undefined ? "" : ` of the namespace ${namespace}`}`,
        fix: "Uninstall the other Istio, or what it left behind: kubectl delete mutatingwebhookconfiguration istio-sidecar-injector.",
      },
    ];
  }
  return [];
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

import { remoteSecretLabel, remoteSecretName, systemNamespace } from "../../../topology";
import { seenControlPlanes, seenOf } from "../clusters";
import type { MeshFinding } from "../finding";
import type { ClusterSnapshot, MeshSnapshot, RemoteKubeconfigSeen } from "../snapshot";

const renew =
  "Run `isthmus drift --repair`, which puts the Secret back as it was applied, or `isthmus up --refresh` where it, or a token in the other cluster, is gone.";

/** Clusters that an istiod is to read and is given no kubeconfig of. */
export function missingKubeconfigs(snapshot: MeshSnapshot): MeshFinding[] {
  return readings(snapshot).flatMap(({ kubeconfigs, misnamed, reader, target }) =>
    kubeconfigs.length > 0 || misnamed !== undefined
      ? []
      : [
          {
            clusters: [reader, target],
            found: `the istiod of ${reader} is given no kubeconfig of ${target}, so that it knows nothing there`,
            proof: [`no Secret of ${systemNamespace} in ${reader} has a key ${target} with a kubeconfig`],
            fix: "Run `isthmus up --refresh`, which makes it again.",
          },
        ],
  );
}

/** Kubeconfigs in Secrets that istiod does not look at. */
export function unlabelledKubeconfigs(snapshot: MeshSnapshot): MeshFinding[] {
  return readings(snapshot).flatMap(({ kubeconfigs, reader, target }) => {
    const [first] = kubeconfigs;
    if (first === undefined || kubeconfigs.some(({ isLabelled }) => isLabelled)) return [];
    return [
      {
        clusters: [reader, target],
        found: `the Secret with the kubeconfig of ${target} is not labelled, so that istiod does not look at it`,
        proof: [`Secret ${first.secret}: without ${remoteSecretLabel}=true`],
        fix: `Run \`kubectl --namespace ${systemNamespace} label secret ${first.secret} ${remoteSecretLabel}=true --overwrite\` in ${reader}.`,
      },
    ];
  });
}

/** Kubeconfigs that stand under another name than the cluster's. */
export function misnamedKubeconfigs(snapshot: MeshSnapshot): MeshFinding[] {
  return readings(snapshot).flatMap(({ kubeconfigs, misnamed, reader, target }) => {
    if (kubeconfigs.length > 0 || misnamed === undefined) return [];
    return [
      {
        clusters: [reader, target],
        found: `the kubeconfig of ${target} stands under the key ${misnamed.key}, which istiod takes for the cluster's name`,
        proof: [`Secret ${misnamed.secret}: key ${misnamed.key} leads to ${misnamed.server ?? ""}`],
        fix: `The key is to be ${target}. ${renew}`,
      },
    ];
  });
}

/** Kubeconfigs that istiod cannot take. */
export function unreadableKubeconfigs(snapshot: MeshSnapshot): MeshFinding[] {
  return counting(snapshot).flatMap(({ kubeconfig: { defect, key, secret }, reader, target }) =>
    defect === undefined
      ? []
      : [
          {
            clusters: [reader, target],
            found: `the kubeconfig of ${target} is none that istiod can take`,
            proof: [`Secret ${secret}: key ${key} holds ${defect}`],
            fix: renew,
          },
        ],
  );
}

/** Kubeconfigs that lead elsewhere than to the cluster, while its istiod does not read it. */
export function wrongServers(snapshot: MeshSnapshot): MeshFinding[] {
  return counting(snapshot).flatMap(({ isSynced, kubeconfig: { key, secret, server }, reader, seen, target }) => {
    const expected = seen?.apiServer?.server;
    if (server === undefined || expected === undefined || isSameServer(server, expected)) return [];
    const other = snapshot.clusters.find(
      ({ apiServer, cluster }) =>
        cluster !== target && apiServer !== undefined && isSameServer(apiServer.server, server),
    );
    // Another way to the same server is as good, as long as it leads there.
    if (isSynced && other === undefined) return [];
    return [
      {
        clusters: [reader, target],
        found: `the istiod of ${reader} looks for ${target} at ${other === undefined ? "another address" : `the API server of ${other.cluster}`}`,
        proof: [`Secret ${secret}: key ${key} leads to ${server}`, `${target} is to be reached at ${expected}`],
        fix: `Set \`apiServer.url\` of ${target} where that is not the address for other clusters. ${renew}`,
      },
    ];
  });
}

/** Kubeconfigs with another authority than the API server's, while its istiod does not read it. */
export function wrongAuthorities(snapshot: MeshSnapshot): MeshFinding[] {
  return counting(snapshot).flatMap(({ isSynced, kubeconfig, reader, seen, target }) => {
    const { authorities = [], key, secret } = kubeconfig;
    const own = seen?.apiServer?.authorities ?? [];
    const inTokens = (seen?.accountTokens ?? []).flatMap((token) => token.authorities);
    const expected = [...new Set([...own, ...inTokens])];
    if (isSynced || authorities.length === 0 || expected.length === 0) return [];
    if (authorities.some((one) => expected.includes(one))) return [];
    return [
      {
        clusters: [reader, target],
        found: `the istiod of ${reader} takes another authority for that of the API server of ${target}`,
        proof: [
          ...authorities.map((one) => `Secret ${secret}: key ${key} has the authority SHA-256 ${one}`),
          ...expected.map((one) => `${target}: the authority is SHA-256 ${one}`),
        ],
        fix: `Set \`apiServer.certificateAuthority\` of ${target} where a proxy with its own stands before it. ${renew}`,
      },
    ];
  });
}

/** Kubeconfigs with a token that the cluster does not have any more, or that has ended. */
export function staleTokens(snapshot: MeshSnapshot): MeshFinding[] {
  return counting(snapshot).flatMap(({ kubeconfig, reader, seen, target }) => {
    const { accountNamespace, key, secret, token, tokenEndsAt } = kubeconfig;
    const about = { clusters: [reader, target], fix: renew };
    if (tokenEndsAt !== undefined && tokenEndsAt < snapshot.takenAt) {
      return [
        {
          ...about,
          found: `the token by which the istiod of ${reader} reads ${target} has ended`,
          proof: [`Secret ${secret}: the token of key ${key} ended at ${tokenEndsAt}`],
        },
      ];
    }
    // One with an end stands in no Secret: whether it is still taken only the API server knows.
    if (token === undefined || tokenEndsAt !== undefined || seen?.accountTokens === undefined) return [];
    // Secrets of other namespaces are not looked at.
    if (accountNamespace !== undefined && accountNamespace !== systemNamespace) return [];
    if (seen.accountTokens.some((one) => one.token === token)) return [];
    return [
      {
        ...about,
        found: `the token by which the istiod of ${reader} reads ${target} is none that ${target} has: what it knows of it grows old`,
        proof: [
          `Secret ${secret} in ${reader}: key ${key} has the token ${token}`,
          ...seen.accountTokens.map(
            (one) =>
              `Secret ${one.secret} in ${target}: ${one.token === undefined ? "not filled in" : `has ${one.token}`}`,
          ),
        ],
      },
    ];
  });
}

/** Kubeconfigs of clusters that the istiod is not to read: leftovers, for one. */
export function leftoverKubeconfigs(snapshot: MeshSnapshot): MeshFinding[] {
  return seenControlPlanes(snapshot).flatMap(({ facts: { name, reads }, seen: { remoteKubeconfigs = [] } }) => {
    const known = new Set(snapshot.mesh.clusters.map((cluster) => cluster.name));
    const misnamed = readings(snapshot).flatMap((reading) =>
      reading.reader === name && reading.kubeconfigs.length === 0 ? (reading.misnamed ?? []) : [],
    );
    const left = remoteKubeconfigs.filter(
      (one) => one.isLabelled && !known.has(one.key) && !reads.includes(one.key) && !misnamed.includes(one),
    );
    const [first] = left;
    if (first === undefined) return [];
    return [
      {
        clusters: [name],
        found: `istiod reads ${left.map(({ key }) => key).join(", ")}, which the mesh does not have`,
        proof: left.map(({ key, secret, server = "" }) => `Secret ${secret}: key ${key} leads to ${server}`),
        fix:
          first.secret === remoteSecretName
            ? renew
            : `Where it is not meant, run \`kubectl --namespace ${systemNamespace} delete secret ${first.secret}\` in ${name}.`,
      },
    ];
  });
}

/** An istiod, and a cluster that it is to read. */
interface Reading {
  readonly reader: string;
  readonly target: string;
  /** Under the cluster's name. */
  readonly kubeconfigs: readonly RemoteKubeconfigSeen[];
  /** Under a name that is no cluster's, and leads to it. */
  readonly misnamed: RemoteKubeconfigSeen | undefined;
  /** What was seen of the cluster that is read. */
  readonly seen: ClusterSnapshot | undefined;
  /** Whether every istiod that answered says that it has read it. */
  readonly isSynced: boolean;
}

function readings(snapshot: MeshSnapshot): Reading[] {
  const names = new Set(snapshot.mesh.sites);
  return seenControlPlanes(snapshot).flatMap(
    ({ facts: { name: reader, reads }, seen: { istiods = [], remoteKubeconfigs } }) => {
      if (remoteKubeconfigs === undefined) return [];
      const answers = istiods.flatMap(({ remotes }) => (remotes === undefined ? [] : [remotes]));
      return reads.map((target) => {
        const seen = seenOf(snapshot, target);
        const server = seen?.apiServer?.server;
        const isTokenThere = (token: string | undefined): boolean =>
          token !== undefined && (seen?.accountTokens ?? []).some((one) => one.token === token);
        const leadsThere = (one: RemoteKubeconfigSeen): boolean =>
          isTokenThere(one.token) ||
          (one.server !== undefined && server !== undefined && isSameServer(one.server, server));
        return {
          reader,
          target,
          kubeconfigs: remoteKubeconfigs.filter(({ key }) => key === target),
          misnamed: remoteKubeconfigs.find((one) => !names.has(one.key) && leadsThere(one)),
          seen,
          isSynced:
            answers.length > 0 &&
            answers.every((remotes) => remotes.some(({ id, syncStatus }) => id === target && syncStatus === "synced")),
        };
      });
    },
  );
}

/** Of each reading the kubeconfig that counts: istiod takes the labelled one. */
function counting(snapshot: MeshSnapshot): (Reading & { readonly kubeconfig: RemoteKubeconfigSeen })[] {
  return readings(snapshot).flatMap((reading) => {
    const kubeconfig = reading.kubeconfigs.find(({ isLabelled }) => isLabelled) ?? reading.kubeconfigs[0];
    return kubeconfig === undefined ? [] : [{ ...reading, kubeconfig }];
  });
}

/** Whether two URLs are of one server, however they are written. */
function isSameServer(one: string, other: string): boolean {
  return normalised(one) === normalised(other);
}

function normalised(server: string): string {
  return URL.canParse(server) ? new URL(server).href.replace(/\/$/, "") : server;
}

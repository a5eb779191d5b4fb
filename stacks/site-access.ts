import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReachedCluster } from "../preflight";
import { eastWestGatewayName, type ClusterPlan, type MeshPlan, type SitePlan } from "../topology";
import type { AddressReader, MeshCluster } from "../components";
import { foreignNamespaces } from "./foreign-namespaces";
import { issuedIntermediate } from "./issued-intermediate";
import { lastControlPlaneOf, lastOf, type LastOutputs, type NamedSite } from "./last-outputs";
import { serviceAddresses } from "./service-addresses";

/**
 * One provider for a cluster. Its identifier is the name that the cluster first had, so that neither an edited kubeconfig
 * nor a new name replaces anything; its Secrets are updated in place, so that istiod never sees one vanish; and what it
 * cannot reach it leaves as it is.
 */
export function siteAccess(
  plan: MeshPlan,
  site: SitePlan | ClusterPlan,
  reached: ReachedCluster,
  last: LastOutputs,
): MeshCluster {
  const replaces = "replaces" in site ? site.replaces : undefined;
  const { server, certificateAuthorityData, tlsServerName } = reached.forOthers;
  const named = { name: site.name, replaces };
  const uid = reached.uid ?? lastUidOf(named, last);
  return {
    provider: new kubernetes.Provider(
      site.name,
      {
        kubeconfig: pulumi.secret(reached.kubeconfig),
        clusterIdentifier: site.name,
        enableSecretMutable: true,
        skipUpdateUnreachable: true,
        ...(last.madeBy === "0.1.0" ? adopting : {}),
      },
      { ignoreChanges: ["clusterIdentifier"], ...(replaces === undefined ? {} : { aliases: [{ name: replaces }] }) },
    ),
    server,
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
    addresses: addressReader(site, named, reached, last),
    issued: async (question) => {
      // What cannot be reached is left as it is, istiod too.
      if (!reached.isReachable) return undefined;
      return issuedIntermediate({ access: reached, path: site.access.path, mesh: plan }, question);
    },
    ...(uid === undefined ? {} : { uid }),
    foreignNamespaces: foreignNamespaces(named, reached, last),
  };
}

/** For the one update that takes over a stack of 0.1.0: what is there becomes the stack's, and Helm's fields with it. */
const adopting = { upsertExistingObjects: true, enablePatchForce: true } as const;

/** Where the cluster cannot be asked the addresses of the last update count, in an update too. */
function addressReader(site: SitePlan, named: NamedSite, reached: ReachedCluster, last: LastOutputs): AddressReader {
  return async (service, timeoutSeconds) => {
    const found = reached.isReachable
      ? await serviceAddresses(reached, site.access.path, service, timeoutSeconds)
      : undefined;
    return found ?? lastAddressesOf(named, service.name, last);
  };
}

function lastAddressesOf(site: NamedSite, service: string, last: LastOutputs): readonly string[] | undefined {
  if (service === eastWestGatewayName) return lastOf(site, last)?.eastWest?.addresses;
  const address = lastControlPlaneOf(site, last)?.address;
  return address === undefined ? undefined : [address];
}

/** A cluster that cannot be asked is taken for the one that it was. */
function lastUidOf(site: NamedSite, last: LastOutputs): string | undefined {
  return lastOf(site, last)?.uid ?? lastControlPlaneOf(site, last)?.uid;
}

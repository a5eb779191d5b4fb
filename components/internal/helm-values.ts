import {
  clusterDomainOf,
  dnsCaptureMetadata,
  mayChangeRoots,
  mergeValues,
  servesOthers,
  serviceSettingsOf,
  systemNamespace,
  type ClusterPlan,
  type ControlPlanePlan,
  type FixedNetwork,
  type HelmValues,
  type MeshPlan,
} from "../../topology";
import { digestOf } from "./digest";
import { issuedIntermediateValues } from "./issued-values";
import { injectionPort, isHostName, pilotAddress } from "./istiod-address";

/** Values of the `base` chart of a primary: Istio's CRDs, the reader account and the default validator. */
export function baseValues(extra: HelmValues): HelmValues {
  return mergeValues({}, extra);
}

/**
 * Values of the `base` chart of a cluster that another cluster's istiod serves. No default revision: its validator is
 * filled in by the istiod whose configuration lies in the cluster, and by no other (istio pilot, bootstrap/validation.go).
 */
export function remoteBaseValues(extra: HelmValues): HelmValues {
  return mergeValues({ profile: "remote", defaultRevision: "" }, extra);
}

/**
 * Values of the `base` chart of an external control plane's configuration cluster: with the default validator, which the
 * istiod elsewhere fills in.
 * @param address At which istiod is reached: an IP address or a host name.
 */
export function configurationBaseValues(extra: HelmValues, address: string): HelmValues {
  return mergeValues({ profile: "remote", ...validatedAt(address) }, extra);
}

/** Like the injector, a validator behind a host name is called by URL: the Service would be only another name. */
function validatedAt(address: string): HelmValues {
  return isHostName(address) ? { base: { validationURL: `https://${address}:${injectionPort}/validate` } } : {};
}

/** Values of the `istiod` chart of a primary (istio.io, "Install Multicluster"). */
export function primaryValues(plan: MeshPlan, controlPlane: ControlPlanePlan, exposedHost?: string): HelmValues {
  // Makes it lead in the clusters that name it: it fills in their webhook and their namespaces' root certificate.
  const lead = servesOthers(controlPlane) ? { global: { externalIstiod: true } } : {};
  return [
    lead,
    customHost(exposedHost),
    issuedIntermediateValues(plan, controlPlane),
    controlPlane.values.istiod,
  ].reduce(mergeValues, commonValues(plan, controlPlane));
}

/** ConfigMaps of an external istiod, mounted where it reads its configuration, for it reads none from its own cluster. */
const configurationFiles = {
  volumes: [
    { name: "config-volume", configMap: { name: "istio" } },
    { name: "inject-volume", configMap: { name: "istio-sidecar-injector" } },
  ],
  volumeMounts: [
    { name: "config-volume", mountPath: "/etc/istio/config" },
    { name: "inject-volume", mountPath: "/var/lib/istio/inject" },
  ],
} as const;

/** What an external istiod's values have beside what the plan says. */
export interface ExternalIstiod {
  /** Host name by which it is reached, where it is one. */
  readonly exposedHost?: string | undefined;
  /** Digest of the kubeconfig of its configuration cluster. It reads that once, so that another digest has it begin anew. */
  readonly kubeconfigDigest: string;
}

/**
 * Values of the `istiod` chart of an external control plane. It takes the name and the network of its configuration
 * cluster, whose webhooks it fills in; its own cluster is to have none.
 */
export function externalValues(
  plan: MeshPlan,
  controlPlane: ControlPlanePlan,
  { exposedHost, kubeconfigDigest }: ExternalIstiod,
): HelmValues {
  const external = {
    global: { externalIstiod: true, operatorManageWebhooks: true, configValidation: false },
    podAnnotations: { "checksum/istio-kubeconfig": kubeconfigDigest },
    ...configurationFiles,
    env: {
      SHARED_MESH_CONFIG: "istio",
      INJECTION_WEBHOOK_CONFIG_NAME: "istio-sidecar-injector",
      VALIDATION_WEBHOOK_CONFIG_NAME: `istio-validator-${systemNamespace}`,
      // The kubeconfigs of the clusters that it reads lie beside it, not in the configuration cluster.
      LOCAL_CLUSTER_SECRET_WATCHER: "true",
    },
  };
  const issued = issuedIntermediateValues(plan, controlPlane, configurationFiles);
  return [external, customHost(exposedHost), issued, controlPlane.values.istiod].reduce(
    mergeValues,
    commonValues(plan, controlPlane),
  );
}

/**
 * Values of the `istiod` chart of a cluster that another cluster's istiod serves: the webhook that calls it, and the
 * Service `istiod` that leads to it (istio.io, "Install Primary-Remote").
 * @param address At which istiod is reached: an IP address or a host name.
 */
export function remoteValues(plan: MeshPlan, cluster: ClusterPlan, address: string): HelmValues {
  const path = `/inject/cluster/${cluster.name}/net/${cluster.network}`;
  return mergeValues(
    {
      profile: "remote",
      global: {
        hub: plan.istio.hub,
        tag: plan.istio.tag,
        meshID: plan.id,
        network: cluster.network,
        multiCluster: { clusterName: cluster.name },
        configCluster: true,
        ...pilotAddress(address),
      },
      // An API server calls no Service that is only another name (kubernetes, webhook resolver), so it is given a URL.
      istiodRemote: isHostName(address)
        ? { injectionURL: `https://${address}:${injectionPort}${path}` }
        : { injectionPath: path },
      // The configuration cluster of an external control plane holds the mesh's configuration. Of another remote's, istiods
      // read the trust domain alone: without it they take its workloads for ones of `cluster.local`, and callers refuse
      // them (istio pilot, serviceregistry/kube/controller/multicluster.go).
      configMap: true,
      ...(holdsConfiguration(cluster)
        ? { meshConfig: meshConfigOf(plan, ledBy(plan, cluster)), ...validatedAt(address) }
        : { meshConfig: { trustDomain: plan.trustDomain } }),
    },
    cluster.values.istiod,
  );
}

/** Whether a cluster that another one's istiod serves holds that istiod's configuration. */
export function holdsConfiguration({ name, configCluster }: ClusterPlan): boolean {
  return name === configCluster;
}

/** The control plane that serves a cluster. */
function ledBy({ controlPlanes }: MeshPlan, { controlPlane, name }: ClusterPlan): ControlPlanePlan {
  const plane = controlPlanes.find((one) => one.name === controlPlane);
  if (plane === undefined) throw new RangeError(`no control plane of cluster ${name}`);
  return plane;
}

/** Annotation of istiod's pods by which they are made anew when they are to be pulled by other Secrets. */
const pullSecretsAnnotation = "isthmus.dev/image-pull-secrets";

/** Annotation of istiod's pods by which they are made anew with other revocation lists. */
const revocationsAnnotation = "isthmus.dev/revocation-lists";

/**
 * An istiod that runs takes up other lists when kubelet brings them, within a minute or so, and never that there are none
 * any more (istio pilot/pkg/keycertbundle, SetAndNotifyCACRL): one that starts anew has both at once.
 */
export function revocationValues(listsPem: string | undefined): HelmValues {
  return listsPem === undefined ? {} : { podAnnotations: { [revocationsAnnotation]: digestOf(listsPem) } };
}

function commonValues(plan: MeshPlan, controlPlane: ControlPlanePlan): HelmValues {
  const { imagePullSecrets } = controlPlane;
  const configCluster = plan.clusters.find(({ name }) => name === controlPlane.configCluster);
  if (configCluster === undefined) throw new RangeError(`no cluster ${controlPlane.configCluster}`);
  return {
    global: {
      hub: plan.istio.hub,
      tag: plan.istio.tag,
      meshID: plan.id,
      network: configCluster.network,
      multiCluster: { clusterName: configCluster.name },
      ...meshNetworks(controlPlane.fixedNetworks),
      ...(imagePullSecrets.length === 0 ? {} : { imagePullSecrets }),
    },
    // The chart gives them to istiod's account alone, which counts for new pods: one that cannot be pulled would wait on.
    ...(imagePullSecrets.length === 0
      ? {}
      : { podAnnotations: { [pullSecretsAnnotation]: imagePullSecrets.join(",") } }),
    ...changingRoots(plan),
    meshConfig: meshConfigOf(plan, controlPlane),
  };
}

function meshConfigOf(plan: MeshPlan, { values }: ControlPlanePlan): HelmValues {
  const proxyMetadata = {
    ...(mayChangeRoots(plan) ? { PROXY_CONFIG_XDS_AGENT: "true" } : {}),
    // No DNS server knows a global name: the sidecars themselves answer.
    ...(plan.globalServices.capturesDns ? { [dnsCaptureMetadata]: "true" } : {}),
  };
  const serviceSettings = serviceSettingsOf(plan.sameness, clusterDomainOf(values.istiod));
  return {
    trustDomain: plan.trustDomain,
    ...(serviceSettings.length === 0 ? {} : { serviceSettings }),
    ...(Object.keys(proxyMetadata).length === 0 ? {} : { defaultConfig: { proxyMetadata } }),
  };
}

/**
 * By what istiod takes up other roots while it runs; with `PROXY_CONFIG_XDS_AGENT` it tells the proxies of them, which
 * otherwise hear of them with their next certificate (istio pilot, bootstrap/istio_ca.go; security/pkg/nodeagent/cache).
 */
function changingRoots(plan: MeshPlan): HelmValues {
  return mayChangeRoots(plan) ? { env: { ISTIO_MULTIROOT_MESH: "true" } } : {};
}

/** Gateways that istiod is told, because it cannot find them by itself (istio.io, MeshNetworks). */
function meshNetworks(networks: Readonly<Record<string, FixedNetwork>>): HelmValues {
  if (Object.keys(networks).length === 0) return {};
  return {
    meshNetworks: Object.fromEntries(
      Object.entries(networks).map(([network, { clusters, gateways }]) => [
        network,
        { endpoints: clusters.map((cluster) => ({ fromRegistry: cluster })), gateways },
      ]),
    ),
  };
}

/** A host name under which istiod is reached must stand in its certificate. */
function customHost(host: string | undefined): HelmValues {
  return host === undefined ? {} : { env: { ISTIOD_CUSTOM_HOST: host } };
}

/**
 * The sample application as Kubernetes objects: in every cluster the same Service, one version of Istio's helloworld
 * behind it, and a client. Bare pods, not Deployments: they live for seconds, and start and go faster.
 */

import {
  clusterDomainOf,
  discoveryLabels,
  dnsCaptureMetadata,
  namespaceNameLabel,
  ownedLabels,
  samenessOf,
  type MeshPlan,
} from "../../topology";

/** Port of helloworld's Service and container, as in Istio's sample. */
export const helloworldPort = 5000;

/** Name of helloworld's Service, and of the label that its pods carry. */
export const helloworldName = "helloworld";

/** Pod and container from which the calls are made. */
export const clientName = "client";

/** Annotation that says who made a sample's namespace, so that a later run knows whether that run still lives. */
export const ownerAnnotation = "isthmus.dev/owner";

/** Labels by which the namespaces of samples are found again. */
export const sampleLabels = {
  ...ownedLabels,
  "app.kubernetes.io/component": "verify",
} as const;

/** Names that samples' namespaces have. Nothing else is ever removed, whatever its labels say. */
export const sampleNamespacePattern = /^isthmus-verify-[0-9a-f]{6}$/;

/** Images of the sample. */
export interface SampleImages {
  /** An image of Istio's helloworld; its environment's SERVICE_VERSION says which version it answers with. */
  readonly helloworld: string;
  /** An image with `curl` and `sleep`. */
  readonly client: string;
}

/** What a sample has beside. */
export interface SampleExtras {
  /** Names of the Secrets by which its images are pulled. */
  readonly pullSecrets?: readonly string[];
  /** Annotations of the client's pod. */
  readonly clientAnnotations?: Readonly<Record<string, string>>;
  /** Name by which helloworld is called in all clusters. Default: that of its Service. */
  readonly sharedHost?: string;
  /** Whether the sample's calls need a policy that allows them. Default: they do not. */
  readonly calls?: "allowed by policy";
}

/**
 * The name by which a cluster's client calls the helloworld of all clusters, where its Service is each cluster's own. It is
 * below the Services' domain, so that every east-west gateway lets it in, and is none of a Service's. Pure.
 */
export function sharedHostOf(plan: MeshPlan, namespace: string, cluster: string): string | undefined {
  if (samenessOf(plan.sameness, { name: helloworldName, namespace }) === "shared") return undefined;
  const site = plan.clusters.find(({ name }) => name === cluster);
  const plane = plan.controlPlanes.find(({ name }) => name === site?.controlPlane);
  return `${helloworldName}.${namespace}.verify.${clusterDomainOf(plane?.values.istiod ?? {})}`;
}

/**
 * Annotations by which the client knows the global names of a mesh: its sidecar is to answer DNS, where not every one does
 * (docs/services.md). Pure.
 */
export function clientAnnotationsIn({ globalServices }: Pick<MeshPlan, "globalServices">): Record<string, string> {
  const { capturesDns, services } = globalServices;
  if (services.length === 0 || capturesDns) return {};
  return { "proxy.istio.io/config": JSON.stringify({ proxyMetadata: { [dnsCaptureMetadata]: "true" } }) };
}

/**
 * Name of helloworld's pod and of its account, another one in each cluster. Of two pods of one name and namespace an entry that
 * selects them knows but one (istio#38381). Callers accept the identities of all that they may call: with one account in all
 * clusters those of one would cover up that another's are not accepted. Pure.
 */
export function helloworldPodName(version: string): string {
  return `${helloworldName}-${version}`;
}

/** An object to create, and the collection that it goes into. */
export interface Manifest {
  readonly path: string;
  readonly object: object;
}

/**
 * The namespace of a sample.
 * @param plan Of the mesh, whose istiods may discover only namespaces with certain labels.
 * @param injection Labels by which its pods get sidecars.
 */
export function namespaceManifest(
  name: string,
  owner: string,
  plan: Pick<MeshPlan, "controlPlanes">,
  injection: Readonly<Record<string, string>> = { "istio-injection": "enabled" },
): Manifest {
  const labels = { ...sampleLabels, ...injection };
  return {
    path: "/api/v1/namespaces",
    object: {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        labels: { ...discoveryLabels(plan, { ...labels, [namespaceNameLabel]: name }), ...labels },
        annotations: { [ownerAnnotation]: owner },
      },
    },
  };
}

/**
 * What is in the namespace, in the order in which it is to be made: accounts before the pods that run as them. The accounts
 * name the pull secrets, as istiod's does: injection then adds those of the sidecar.
 * @param more Names of the Secrets by which the images are pulled, annotations of the client, and a name that is the same in
 * all clusters. Default: none.
 */
export function sampleManifests(
  namespace: string,
  version: string,
  images: SampleImages,
  { calls, clientAnnotations = {}, pullSecrets = [], sharedHost }: SampleExtras = {},
): Manifest[] {
  const collection = `/api/v1/namespaces/${namespace}`;
  const account = (name: string): Manifest => ({
    path: `${collection}/serviceaccounts`,
    object: {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, labels: sampleLabels },
      ...(pullSecrets.length === 0 ? {} : { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) }),
    },
  });
  const server = helloworldPodName(version);
  return [
    account(server),
    account(clientName),
    {
      path: `${collection}/services`,
      object: {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: helloworldName, labels: { ...sampleLabels, app: helloworldName } },
        spec: { ports: [{ name: "http", port: helloworldPort }], selector: { app: helloworldName } },
      },
    },
    ...(sharedHost === undefined ? [] : [sharedEntry(namespace, sharedHost)]),
    ...(calls === undefined ? [] : [ownCallsAllowed(namespace)]),
    // By the Service's short name, which istiod completes by the domain that it gives to Services.
    freshConnections(namespace, sharedHost ?? helloworldName),
    pod(collection, server, {
      account: server,
      labels: { app: helloworldName, version },
      container: {
        name: helloworldName,
        image: images.helloworld,
        imagePullPolicy: "IfNotPresent",
        env: [{ name: "SERVICE_VERSION", value: version }],
        ports: [{ containerPort: helloworldPort }],
        readinessProbe: { httpGet: { path: "/hello", port: helloworldPort }, periodSeconds: 1 },
        resources: smallResources,
      },
    }),
    pod(collection, clientName, {
      account: clientName,
      labels: { app: clientName },
      annotations: clientAnnotations,
      container: {
        name: clientName,
        image: images.client,
        imagePullPolicy: "IfNotPresent",
        command: ["/bin/sleep", "3600"],
        resources: smallResources,
      },
    }),
  ];
}

/** Selects helloworld's pods in all clusters that an istiod knows. */
function sharedEntry(namespace: string, host: string): Manifest {
  return {
    path: `/apis/networking.istio.io/v1/namespaces/${namespace}/serviceentries`,
    object: {
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: helloworldName, labels: sampleLabels },
      spec: {
        hosts: [host],
        location: "MESH_INTERNAL",
        resolution: "STATIC",
        ports: [{ name: "http", number: helloworldPort, protocol: "HTTP" }],
        workloadSelector: { labels: { app: helloworldName } },
      },
    },
  };
}

/** Lets the sample call itself, where a policy for the whole mesh denies by default. */
function ownCallsAllowed(namespace: string): Manifest {
  return {
    path: `/apis/security.istio.io/v1/namespaces/${namespace}/authorizationpolicies`,
    object: {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: helloworldName, labels: sampleLabels },
      spec: { action: "ALLOW", rules: [{ from: [{ source: { namespaces: [namespace] } }] }] },
    },
  };
}

/**
 * A connection through a gateway ends at the pod that it first reached: with connections used again, a client may call for
 * minutes and never reach one of three clusters behind one gateway.
 */
function freshConnections(namespace: string, host: string): Manifest {
  return {
    path: `/apis/networking.istio.io/v1/namespaces/${namespace}/destinationrules`,
    object: {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: helloworldName, labels: sampleLabels },
      spec: { host, trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: 1 } } } },
    },
  };
}

/** A Secret's content that pulls images, as it goes from one namespace into another. */
export interface PullSecretContent {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** A copy of a pull secret, which goes with the namespace. */
export function pullSecretManifest(namespace: string, name: string, { data, type }: PullSecretContent): Manifest {
  const metadata = { name, labels: sampleLabels };
  return {
    path: `/api/v1/namespaces/${namespace}/secrets`,
    object: { apiVersion: "v1", kind: "Secret", metadata, type, data },
  };
}

/** Requests that fit beside anything. */
const smallResources = { requests: { cpu: "10m", memory: "16Mi" } } as const;

interface PodParts {
  /** Name of its service account. */
  readonly account: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly container: object;
}

function pod(collection: string, name: string, of: PodParts): Manifest {
  return {
    path: `${collection}/pods`,
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        labels: { ...sampleLabels, ...of.labels },
        annotations: { "sidecar.istio.io/proxyCPU": "10m", "sidecar.istio.io/proxyMemory": "40Mi", ...of.annotations },
      },
      spec: {
        serviceAccountName: of.account,
        // `sleep` as a container's first process does not hear SIGTERM, and nobody waits for its answers.
        terminationGracePeriodSeconds: 1,
        restartPolicy: "Always",
        containers: [of.container],
      },
    },
  };
}

import { clientName, pullSecretManifest, sampleLabels, type Manifest, type PullSecretContent } from "../../verify";

/** Where the pod has the certificate authorities of API servers, a file for each cluster. */
const authoritiesDirectory = "/authorities";

/** Name of the ConfigMap with them. */
const authoritiesName = "authorities";

/** What is made in a cluster to look from inside it. */
export interface InsideParts {
  readonly namespace: string;
  /** An image with `curl` and `sleep`. */
  readonly image: string;
  /** Certificate authorities, PEM, by the names of the clusters whose API servers they are of. */
  readonly authorities: ReadonlyMap<string, string>;
  /** Secrets by which the image is pulled, by name, as far as they are copied; undefined for those that are only named. */
  readonly pullSecrets: ReadonlyMap<string, PullSecretContent | undefined>;
}

/** The file with the authority of a cluster, where the pod has it. */
export const authorityFile = (cluster: string): string => `${authoritiesDirectory}/${cluster}.pem`;

/**
 * What is in the namespace, in the order in which it is to be made. The pod asks for nothing that PodSecurity's `restricted`
 * forbids, and cannot ask the API server of its own cluster for anything. Pure.
 */
export function insideManifests({ authorities, image, namespace, pullSecrets }: InsideParts): Manifest[] {
  const collection = `/api/v1/namespaces/${namespace}`;
  const copies = [...pullSecrets].flatMap(([name, content]) =>
    content === undefined ? [] : [pullSecretManifest(namespace, name, content)],
  );
  return [
    ...copies,
    // The one that Kubernetes makes may come later than the pod.
    {
      path: `${collection}/serviceaccounts`,
      object: {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: clientName, labels: sampleLabels },
        automountServiceAccountToken: false,
      },
    },
    {
      path: `${collection}/configmaps`,
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: authoritiesName, labels: sampleLabels },
        data: Object.fromEntries([...authorities].map(([cluster, pem]) => [`${cluster}.pem`, pem])),
      },
    },
    {
      path: `${collection}/pods`,
      object: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: clientName, labels: { ...sampleLabels, "sidecar.istio.io/inject": "false" } },
        spec: {
          serviceAccountName: clientName,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 0,
          restartPolicy: "Always",
          imagePullSecrets: [...pullSecrets.keys()].map((name) => ({ name })),
          // As nobody: the image may name its user by a word, of which a cluster cannot tell that it is not root.
          securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: clientName,
              image,
              imagePullPolicy: "IfNotPresent",
              command: ["/bin/sleep", "3600"],
              resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              volumeMounts: [{ name: authoritiesName, mountPath: authoritiesDirectory, readOnly: true }],
            },
          ],
          volumes: [{ name: authoritiesName, configMap: { name: authoritiesName } }],
        },
      },
    },
  ];
}

import type { PaperMesh } from "./mesh";
import type { PaperObject } from "./world";

/** What an istiod on paper is given, by the names of its files. */
export function cacertsOf(mesh: PaperMesh, cluster: string): Readonly<Record<string, string>> {
  const secret = mesh.world.find(mesh.urlOf(cluster), "kubernetes:core/v1:Secret", "istio-system/cacerts");
  const { data } = (secret ?? {}) as unknown as { data: Readonly<Record<string, string>> };
  return Object.fromEntries(Object.entries(data).map(([name, text]) => [name, Buffer.from(text, "base64").toString()]));
}

/** Tells the workloads of a cluster the roots that its istiod has, as istiod does. */
export function publishRoots(mesh: PaperMesh, cluster: string): void {
  const metadata = { name: "istio-ca-root-cert", namespace: "istio-system" };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata };
  const data = { "root-cert.pem": cacertsOf(mesh, cluster)["root-cert.pem"] };
  const [url, type, id] = [mesh.urlOf(cluster), "kubernetes:core/v1:ConfigMap", "istio-system/istio-ca-root-cert"];
  const published = { ...object, data } as PaperObject;
  if (mesh.world.find(url, type, id) === undefined) mesh.world.add(url, type, id, published);
  else mesh.world.change(url, type, id, published);
}

import {
  intermediateOrigin,
  issuedIntermediateName,
  trustedRootsSecret,
  type ControlPlanePlan,
  type HelmValues,
  type MeshPlan,
} from "../../topology";

/** Where an istiod finds an intermediate CA that cert-manager issues, in Istio's own form. */
const issuedFiles = {
  name: "issued-intermediate-ca",
  mountPath: "/etc/isthmus/intermediate-ca",
} as const;

/**
 * An intermediate CA that cert-manager issues: certificate and key from its Secret, the roots from ours. Mounted as
 * `cacerts`, istiod would take what the issuer calls its CA for the only root (istio pilot, bootstrap/istio_ca.go), whatever
 * the rest of the mesh trusts. Unlike that one this volume is not optional: without the Secret no istiod starts, which would
 * make a root of its own.
 * @param others Volumes that it has beside: Helm replaces lists.
 */
export function issuedIntermediateValues(
  plan: MeshPlan,
  { name: site }: ControlPlanePlan,
  others: Partial<Record<"volumes" | "volumeMounts", readonly object[]>> = {},
): HelmValues {
  if (intermediateOrigin(plan, site) !== "issued") return {};
  const { name, mountPath } = issuedFiles;
  const items = [
    { key: "tls.crt", path: "ca-cert.pem" },
    { key: "tls.crt", path: "cert-chain.pem" },
    { key: "tls.key", path: "ca-key.pem" },
  ];
  const roots = [{ key: trustedRootsSecret.key, path: "root-cert.pem" }];
  const sources = [
    { secret: { name: issuedIntermediateName, items } },
    { secret: { name: trustedRootsSecret.name, items: roots } },
  ];
  return {
    env: { ROOT_CA_DIR: mountPath },
    volumes: [...(others.volumes ?? []), { name, projected: { sources } }],
    volumeMounts: [...(others.volumeMounts ?? []), { name, mountPath, readOnly: true }],
  };
}

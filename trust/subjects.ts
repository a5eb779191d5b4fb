/** A CA's subject, in the fields of Pulumi's tls provider. */
export interface Subject {
  readonly organization: string;
  readonly organizationalUnit: string;
  readonly commonName: string;
  readonly locality?: string;
}

/**
 * Subject of a root CA: as Istio's tools/certs makes it, with the mesh's id as the unit, so that the roots of two
 * meshes are told apart by reading them.
 * @param label By which it differs from another root of the mesh. Default: none.
 */
export function rootSubject(meshId: string, label?: string): Subject {
  const commonName = label === undefined ? "Root CA" : `Root CA ${label}`;
  return { organization: "Istio", organizationalUnit: meshId, commonName };
}

/**
 * Subject of a cluster's intermediate CA. The locality is the cluster's name, as in Istio's tools/certs. It differs from
 * the root's: Go's x509 takes a certificate whose subject equals its issuer's for self-issued and leaves out the
 * authority's key id.
 */
export function intermediateSubject(meshId: string, cluster: string): Subject {
  return { organization: "Istio", organizationalUnit: meshId, commonName: "Intermediate CA", locality: cluster };
}

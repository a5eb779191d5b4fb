import { createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from "node:crypto";
import { nameOf, revealed, type RawState, type StateResource } from "../../../engine/state";
import { firstIntermediateKey } from "../../../topology";
import { certificatesIn, isOfKey } from "../../../trust";

/** A CA whose key a stack has. */
export interface StackAuthority {
  readonly certificate: X509Certificate;
  /** **Secret**: it never leaves the memory of this process. */
  readonly key: KeyObject;
  /** Of an intermediate: the cluster whose istiod signs with it, and the name of its key. Undefined: a root. */
  readonly intermediate?: { readonly site: string; readonly key: string };
}

const keyType = "tls:index/privateKey:PrivateKey";
const rootType = "tls:index/selfSignedCert:SelfSignedCert";
const intermediateType = "tls:index/locallySignedCert:LocallySignedCert";

/**
 * The CAs whose keys a mesh's stacks have: certificates and keys are put together by the keys themselves. Pure.
 * @param states With secrets shown.
 */
export function authoritiesIn(states: readonly RawState[]): StackAuthority[] {
  const resources = states
    .flatMap(({ resources = [] }) => resources as readonly StateResource[])
    .filter((resource) => resource.delete !== true);
  const text = ({ outputs }: StateResource, name: string): string => {
    const value = revealed(outputs?.[name]);
    return typeof value === "string" ? value : "";
  };
  const keys = resources
    .filter(({ type }) => type === keyType)
    .map((resource) => text(resource, "privateKeyPem"))
    .filter((pem) => pem !== "")
    .map((pem) => createPrivateKey(pem));
  return resources
    .filter(({ type }) => type === rootType || type === intermediateType)
    .flatMap((resource): StackAuthority[] => {
      const [certificate] = certificatesIn(text(resource, "certPem"));
      const key = keys.find((one) => certificate !== undefined && isOfKey(certificate, createPublicKey(one)));
      if (certificate === undefined || key === undefined) return [];
      if (resource.type === rootType) return [{ certificate, key }];
      const intermediate = intermediateCalled(nameOf(resource.urn));
      return intermediate === undefined ? [] : [{ certificate, key, intermediate }];
    });
}

/** Whose certificate an intermediate's is, by its name in the state. */
function intermediateCalled(name: string): StackAuthority["intermediate"] {
  const [, site, key = firstIntermediateKey] = /^mesh-(.+)-intermediate-certificate(?:\.(.+))?$/.exec(name) ?? [];
  return site === undefined ? undefined : { site, key };
}

import type { KeyObject, X509Certificate } from "node:crypto";
import { intermediateDnsName } from "../names";
import type { SigningRequest } from "../signing-request";
import { intermediateSubject, rootSubject } from "../subjects";
import {
  caExtension,
  dnsNameExtension,
  extendedKeyUsageExtension,
  identityExtension,
  issue,
  keyUsageExtension,
  leafExtension,
  type Issuer,
} from "./issue";
import { emptyName, subjectName } from "./subject-name";

const msPerDay = 24 * 60 * 60 * 1000;

/** Clocks differ: a certificate counts from an hour ago, so that a machine whose clock is behind takes it at once. */
const backdatedMs = 60 * 60 * 1000;

/** Usages of CAs: those of Istio's tools/certs, and the signing of revocation lists, without which Go takes none. */
const caUsages = keyUsageExtension("digitalSignature", "nonRepudiation", "keyEncipherment", "keyCertSign", "cRLSign");

/** From when on, and for how long, something is valid. */
export interface Lifetime {
  readonly now: Date;
  readonly days: number;
}

/** Who a workload is. */
export interface WorkloadIdentity {
  readonly trustDomain: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * A root CA that signs itself. It has no path length: its successor can be certified by it, so that the root can be
 * changed without a second bundle; that nothing follows an intermediate says the intermediate.
 * @param meshId Stands in the subject. Empty: left out.
 */
export function issueRoot(
  meshId: string,
  keys: Issuer["key"],
  publicKey: KeyObject,
  lifetime: Lifetime,
): X509Certificate {
  const request = {
    subjectName: subjectName(rootSubject(meshId)),
    publicKey,
    ...validity(lifetime),
    extensions: [caExtension(), caUsages],
  };
  return issue(request, { key: keys });
}

/** The intermediate CA of a cluster. Nothing but workloads may follow it. */
export function issueIntermediate(
  request: Pick<SigningRequest, "subjectName" | "publicKey">,
  issuer: Issuer,
  lifetime: Lifetime,
): X509Certificate {
  const { subjectName: name, publicKey } = request;
  const extensions = [caExtension(0), caUsages, dnsNameExtension(intermediateDnsName)];
  return issue({ subjectName: name, publicKey, ...validity(lifetime), extensions }, issuer);
}

/** The certificate of a workload outside Kubernetes, with the identity that istiod would give it. */
export function issueWorkload(
  identity: WorkloadIdentity,
  publicKey: KeyObject,
  issuer: Issuer,
  lifetime: Lifetime,
): X509Certificate {
  const extensions = [
    leafExtension(),
    keyUsageExtension("digitalSignature", "keyEncipherment"),
    extendedKeyUsageExtension("serverAuth", "clientAuth"),
    identityExtension(spiffeId(identity)),
  ];
  return issue({ subjectName: emptyName, publicKey, ...validity(lifetime), extensions }, issuer);
}

/** The subject of a cluster's intermediate in DER. */
export function intermediateName(meshId: string, cluster: string): Buffer {
  return subjectName(intermediateSubject(meshId, cluster));
}

/** A workload's identity as Istio writes it. */
export function spiffeId({ trustDomain, namespace, serviceAccount }: WorkloadIdentity): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

function validity({ now, days }: Lifetime): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now.getTime() - backdatedMs), notAfter: new Date(now.getTime() + days * msPerDay) };
}

import { createHash, X509Certificate } from "node:crypto";
import { at, isKind, secretData, text, textsIn } from "./properties";
import type { Resource } from "./rule";

/** A certificate that a resource holds. */
export interface FoundCertificate {
  /** Where in the resource. */
  readonly path: string;
  readonly certificate: X509Certificate;
}

/**
 * Secrets from which istiod takes its intermediate CA (istio.io, "Plug in CA Certificates"), and its roots where cert-manager
 * issues that.
 */
const authoritySecrets: readonly (string | undefined)[] = ["cacerts", "isthmus-root-ca"];

const pemCertificate = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** How base64 of a PEM block begins. */
const encodedPem = "LS0tLS1CRUdJTi";

/** Every certificate in a resource, whether it stands there as PEM or, as in a Secret, in base64. */
export function certificatesIn({ properties }: Resource): FoundCertificate[] {
  return [...textsIn(properties)].flatMap(([path, found]) => {
    const pem = found.startsWith(encodedPem) ? Buffer.from(found, "base64").toString() : found;
    return certificatesOf(pem).map((certificate) => ({ path, certificate }));
  });
}

/**
 * The certificates of a mesh's authorities in a resource: what istiod is given to sign with, and what the resources of
 * Pulumi's tls provider are made from. Those of API servers, which stand in kubeconfigs, are none.
 */
export function authoritiesIn(resource: Resource): FoundCertificate[] {
  const { type, properties } = resource;
  const isIstiods = isKind(properties, "", "Secret") && authoritySecrets.includes(nameOf(properties));
  const found = isIstiods
    ? [...secretData(properties)].flatMap(([path, pem]) =>
        certificatesOf(pem).map((certificate) => ({ path, certificate })),
      )
    : type.startsWith("tls:")
      ? certificatesIn(resource)
      : [];
  return found.filter(({ certificate }) => certificate.ca);
}

/** What cert-manager is asked for, where that is a CA; undefined for any other resource. */
export function askedAuthority({ properties }: Resource): unknown {
  const isCertificate = isKind(properties, "cert-manager.io", "Certificate");
  return isCertificate && at(properties, "spec", "isCA") === true ? properties["spec"] : undefined;
}

/** Whether a certificate is a root: it was signed with its own key. */
export function isRoot(certificate: X509Certificate): boolean {
  return certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
}

/** SHA-256 of a certificate's public key (SubjectPublicKeyInfo), in hexadecimal. */
export function publicKeyHash(certificate: X509Certificate): string {
  return createHash("sha256")
    .update(certificate.publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(pemCertificate) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      // Whoever reads it will say that it is none; there is nothing to judge.
      return [];
    }
  });
}

function nameOf(properties: Readonly<Record<string, unknown>>): string | undefined {
  return text((properties["metadata"] as { name?: unknown } | undefined)?.name);
}

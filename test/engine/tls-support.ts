import "reflect-metadata";
import assert from "node:assert/strict";
import * as x509 from "@peculiar/x509";
import type { CertificatesInput } from "./programs/certificates";
import type { StateResource, Step } from "./support";

const usages = ["digital_signature", "cert_signing", "crl_signing"];

/** What the tests start from. */
export const input = {
  keyAlgorithm: "ECDSA",
  ecdsaCurve: "P256",
  root: {
    subject: { organization: "Example", commonName: "Root CA" },
    isCaCertificate: true,
    maxPathLength: 1,
    allowedUses: usages,
    validityPeriodHours: 48,
  },
  request: {
    subject: { organization: "Example", commonName: "Intermediate CA", locality: "east" },
    dnsNames: ["istiod.istio-system.svc"],
    ipAddresses: ["10.0.0.1"],
    uris: ["spiffe://mesh1/ns/istio-system"],
  },
  leaf: { isCaCertificate: true, allowedUses: usages, validityPeriodHours: 24, earlyRenewalHours: 6 },
} satisfies CertificatesInput;

/** The program's outputs: each resource's own. */
export type Outputs = Record<"rootKey" | "leafKey" | "root" | "request" | "leaf", Record<string, unknown>>;

/** What is compared of a step: which resource, what is done, because of what. */
export function summary({ op, name, diffReasons, replaceReasons }: Step): Record<string, unknown> {
  return { op, name, diffReasons, replaceReasons };
}

/** The summary of a replacement. */
export function replace(name: string, ...reasons: string[]): Record<string, unknown> {
  return { op: "replace", name, diffReasons: reasons, replaceReasons: reasons };
}

/** A resource in the state, by its name. */
export function find(resources: readonly StateResource[], name: string): StateResource {
  const found = resources.find(({ urn }) => urn.endsWith(`::${name}`));
  assert.ok(found, `${name} is not in the state`);
  return found;
}

/** The certificate of a resource that has one. */
export function certificateOf(outputs: Record<string, unknown>): x509.X509Certificate {
  return new x509.X509Certificate(String(outputs["certPem"]));
}

/** Its basic constraints. */
export function constraintsOf(outputs: Record<string, unknown>): x509.BasicConstraintsExtension {
  const constraints = certificateOf(outputs).getExtension(x509.BasicConstraintsExtension);
  assert.ok(constraints);
  return constraints;
}

import type { Mesh } from "../../topology";

/** Algorithm and size of a CA's key. */
export type KeyAlgorithm = Mesh["trust"]["keyAlgorithm"];

/** A key's parameters in the arguments of `tls.PrivateKey`. */
export type PrivateKeyParameters =
  | { readonly algorithm: "RSA"; readonly rsaBits: number }
  | { readonly algorithm: "ECDSA"; readonly ecdsaCurve: string };

/** The curve is always named: the tls provider's own default is P224, which Istio does not take. */
export function privateKeyArgs(algorithm: KeyAlgorithm): PrivateKeyParameters {
  switch (algorithm) {
    case "ecdsa-p256":
      return { algorithm: "ECDSA", ecdsaCurve: "P256" };
    case "rsa-4096":
      return { algorithm: "RSA", rsaBits: 4096 };
  }
}

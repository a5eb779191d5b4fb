import { sameIssuer, type Bundle } from "./handshake";
import type { Configuration } from "./standing";

/**
 * How an istiod takes up a changed Secret `cacerts`:
 * - `unchanged`: there is nothing to take up;
 * - `live`: by itself, once kubelet has brought it the files;
 * - `multi-root`: by itself where it runs with ISTIO_MULTIROOT_MESH, otherwise when it is restarted;
 * - `restart`: only when it is restarted.
 */
export type Uptake = "unchanged" | "live" | "multi-root" | "restart";

/**
 * How an istiod takes this change up. Source: Istio 1.31, pilot/pkg/bootstrap/istio_ca.go, handleEvent: root-cert.pem must
 * be the same byte for byte, and so in the same order; with the flag, one set of roots must contain the other.
 */
export function uptakeOf(from: Configuration, to: Configuration): Uptake {
  if (from.roots.join() === to.roots.join()) return sameIssuer(from.issuer, to.issuer) ? "unchanged" : "live";
  return contains(from.roots, to.roots) || contains(to.roots, from.roots) ? "multi-root" : "restart";
}

function contains(bundle: Bundle, part: Bundle): boolean {
  return part.every((root) => bundle.includes(root));
}

import { sameBundle, sameIssuer } from "./handshake";
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
 * be the same, byte for byte and so in the same order; with the flag, one set of roots must contain the other.
 */
export function uptakeOf(from: Configuration, to: Configuration): Uptake {
  if (sameBundle(from.roots, to.roots)) return sameIssuer(from.issuer, to.issuer) ? "unchanged" : "live";
  const grows = from.roots.every((root) => to.roots.includes(root));
  const shrinks = to.roots.every((root) => from.roots.includes(root));
  return grows || shrinks ? "multi-root" : "restart";
}

import type { Bundle, Issuer } from "../../../../trust/rotation";
import { crossSigned, intermediate, leaf, rootCertificate } from "./certificates";
import { handshake, type Side } from "./handshake";

const known = new Map<string, Promise<boolean>>();

/**
 * Whether who trusts these roots really accepts a leaf of this issuer. Names are those of `meshes.ts`: the issuer is
 * `<cluster> below <root>`, and each of its anchors after the first has certified the one before.
 */
export function reallyVerifies(bundle: Bundle, issuer: Issuer): Promise<boolean> {
  const key = JSON.stringify([[...bundle].sort(), issuer]);
  const verdict = known.get(key) ?? verify(bundle, issuer);
  known.set(key, verdict);
  return verdict;
}

async function verify(bundle: Bundle, issuer: Issuer): Promise<boolean> {
  const own = await leaf(issuer.keyId);
  const path = issuer.anchors.map(({ root }) => root);
  const crosses = path.slice(1).map((by, at) => crossSigned(`${path[at]} by ${by}`));
  const chain = await Promise.all([intermediate(issuer.keyId), ...crosses]);
  const trusted = await Promise.all(bundle.map(rootCertificate));
  const here: Side = {
    key: own.key,
    chain: [own, ...chain].map(({ pem }) => pem).join("\n"),
    bundle: trusted.map(({ pem }) => pem),
  };
  return (await handshake(here, here)).client;
}

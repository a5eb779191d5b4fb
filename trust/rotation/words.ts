import type { Root } from "./handshake";
import type { Naming } from "./safety";
import type { Lag, Step } from "./step";
import type { Configuration } from "./standing";

/** A step for a reader. */
export interface StepWords {
  /** What is done, and in which clusters, as an imperative sentence. */
  readonly what: string;
  /** Why no call is lost meanwhile, once {@link nextStep} says that it may be done. */
  readonly why: string;
}

/** A step in words. @param naming How roots and intermediates are called, such as by their names in the mesh's file. */
export function describeStep({ kind, change }: Step, naming: Naming): StepWords {
  const where = [...change.keys()].join(", ");
  const to = [...change.values()];
  const roots = listed(to.flatMap((configuration) => configuration.roots).map(naming));
  switch (kind) {
    case "trust":
      return {
        what: `In ${where}: trust ${roots}.`,
        why: "Roots are only added: whatever is accepted today stays accepted.",
      };
    case "issue":
      return {
        what: `In ${where}: sign with ${listed(to.map(({ issuer }) => naming(issuer.keyId)))}.`,
        why: `Every proxy that was seen trusts ${listed(to.flatMap(ends).map(naming), "or")}, where its chain leads.`,
      };
    case "distrust":
      return {
        what: `In ${where}: trust ${roots} alone.`,
        why: `Every certificate that was seen leads to ${roots}, and so does every istiod's.`,
      };
    case "shorten":
      return {
        what: `In ${where}: present chains without the cross-signed certificate.`,
        why: `Every proxy that was seen trusts ${roots} itself.`,
      };
  }
}

/** What is waited for in a cluster, and how long that takes by itself. */
export function describeLag({ cluster, what }: Lag): string {
  return what === "roots"
    ? `${cluster}: proxies or ConfigMaps have other roots than their istiod gives; a proxy hears of them when it renews its certificate, at half of its lifetime, or at once with PROXY_CONFIG_XDS_AGENT`
    : `${cluster}: workloads present certificates of another issuer; each is renewed at half of its lifetime, or when its pod starts anew`;
}

function ends({ issuer }: Configuration): Root[] {
  return issuer.anchors.flatMap(({ root, tooLong }) => (tooLong === true ? [] : [root]));
}

function listed(names: readonly string[], last = "and"): string {
  const different = [...new Set(names)];
  return [different.slice(0, -1).join(", "), ...different.slice(-1)].filter((part) => part !== "").join(` ${last} `);
}

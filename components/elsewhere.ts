import type * as pulumi from "@pulumi/pulumi";
import type { Offer } from "../topology";
import type { Intermediate } from "./trust";

/** What other Pulumi stacks have of a mesh, where each of its clusters is in a stack of its own. */
export interface Elsewhere {
  /** Certificates of the roots, PEM. */
  readonly rootCertificatePem: pulumi.Output<string>;
  /** SHA-256 fingerprint of the first of them. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** The intermediate CA of an istiod. */
  readonly intermediateOf: (site: string) => Intermediate;
  /** Address of another cluster's istiod. */
  readonly addressOf: (controlPlane: string) => pulumi.Output<string>;
  /** Kubeconfig by which an istiod elsewhere reads a cluster. Secret. */
  readonly readerOf: (cluster: string) => pulumi.Output<string>;
  /** Kubeconfig by which an external istiod takes its configuration from a cluster. Secret. */
  readonly istiodAccountOf: (configCluster: string) => pulumi.Output<string>;
  /** Whether something of another part is there, or will be when all parts are made. */
  readonly has: (part: string, offer: Offer) => boolean;
}

import type * as pulumi from "@pulumi/pulumi";
import type { ExistingIntermediate, IntermediateArgs, Trust } from "./trust";

/** What a {@link GivenTrust} is made from. */
export interface GivenTrustArgs {
  /** Certificates of the roots, PEM; the first one is the mesh's own. */
  readonly rootCertificatesPem: pulumi.Input<string>;
  /** The intermediate CA of each istiod, by the name of the cluster that it runs in. */
  readonly intermediates: Readonly<Record<string, IntermediateArgs | ExistingIntermediate>>;
}

/** Certificates that were made elsewhere. It makes no resource: the keys stand in the Secrets of their clusters alone. */
export class GivenTrust implements Trust {
  readonly rootCertificatesPem: pulumi.Input<string>;

  constructor(private readonly args: GivenTrustArgs) {
    this.rootCertificatesPem = args.rootCertificatesPem;
  }

  readonly intermediateOf = (site: string): IntermediateArgs | ExistingIntermediate => {
    const intermediate = this.args.intermediates[site];
    if (intermediate === undefined) throw new RangeError(`no intermediate CA for ${site}`);
    return intermediate;
  };
}

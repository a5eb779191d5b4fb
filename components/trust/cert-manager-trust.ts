import type * as pulumi from "@pulumi/pulumi";
import { issuerRefOf, type MeshPlan } from "../../topology";
import type { CertManagerIntermediate, Trust } from "./trust";

/** What a {@link CertManagerTrust} is made from. */
export interface CertManagerTrustArgs {
  readonly plan: Pick<MeshPlan, "trust">;
  /** Certificates of the roots, PEM; the first one is the mesh's own. */
  readonly rootCertificatesPem: pulumi.Input<string>;
}

/** Intermediates that cert-manager issues in their clusters. It makes no resource: each is made where its cluster is. */
export class CertManagerTrust implements Trust {
  readonly rootCertificatesPem: pulumi.Input<string>;

  constructor(private readonly args: CertManagerTrustArgs) {
    this.rootCertificatesPem = args.rootCertificatesPem;
  }

  readonly intermediateOf = (site: string): CertManagerIntermediate => {
    const issuerRef = issuerRefOf(this.args.plan, site);
    if (issuerRef === undefined) throw new RangeError(`no issuer for ${site}`);
    return { issuerRef };
  };
}

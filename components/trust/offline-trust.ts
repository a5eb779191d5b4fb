import type * as pulumi from "@pulumi/pulumi";
import { siteComponentName } from "../../topology";
import { formerNames, type MeshContext } from "../mesh-context";
import { RequestedIntermediate } from "./requested-intermediate";
import type { IntermediateArgs, Trust } from "./trust";

/** What an {@link OfflineTrust} is made from. */
export interface OfflineTrustArgs {
  /** Certificates of the roots, PEM; the first one is the mesh's own. */
  readonly rootCertificatesPem: pulumi.Input<string>;
  /** The clusters whose istiods have, or wait for, an intermediate CA. */
  readonly sites: readonly string[];
  /** What was signed, by cluster: the intermediate's certificate and those between it and the root, PEM. */
  readonly signed: ReadonlyMap<string, pulumi.Input<string>>;
}

/**
 * A root whose key is elsewhere, and never comes here: every istiod's key is made here, with a request that is signed
 * there. Its components are those of the mesh.
 */
export class OfflineTrust implements Trust {
  readonly rootCertificatesPem: pulumi.Input<string>;
  /** The signing requests, PEM, by cluster. Public. */
  readonly requests: Readonly<Record<string, pulumi.Output<string>>>;
  private readonly made: ReadonlyMap<string, RequestedIntermediate>;

  constructor(
    { name, parent, plan }: MeshContext,
    private readonly args: OfflineTrustArgs,
  ) {
    this.rootCertificatesPem = args.rootCertificatesPem;
    this.made = new Map(
      args.sites.map((site) => [
        site,
        new RequestedIntermediate(
          siteComponentName(name, site, "intermediate"),
          { meshId: plan.id, cluster: site, keyAlgorithm: plan.trust.keyAlgorithm },
          { parent, ...formerNames({ name, plan }, site, "intermediate") },
        ),
      ]),
    );
    this.requests = Object.fromEntries([...this.made].map(([site, { requestPem }]) => [site, requestPem]));
  }

  readonly intermediateOf = (site: string): IntermediateArgs => {
    const [certificatePem, made] = [this.args.signed.get(site), this.made.get(site)];
    if (certificatePem === undefined || made === undefined) throw new RangeError(`nothing was signed for ${site}`);
    return { certificatePem, privateKeyPem: made.privateKeyPem };
  };
}

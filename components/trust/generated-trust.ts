import * as pulumi from "@pulumi/pulumi";
import { rootName, siteComponentName } from "../../topology";
import { formerNames, type MeshContext } from "../mesh-context";
import { IntermediateCa } from "./intermediate-ca";
import { RootCa } from "./root-ca";
import type { Trust } from "./trust";

/** A root CA that the stack makes itself, and intermediates that it signs. Its components are those of the mesh. */
export class GeneratedTrust implements Trust {
  readonly root: RootCa;
  readonly rootCertificatesPem: pulumi.Output<string>;

  /**
   * @param moreRootsPem Roots that are trusted beside its own, PEM. Default: none.
   * @param opts Options of the root, beside its parent.
   */
  constructor(
    private readonly context: MeshContext,
    moreRootsPem = "",
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { name, parent, plan } = context;
    this.root = new RootCa(
      rootName(name),
      { meshId: plan.id, lifetimeDays: plan.trust.rootLifetimeDays, keyAlgorithm: plan.trust.keyAlgorithm },
      { parent, ...opts },
    );
    this.rootCertificatesPem =
      moreRootsPem === "" ? this.root.certificatePem : pulumi.interpolate`${this.root.certificatePem}${moreRootsPem}`;
  }

  readonly intermediateOf = (site: string): IntermediateCa => {
    const { name, plan, parent } = this.context;
    return new IntermediateCa(
      siteComponentName(name, site, "intermediate"),
      {
        meshId: plan.id,
        cluster: site,
        rootCertificatePem: this.root.certificatePem,
        rootPrivateKeyPem: this.root.privateKeyPem,
        lifetimeDays: plan.trust.intermediateLifetimeDays,
        renewBeforeDays: plan.trust.renewBeforeDays,
        keyAlgorithm: plan.trust.keyAlgorithm,
      },
      { parent, ...formerNames(this.context, site, "intermediate") },
    );
  };
}

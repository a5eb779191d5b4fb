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
  private readonly made = new Map<string, IntermediateCa>();

  /**
   * @param moreRootsPem Roots that are trusted beside its own, PEM. Default: none.
   * @param opts Options of the root, beside its parent.
   */
  constructor(
    private readonly context: MeshContext,
    private readonly moreRootsPem = "",
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

  /** While another root is trusted as well: the requests by which that one may sign the same keys, PEM, by cluster. */
  get requests(): Readonly<Record<string, pulumi.Output<string>>> | undefined {
    if (this.moreRootsPem === "") return undefined;
    return Object.fromEntries([...this.made].map(([site, { requestPem }]) => [site, requestPem]));
  }

  readonly intermediateOf = (site: string): IntermediateCa => {
    const { name, plan, parent } = this.context;
    const made = new IntermediateCa(
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
    this.made.set(site, made);
    return made;
  };
}

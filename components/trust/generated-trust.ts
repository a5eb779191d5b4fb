import * as pulumi from "@pulumi/pulumi";
import {
  firstRoot,
  generatedRootsOf,
  intermediateKeysOf,
  issuingRootOf,
  rootName,
  signingRootsOf,
  siteComponentName,
} from "../../topology";
import { laterRootMaxPathLength } from "../internal/certificates";
import { formerNames, type MeshContext } from "../mesh-context";
import { IntermediateCa } from "./intermediate-ca";
import { RootCa } from "./root-ca";
import type { NamedRoot, Trust } from "./trust";

/** Root CAs that the stack makes itself, and intermediates that it signs with them. Its components are those of the mesh. */
export class GeneratedTrust implements Trust {
  /** The root by which the mesh is known. */
  readonly root: RootCa;
  readonly rootCertificatesPem: pulumi.Output<string>;
  readonly namedRoots: readonly NamedRoot[];
  private readonly roots: ReadonlyMap<string, RootCa>;
  private readonly made = new Map<string, IntermediateCa>();

  /**
   * @param moreRootsPem Roots that are trusted beside its own, PEM. Default: none.
   * @param opts Options of the roots that sign something, beside their parent.
   */
  constructor(
    private readonly context: MeshContext,
    private readonly moreRootsPem = "",
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    const { plan } = context;
    const signing = signingRootsOf(plan);
    this.roots = new Map(
      generatedRootsOf(plan).map((name) => [name, this.makeRoot(name, signing.has(name) ? opts : {})] as const),
    );
    this.root = this.rootCalled(plan.trust.generated.issuer);
    const made = [...this.roots.values()].map(({ certificatePem }) => certificatePem);
    this.rootCertificatesPem =
      made.length === 1 && moreRootsPem === ""
        ? this.root.certificatePem
        : pulumi.all(made).apply((certificates) => [...certificates, moreRootsPem].join(""));
    this.namedRoots = [...this.roots].map(([name, { fingerprint }]) => ({ name, fingerprint }));
  }

  /** While another root is trusted as well: the requests by which that one may sign the same keys, PEM, by cluster. */
  get requests(): Readonly<Record<string, pulumi.Output<string>>> | undefined {
    if (this.moreRootsPem === "") return undefined;
    return Object.fromEntries([...this.made].map(([site, { requestPem }]) => [site, requestPem]));
  }

  readonly intermediateOf = (site: string): IntermediateCa => {
    const { name, plan, parent } = this.context;
    const root = this.rootCalled(issuingRootOf(plan, site));
    const made = new IntermediateCa(
      siteComponentName(name, site, "intermediate"),
      {
        meshId: plan.id,
        cluster: site,
        rootCertificatePem: root.certificatePem,
        rootPrivateKeyPem: root.privateKeyPem,
        lifetimeDays: plan.trust.intermediateLifetimeDays,
        renewBeforeDays: plan.trust.renewBeforeDays,
        keyAlgorithm: plan.trust.keyAlgorithm,
        keys: intermediateKeysOf(plan, site),
      },
      { parent, ...formerNames(this.context, site, "intermediate") },
    );
    this.made.set(site, made);
    return made;
  };

  private makeRoot(root: string, opts: pulumi.ComponentResourceOptions): RootCa {
    const { name, parent, plan } = this.context;
    const { keyAlgorithm, rootLifetimeDays: lifetimeDays } = plan.trust;
    // The first one stays as it was made before there could be others.
    const later = root === firstRoot ? {} : { label: root, maxPathLength: laterRootMaxPathLength };
    return new RootCa(
      rootName(name, root),
      { meshId: plan.id, lifetimeDays, keyAlgorithm, ...later },
      { parent, ...opts },
    );
  }

  private rootCalled(name: string): RootCa {
    const root = this.roots.get(name);
    if (root === undefined) throw new RangeError(`no root ${name} is made`);
    return root;
  }
}

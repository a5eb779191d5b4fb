import * as pulumi from "@pulumi/pulumi";
import type { MeshPlan } from "../topology";
import { GeneratedTrust, type Intermediate } from "./trust";

/** What a {@link MeshTrust} is made from. */
export interface MeshTrustArgs {
  readonly plan: MeshPlan;
}

/**
 * The trust of a mesh whose clusters are in stacks of their own: the root CA, and an intermediate CA for every istiod. The
 * root's key never leaves this stack, and the root is protected: who loses it loses every identity of the mesh.
 *
 * To the engine it is a {@link Mesh}, so that resources keep their names when the state moves from one layout of stacks
 * to the other.
 */
export class MeshTrust extends pulumi.ComponentResource {
  /** Certificate of the root CA, PEM. */
  readonly rootCertificatePem: pulumi.Output<string>;
  /** SHA-256 fingerprint of it. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** The intermediate CA of every istiod, by the name of the cluster that it runs in. */
  readonly intermediates: Readonly<Record<string, Intermediate>>;

  constructor(name: string, { plan }: MeshTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:Mesh", name, {}, opts);

    const trust = new GeneratedTrust({ name, plan, parent: this }, { protect: true });
    this.intermediates = Object.fromEntries(
      plan.controlPlanes.map((controlPlane) => [controlPlane.name, trust.intermediateOf(controlPlane.name)]),
    );
    this.rootCertificatePem = trust.root.certificatePem;
    this.rootFingerprint = trust.root.fingerprint;
    this.registerOutputs({ rootFingerprint: this.rootFingerprint });
  }
}

import * as pulumi from "@pulumi/pulumi";
import type { MeshPlan } from "../topology";
import { nothingElsewhere, type TrustMaterial } from "../trust";
import type { RootOutputs } from "./internal/roots";
import { intermediateFrom, trustedRoots, trustFrom, type Intermediate, type Trust } from "./trust";

/** What a {@link MeshTrust} is made from. */
export interface MeshTrustArgs {
  readonly plan: MeshPlan;
  /** What of its certificates is made elsewhere. Default: nothing. */
  readonly material?: TrustMaterial;
}

/**
 * The trust of a mesh whose clusters are in stacks of their own: the root CAs, and an intermediate CA for every istiod. The
 * roots' keys never leave this stack, and a root that signs is protected: who loses it loses every identity of the mesh.
 *
 * To the engine it is a {@link Mesh}, so that resources keep their names when the state moves from one layout of stacks
 * to the other.
 */
export class MeshTrust extends pulumi.ComponentResource {
  /** Certificates of the roots, PEM. */
  readonly rootCertificatePem: pulumi.Output<string>;
  /** SHA-256 fingerprint of the first of them. */
  readonly rootFingerprint: pulumi.Output<string>;
  /** All of them. */
  readonly roots: pulumi.Output<readonly RootOutputs[]>;
  /** The intermediate CAs of the istiods, by the name of the cluster that each runs in; without those that are not signed yet. */
  readonly intermediates: Readonly<Record<string, Intermediate>>;
  /** Signing requests, PEM, by cluster; undefined where nothing is signed elsewhere. */
  readonly requests: Trust["requests"];

  constructor(
    name: string,
    { plan, material = nothingElsewhere }: MeshTrustArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("isthmus:index:Mesh", name, {}, opts);

    const trust = trustFrom({ name, plan, parent: this }, material, { protect: true });
    const sites = plan.controlPlanes.map((controlPlane) => controlPlane.name);
    const ready = isMadeForAll(plan) ? sites : sites.filter((site) => material.intermediates.has(site));
    this.intermediates = Object.fromEntries(ready.map((site) => [site, intermediateFrom(trust.intermediateOf(site))]));
    const { pem, fingerprint, roots } = trustedRoots(trust);
    this.rootCertificatePem = pem;
    this.rootFingerprint = fingerprint;
    this.roots = roots;
    this.requests = trust.requests;
    this.registerOutputs({ rootFingerprint: this.rootFingerprint });
  }
}

/** Whether every istiod has an intermediate by the plan alone. */
function isMadeForAll({ trust: { root } }: MeshPlan): boolean {
  return root === "generated" || root === "cert-manager";
}

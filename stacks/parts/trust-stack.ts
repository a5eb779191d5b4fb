import * as pulumi from "@pulumi/pulumi";
import { MeshTrust, type Intermediate } from "../../components";
import { meshName, trustPart, withMutualTls, type MeshPlan } from "../../topology";
import type { MeshOutput } from "../mesh-stack";
import { digestOf, partDigest } from "./digest";
import type { PartIdentity } from "./part-identity";
import { parsePartOutputs } from "./part-outputs";

/** What the stack of a mesh's trust exports. */
export interface TrustStackOutputs {
  readonly mesh: MeshOutput;
  readonly part: PartOutput;
  readonly rootCertificatePem: pulumi.Output<string>;
  /** Secret. */
  readonly intermediates: pulumi.Output<Readonly<Record<string, pulumi.Unwrap<Intermediate>>>>;
}

/** What a part says of itself, for the others and for whoever brings them up. */
export interface PartOutput extends PartIdentity {
  readonly offers: Readonly<Record<string, pulumi.Input<string>>>;
  readonly uses: Readonly<Record<string, string>>;
  /** What it used at its last update and is not to use any more: as long as it is not made, it may. */
  readonly formerUses?: Readonly<Record<string, string>>;
  /** Known once everything of the part is there; none where nothing was made. */
  readonly digest?: pulumi.Output<string>;
}

/**
 * The trust of a mesh, in a stack of its own.
 * @param environment The stack whose configuration describes the mesh.
 * @param outputs What this stack's last update said.
 */
export function trustStack(configured: MeshPlan, environment: string, outputs: unknown): TrustStackOutputs {
  const plan = withMutualTls(configured, parsePartOutputs(outputs).mesh);
  const trust = new MeshTrust(meshName, { plan });
  const intermediates = Object.entries(trust.intermediates);
  const made = pulumi.all(intermediates.map(([, { certificatePem }]) => certificatePem));
  return {
    mesh: {
      id: plan.id,
      trustDomain: plan.trustDomain,
      rootFingerprint: trust.rootFingerprint,
      mtls: plan.mtls,
    },
    part: {
      mesh: plan.id,
      environment,
      name: trustPart,
      offers: {
        root: trust.rootFingerprint,
        ...Object.fromEntries(
          intermediates.map(([site, { certificatePem }]) => [`intermediate.${site}`, certificatePem.apply(digestOf)]),
        ),
      },
      uses: {},
      digest: made.apply(() =>
        partDigest({ plan, part: trustPart, access: undefined, files: undefined, offers: new Map() }),
      ),
    },
    rootCertificatePem: trust.rootCertificatePem,
    intermediates: pulumi.secret(
      Object.fromEntries(
        intermediates.map(([site, { certificatePem, privateKeyPem, notAfter }]) => [
          site,
          { certificatePem, privateKeyPem, notAfter },
        ]),
      ),
    ),
  };
}

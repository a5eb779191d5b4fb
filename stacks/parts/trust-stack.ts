import * as pulumi from "@pulumi/pulumi";
import { MeshTrust, type Intermediate, type RootOutputs } from "../../components";
import { nothingElsewhere, type TrustMaterial } from "../../trust";
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
  readonly intermediates: pulumi.Output<unknown>;
  /** Where certificates are signed elsewhere: what is to be signed, PEM, by cluster. */
  readonly trust?: { readonly requests: Readonly<Record<string, pulumi.Output<string>>> };
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
 * @param material What of its certificates is made elsewhere. Default: nothing.
 */
export function trustStack(
  configured: MeshPlan,
  environment: string,
  outputs: unknown,
  material: TrustMaterial = nothingElsewhere,
): TrustStackOutputs {
  const plan = withMutualTls(configured, parsePartOutputs(outputs).mesh);
  const trust = new MeshTrust(meshName, { plan, material });
  const intermediates = Object.entries(trust.intermediates).map(([site, one]) => [site, writtenOf(one)] as const);
  const made = pulumi.all(intermediates.map(([, { offer }]) => offer));
  return {
    mesh: {
      id: plan.id,
      trustDomain: plan.trustDomain,
      rootFingerprint: trust.rootFingerprint,
      roots: trust.roots,
      mtls: plan.mtls,
    },
    part: {
      mesh: plan.id,
      environment,
      name: trustPart,
      offers: {
        root: trust.roots.apply(rootsOffer),
        ...Object.fromEntries(intermediates.map(([site, { offer }]) => [`intermediate.${site}`, offer])),
      },
      uses: {},
      digest: made.apply(() =>
        partDigest({ plan, part: trustPart, access: undefined, files: undefined, offers: new Map() }),
      ),
    },
    rootCertificatePem: trust.rootCertificatePem,
    intermediates: pulumi.secret(Object.fromEntries(intermediates.map(([site, { written }]) => [site, written]))),
    ...(trust.requests === undefined ? {} : { trust: { requests: trust.requests } }),
  };
}

/** By what the other parts see that the roots are others: the fingerprints of all of them. Pure. */
export function rootsOffer(roots: readonly Pick<RootOutputs, "fingerprint">[]): string {
  return roots.map(({ fingerprint }) => fingerprint).join(",");
}

/** What the other parts read of an intermediate CA, and by what they see that it is another one. */
function writtenOf(intermediate: Intermediate): {
  readonly written: object;
  readonly offer: pulumi.Output<string>;
} {
  if ("existingSecret" in intermediate) {
    return { written: intermediate, offer: pulumi.output(`Secret ${intermediate.existingSecret}`) };
  }
  if ("issuerRef" in intermediate) {
    const { group, kind, name } = intermediate.issuerRef;
    return { written: intermediate, offer: pulumi.output(`issued by ${kind}.${group}/${name}`) };
  }
  const { certificatePem, privateKeyPem, notAfter } = intermediate;
  return { written: { certificatePem, privateKeyPem, notAfter }, offer: certificatePem.apply(digestOf) };
}

import * as pulumi from "@pulumi/pulumi";
import type { MeshContext } from "../mesh-context";
import { GeneratedTrust } from "./generated-trust";
import { GivenTrust } from "./given-trust";
import { OfflineTrust } from "./offline-trust";
import type { ExistingIntermediate, Trust } from "./trust";

/** An intermediate CA as it was found beside the stack. */
export interface FoundIntermediate {
  /** Its certificate, and after it those between it and the root, PEM. */
  readonly certificatePem: string;
  /** Its private key, PEM; undefined where the stack has it. **Secret**. */
  readonly privateKeyPem?: string;
}

/** What of a mesh's certificates is made elsewhere. */
export interface TrustMaterial {
  /** Roots, PEM; undefined where the stack makes the only one. */
  readonly rootsPem?: string;
  /** Intermediate CAs, by the name of the cluster whose istiod signs with them. */
  readonly intermediates: ReadonlyMap<string, FoundIntermediate | ExistingIntermediate>;
  /** Clusters of the mesh that an istiod runs in, whether its intermediate CA is there or not yet. */
  readonly sites: readonly string[];
}

/** What a mesh has whose stack makes everything itself. */
export const nothingElsewhere: TrustMaterial = { intermediates: new Map(), sites: [] };

/** A trust as the plan says, and what it asks of who signs elsewhere. */
export interface SourcedTrust extends Trust {
  /** Signing requests, PEM, by cluster; undefined where nothing is to be signed elsewhere. */
  readonly requests?: Readonly<Record<string, pulumi.Output<string>>> | undefined;
}

/**
 * Where the certificates of a mesh come from, by its plan. To add a source: a file here, a branch, and one in the schema.
 * @param opts Options of a root that the stack makes, beside its parent.
 */
export function trustFrom(
  context: MeshContext,
  { intermediates, rootsPem, sites }: TrustMaterial,
  opts: pulumi.ComponentResourceOptions = {},
): SourcedTrust {
  const { root } = context.plan.trust;
  if (root === "generated") return new GeneratedTrust(context, rootsPem, opts);
  if (rootsPem === undefined) throw new pulumi.RunError(`isthmus:mesh.trust: ${root} needs roots that were read.`);
  if (root === "offline") {
    const signed = [...intermediates].flatMap(([site, found]): [string, string][] =>
      "existingSecret" in found ? [] : [[site, found.certificatePem]],
    );
    return new OfflineTrust(context, { rootCertificatesPem: rootsPem, sites, signed: new Map(signed) });
  }
  const given = [...intermediates].map(([site, found]) => [site, withKey(found)] as const);
  return new GivenTrust({ rootCertificatesPem: rootsPem, intermediates: Object.fromEntries(given) });
}

function withKey(found: FoundIntermediate | ExistingIntermediate): ReturnType<Trust["intermediateOf"]> {
  if ("existingSecret" in found) return found;
  const { certificatePem, privateKeyPem = "" } = found;
  return { certificatePem, privateKeyPem: pulumi.secret(privateKeyPem) };
}

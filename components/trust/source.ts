import * as pulumi from "@pulumi/pulumi";
import type { FoundIntermediate, TrustMaterial } from "../../trust";
import type { MeshContext } from "../mesh-context";
import { CertManagerTrust } from "./cert-manager-trust";
import { GeneratedTrust } from "./generated-trust";
import { GivenTrust } from "./given-trust";
import { OfflineTrust } from "./offline-trust";
import type { ExistingIntermediate, IntermediateArgs, Trust } from "./trust";

/**
 * Where the certificates of a mesh come from, by its plan. To add a source: a file here, a branch, and one in the schema.
 * @param opts Options of a root that the stack makes, beside its parent.
 */
export function trustFrom(
  context: MeshContext,
  { intermediates, rootsPem, sites }: TrustMaterial,
  opts: pulumi.ComponentResourceOptions = {},
): Trust {
  const { root } = context.plan.trust;
  if (root === "generated") return new GeneratedTrust(context, rootsPem, opts);
  if (rootsPem === undefined) throw new pulumi.RunError(`isthmus:mesh.trust: ${root} needs roots that were read.`);
  if (root === "cert-manager") return new CertManagerTrust({ plan: context.plan, rootCertificatesPem: rootsPem });
  if (root === "offline") {
    const signed = [...intermediates].flatMap(([site, found]): [string, string][] =>
      "existingSecret" in found ? [] : [[site, found.certificatePem]],
    );
    return new OfflineTrust(context, { rootCertificatesPem: rootsPem, sites, signed: new Map(signed) });
  }
  const given = [...intermediates].map(([site, found]) => [site, withKey(found)] as const);
  return new GivenTrust({ rootCertificatesPem: rootsPem, intermediates: Object.fromEntries(given) });
}

function withKey(found: FoundIntermediate): IntermediateArgs | ExistingIntermediate {
  if ("existingSecret" in found) return found;
  const { certificatePem, privateKeyPem = "" } = found;
  return { certificatePem, privateKeyPem: pulumi.secret(privateKeyPem) };
}

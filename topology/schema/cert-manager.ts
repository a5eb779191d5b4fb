import { z } from "zod";
import { worded } from "../wording";
import { label, text } from "./primitives";

/** API group of cert-manager's own issuers. */
export const certManagerGroup = "cert-manager.io";

const issuerRefSchema = worded(
  z.strictObject({
    name: text("the name of an issuer", "mesh-ca").describe("Name of the issuer."),
    kind: worded(z.string().regex(/^[A-Z][A-Za-z0-9]*$/), {
      expected: "the kind of an issuer, such as ClusterIssuer or Issuer",
      example: "ClusterIssuer",
    })
      .default("ClusterIssuer")
      .describe(
        "Kind of the issuer: `ClusterIssuer`, `Issuer` (in `istio-system`, which must then be there before the mesh), or that of an external issuer. Default: ClusterIssuer, since it can be there before `istio-system` is.",
      ),
    group: worded(z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/), {
      expected: "the API group of an issuer, such as cert-manager.io",
      example: certManagerGroup,
    })
      .default(certManagerGroup)
      .describe(
        "API group of the issuer; an external one has its own, AWS Private CA's for example awspca.cert-manager.io. Default: cert-manager.io, that of CA, Vault, Venafi and self-signed issuers.",
      ),
  }),
  { expected: "a mapping that names an issuer of cert-manager", example: "{ name: mesh-ca }" },
);

const installSchema = worded(
  z.strictObject({
    version: worded(z.string().regex(/^v\d+\.\d+\.\d+$/), {
      expected: "a version of cert-manager's chart, such as v1.18.2",
      example: "v1.18.2",
    })
      .default("v1.18.2")
      .describe(
        "Version of cert-manager's chart. Default: v1.18.2, one for all clusters; without any the newest would be taken, another one tomorrow.",
      ),
  }),
  { expected: "a mapping that says how cert-manager is installed", example: "{ version: v1.18.2 }" },
);

/** Which issuer of cert-manager signs the intermediates. */
export const certManagerSchema = worded(
  z.strictObject({
    issuerRef: issuerRefSchema.describe(
      "The issuer that signs the intermediate CA of every istiod: it is in each cluster that an istiod runs in, by the same name, and leads to one of `roots`.",
    ),
    issuerRefs: worded(z.record(label("east"), issuerRefSchema), {
      expected: "a mapping of issuers by the name of the cluster whose istiod's intermediate they sign",
      example: "{ east: { name: mesh-ca-east } }",
    })
      .default({})
      .describe(
        "Other issuers than `issuerRef`, by the name of the cluster that the istiod runs in: so a mesh goes over to another issuer cluster by cluster. Default: none.",
      ),
    install: installSchema
      .optional()
      .describe(
        "Has the stack install cert-manager into each cluster that an istiod runs in, with the package @pulumi/kubernetes-cert-manager, and take it away with the mesh. Default: what is there is used, since a cluster has one cert-manager for all, which mostly is there before a mesh and outlives it.",
      ),
  }),
  { expected: "a mapping that names an issuer of cert-manager", example: "{ issuerRef: { name: mesh-ca } }" },
);

/** An issuer of cert-manager, as a Certificate refers to it. */
export interface IssuerRef {
  readonly name: string;
  /** `ClusterIssuer`, `Issuer`, or the kind of an external one. */
  readonly kind: string;
  /** API group, `cert-manager.io` for cert-manager's own. */
  readonly group: string;
}

import { z } from "zod";
import { worded } from "../wording";
import { label, labelsByKey, listOf, oneOf } from "./primitives";

const namespaceSchema = worded(
  z.strictObject({
    injection: oneOf(["enabled", "disabled"])
      .default("enabled")
      .describe("Whether pods get a sidecar. Default: enabled, since a namespace is listed here to be in the mesh."),
    revision: label("stable")
      .optional()
      .describe(
        "Revision or revision tag of the control plane that injects, in place of the default one. Default: the default revision.",
      ),
    labels: labelsByKey("{ team: shop }").default({}).describe("More labels. Default: none."),
    clusters: listOf(label("east"), "a list of clusters", "[east, west]")
      .optional()
      .describe("Clusters that have the namespace. Default: all, since Istio takes one name for one thing everywhere."),
  }),
  { expected: "a mapping that describes a namespace", example: "{ injection: enabled }" },
).describe("A namespace of the mesh's workloads. Its key is its name.");

export const namespacesSchema = worded(z.record(label("shop"), namespaceSchema), {
  expected: "a mapping of namespaces by name",
  example: "{ shop: {} }",
})
  .default({})
  .describe(
    "Namespaces whose workloads belong to the mesh, alike in every cluster that has them. One that exists is labelled and otherwise left alone, and none is deleted while pods are in it. Default: none.",
  );

import { z } from "zod";
import { worded } from "../wording";
import { dnsCapture } from "./dns-capture";
import { annotationsByKey, label, labelsByKey, listOf, oneOf } from "./primitives";

const callsSchema = worded(
  z.strictObject({
    namespaces: listOf(label("orders"), "a list of namespaces", "[orders, payments]")
      .optional()
      .describe(
        "Namespaces whose Services they call. They need not be among `namespaces`: what is outside of the mesh may be called too. Default: none.",
      ),
    globalServices: listOf(label("shop"), "a list of global services", "[shop]")
      .optional()
      .describe("Global services that they call, by their names in `globalServices.services`. Default: none."),
  }),
  { expected: "a mapping with the keys namespaces, globalServices", example: "{ namespaces: [orders] }" },
).describe(
  "What its workloads call beside their own namespace: their proxies are told of that and of nothing else in the mesh, by a Sidecar of Istio in every cluster that holds the configuration of an istiod. Names of the rest do not resolve by the mesh. Default: nothing is declared, and they are told of everything, as Istio has it: nobody but the workloads' owners knows what they call, and what is left out is no longer reached.",
);

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
    labels: labelsByKey("{ team: shop }")
      .default({})
      .describe("More labels, `pod-security.kubernetes.io/enforce` for one. Default: none."),
    annotations: annotationsByKey('{ example.org/owner: "team shop" }')
      .default({})
      .describe("Annotations. Default: none."),
    mtls: oneOf(["strict", "permissive"])
      .optional()
      .describe(
        "How its workloads take calls, where that differs from the mesh's `mtls`: `permissive` for those that something without a sidecar calls. Made in every cluster that holds the configuration of an istiod. Default: as the mesh.",
      ),
    calls: callsSchema.optional(),
    dnsCapture: dnsCapture
      .optional()
      .describe(
        "Which of its pods know global names, and plain Services that stand in other clusters only, where that differs from the mesh's `globalServices.dnsCapture`: `all-pods`, or `annotated-pods` alone. Pods that run already must be restarted. Made in every cluster that holds the configuration of an istiod. Default: as the mesh.",
      ),
    clusters: listOf(label("east"), "a list of clusters", "[east, west]")
      .optional()
      .describe("Clusters that have the namespace. Default: all, since Istio takes one name for one thing everywhere."),
  }),
  { expected: "a mapping that describes a namespace", example: "{ injection: enabled }" },
).describe("A namespace of the mesh's workloads. Its key is its name.");

/** What platforms ask of every namespace: Isthmus makes `istio-system` where nobody has. */
export const systemNamespaceSchema = worded(
  z.strictObject({
    labels: labelsByKey("{ pod-security.kubernetes.io/enforce: baseline }")
      .default({})
      .describe("More labels. Default: none."),
    annotations: annotationsByKey('{ example.org/owner: "team platform" }')
      .default({})
      .describe("More annotations. Default: none."),
  }),
  { expected: "a mapping with the keys labels, annotations", example: "{ labels: { team: platform } }" },
).describe(
  "The namespace `istio-system` of every cluster, in which istiod and the gateways run. One that is there already is taken as it is: it gets these labels and annotations, and stays when the mesh goes.",
);

export const namespacesSchema = worded(z.record(label("shop"), namespaceSchema), {
  expected: "a mapping of namespaces by name",
  example: "{ shop: {} }",
})
  .default({})
  .describe(
    "Namespaces whose workloads belong to the mesh, alike in every cluster that has them. One that exists is labelled and otherwise left alone, and none is deleted while pods are in it. Default: none.",
  );

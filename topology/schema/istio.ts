import { z } from "zod";
import { withoutUserInfo } from "../secrets";
import { worded } from "../wording";
import { isOwnMachine } from "../loopback";
import { imageHub, imagePullSecrets, imageTag } from "./images";
import { systemNamespaceSchema } from "./namespaces";
import { text } from "./primitives";
import { chartValuesSchema } from "./values";

const repository = worded(
  z
    .string()
    .regex(/^https?:\/\/[^\s/?#]+\S*$/)
    // It stands in the state and in comments as it is, and on Helm's command line.
    .refine((value) => URL.canParse(value) && withoutUserInfo(value) === value && isGuarded(value)),
  {
    expected: "the https URL of a Helm chart repository",
    example: "https://blob.istio.io/istio-release/charts",
    mend: (value) => {
      if (withoutUserInfo(value) !== value) {
        return "Take the user and the password out: what stands there is in no place secret. For charts behind a login write `oci`, whose credentials `helm registry login` keeps, or `archives`, a folder that `helm pull` has filled.";
      }
      if (/^http:/i.test(value)) {
        return "Write `https`: whoever is on the way could put into the charts what he likes, and they are installed with all rights. `http` is for this machine alone.";
      }
      if (/^oci:/i.test(value)) return "For charts in an OCI registry write `oci` instead of `repository`.";
      return /^[./~]/.test(value) ? "For charts in a folder write `directory` instead of `repository`." : undefined;
    },
  },
);

/** Plain HTTP is for what nobody else can reach. */
function isGuarded(value: string): boolean {
  const { hostname, protocol } = new URL(value);
  return protocol === "https:" || isOwnMachine(hostname);
}

const registry = worded(z.string().regex(/^oci:\/\/[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/), {
  expected: "the URL of the charts' folder in an OCI registry",
  example: "oci://ghcr.io/istio/release/charts",
  mend: (value) => {
    if (/^https?:/i.test(value)) return "For a chart repository write `repository` instead of `oci`.";
    if (value.endsWith("/")) return "Take out the slash at the end.";
    return /^[a-z0-9.-]+\//.test(value) ? `Begin with the scheme: \`oci://${value}\`.` : undefined;
  },
});

const chartsSchema = worded(
  z.union([
    z.strictObject({
      repository: repository.describe("Helm chart repository with the charts `base`, `istiod` and `gateway`."),
    }),
    z.strictObject({
      oci: registry.describe("Folder in an OCI registry with the charts `base`, `istiod` and `gateway`."),
    }),
    z.strictObject({
      directory: text("the path of a folder", "./charts").describe(
        "Directory with the folders `base`, `istiod` and `gateway`, relative to the project.",
      ),
    }),
    z.strictObject({
      archives: text("the path of a folder", "./charts").describe(
        "Directory with the packaged charts `base-<version>.tgz`, `istiod-<version>.tgz` and `gateway-<version>.tgz`, as `helm pull` writes them, relative to the project.",
      ),
    }),
  ]),
  {
    expected: "one of `repository`, `oci`, `directory` and `archives`",
    example: "{ repository: https://blob.istio.io/istio-release/charts }",
  },
).describe(
  "Where Istio's charts come from. Default: Istio's public chart repository, https://blob.istio.io/istio-release/charts.",
);

export const istioSchema = worded(
  z.strictObject({
    version: worded(z.string().regex(/^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/), {
      expected: "a full version such as 1.31.1",
      example: "1.31.1",
      mend: (value) => {
        if (/^v\d/.test(value)) return "Take out the leading `v`.";
        return /^\d+(\.\d+)?$/.test(value) ? "Name the patch release too, such as 1.31.1." : undefined;
      },
    }).describe("Istio's version, 1.30.4 or later: the version of its charts and the tag of its images."),
    charts: chartsSchema.optional(),
    hub: imageHub()
      .default("docker.io/istio")
      .describe(
        "Registry and path of Istio's images. Default: docker.io/istio, the one that stays when the older hubs are switched off in December 2026.",
      ),
    tag: imageTag().optional().describe("Tag of Istio's images. Default: the version, as Istio publishes them."),
    imagePullSecrets: imagePullSecrets()
      .default([])
      .describe(
        "Names of the Secrets, in `istio-system` of every cluster, by which the images of `hub` are pulled: by istiod, the gateways, the sample of `isthmus verify`, and every pod that gets a sidecar, for which its own namespace needs a Secret of the name. It stands beside `hub`, because a registry and its credentials change together; a cluster may have its own. Isthmus neither makes nor copies them. Default: none, the nodes' own credentials count.",
      ),
    systemNamespace: systemNamespaceSchema.prefault({}),
    values: chartValuesSchema
      .default({})
      .describe(
        "Extra Helm values for each chart, merged over what Isthmus derives. What Isthmus itself must decide is refused. Default: none.",
      ),
    transforms: text("the path of a module", "./transforms.ts")
      .optional()
      .describe(
        "Module, relative to the project, whose functions `base`, `istiod` and `gateway` get the last word on each Helm release's arguments: for what no setting foresees. Default: none.",
      ),
  }),
  { expected: "a mapping that says which Istio to install", example: "{ version: 1.31.1 }" },
).describe("Which Istio is installed, and where from.");

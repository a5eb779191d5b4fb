import { resourceRule } from "../rule";
import { development, matchesStack, production, stackOf } from "../stack-names";

/** A root whose key lies in a stack's state is one stolen state away from every identity of the mesh. */
export const generatedRoot = resourceRule<{
  readonly development: readonly string[];
  readonly production: readonly string[];
}>({
  name: "no-generated-root",
  description: "Outside of development the root CA of a mesh is not made by the program.",
  level: "mandatory",
  settings: { development, production },
  check: ({ type, urn, properties }, values) => {
    const isRoot = type === "tls:index/selfSignedCert:SelfSignedCert" && properties["isCaCertificate"] === true;
    const stack = stackOf(urn);
    // `test-eu-production` is no stack for trying.
    const isForTrying = matchesStack(stack, values.development) && !matchesStack(stack, values.production);
    if (!isRoot || isForTrying) return [];
    return [
      `expected a root CA from elsewhere, found one whose key stack ${stack} makes and keeps in its state. ` +
        "Set isthmus:mesh.trust.root to offline, given or cert-manager, or name the stack in `development` if it is for trying.",
    ];
  },
});

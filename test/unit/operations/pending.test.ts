import assert from "node:assert/strict";
import { pendingIn } from "../../../stacks/recovery/pending";
import { reveal, type RecordedResource } from "../../support/mocks";
import { topologies, twoPrimaries } from "../../support/plans";
import { updateOf } from "../../components/support";

/** The state of a stack whose update was killed while it was making one resource. */
const killedWhileMaking = ({ type, inputs }: RecordedResource): never =>
  ({
    pending_operations: [
      {
        type: "creating",
        resource: {
          urn: "urn",
          type,
          provider: "urn:pulumi:dev::isthmus::pulumi:providers:kubernetes::east::d3b0",
          inputs: reveal(inputs),
        },
      },
    ],
  }) as never;

describe("what an update was making when it was killed", () => {
  const withNamespaces = { ...twoPrimaries, namespaces: { shop: { injection: "enabled" as const } } };
  const world = { foreignNamespaces: { west: ["shop"] } };

  for (const [topology, config] of Object.entries({ ...topologies, "namespaces of workloads": withNamespaces })) {
    it(`is found whatever it was: ${topology}`, async () => {
      const resources = await updateOf(config, world);
      const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
      const missed = objects.filter((resource) => pendingIn(killedWhileMaking(resource)).length === 0);
      assert.deepEqual(
        missed.map(({ type }) => type).sort(),
        config === withNamespaces ? ["kubernetes:core/v1:Namespace", "kubernetes:core/v1:NamespacePatch"] : [],
        "only a namespace of workloads is left alone, since it is adopted as it is",
      );
      const paths = objects.flatMap((resource) => pendingIn(killedWhileMaking(resource))).map((one) => one.kind);
      assert.ok(paths.includes("object") && paths.includes("release"));
    });
  }
});

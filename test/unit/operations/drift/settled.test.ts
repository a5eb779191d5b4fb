import assert from "node:assert/strict";
import { ensureSettled } from "../../../../operations/drift";
import { ConfigurationError } from "../../../../topology";
import { providerOf, remoteSecret, secret, stateOfEast } from "./support";

const underWay = {
  ...stateOfEast(),
  pending_operations: [{ type: "updating", resource: { urn: "urn", type: "kubernetes:core/v1:Secret" } }],
};
const renewed = {
  resources: [
    {
      type: "kubernetes:core/v1:Secret",
      provider: providerOf("east"),
      inputs: { ...remoteSecret, data: secret({ west: "bmV3" }) },
    },
  ],
};

function assertRefused(pattern: RegExp, compared: Parameters<typeof ensureSettled>[1], now: typeof compared): void {
  assert.throws(
    () => {
      ensureSettled("prod", compared, now);
    },
    (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, pattern);
      assert.ok(!error.message.includes("bmV3"));
      return true;
    },
  );
}

describe("what was compared, before it is put back", () => {
  it("is still what is applied", () => {
    ensureSettled("prod", [stateOfEast(), {}], [stateOfEast(), {}]);
  });

  it("is refused while an update is under way, whether it began before the comparison or after", () => {
    const words = /stack prod: expected no update under way.*nothing was put back/;
    assertRefused(words, [underWay], [underWay]);
    assertRefused(words, [stateOfEast()], [underWay]);
    assertRefused(words, [underWay], [stateOfEast()]);
    assertRefused(words, [stateOfEast(), {}], [stateOfEast(), underWay]);
  });

  it("is refused when an update has ended since, in any of the stacks", () => {
    const words = /expected the state that the clusters were compared with, found another/;
    assertRefused(words, [stateOfEast(), {}], [stateOfEast(), renewed]);
    assertRefused(words, [stateOfEast()], [stateOfEast(), renewed]);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { events, LivingMesh } from "./living-mesh";
import { ways } from "./meshes";

describe("who asks again and again what is next", () => {
  it("loses no call, whatever lags, is killed or is turned round, and arrives", async () => {
    const clusters = ["east", "west", "edge"];
    const property = fc.asyncProperty(ways, fc.array(events, { maxLength: 40 }), async (way, happened) => {
      const mesh = new LivingMesh(clusters, way);
      for (const event of happened) {
        mesh.happens(event);
        await mesh.assertAllAnswer();
      }
      for (let steps = 0; !mesh.ask(); steps += 1) {
        assert.ok(steps < 20, "it arrives");
        mesh.settle();
        await mesh.assertAllAnswer();
      }
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

import assert from "node:assert/strict";
import { subjectOf } from "../../operations/events";
import { planOf, topologies } from "../support/plans";
import { sitesOf } from "../../topology";
import type { RecordedResource } from "../support/mocks";
import { updateOf } from "./support";

const isComponent = ({ type }: RecordedResource): boolean => type.startsWith("isthmus:index:");

/** The URN that the engine gives to a child of the component that its name begins with. */
function urnOf(resource: RecordedResource, resources: readonly RecordedResource[]): string {
  const [parent] = resources
    .filter((one) => isComponent(one) && resource.name.startsWith(`${one.name}-`))
    .sort((left, right) => right.name.length - left.name.length);
  return `urn:pulumi:dev::isthmus::isthmus:index:Mesh$${parent?.type ?? ""}$${resource.type}::${resource.name}`;
}

describe("every resource of a mesh", () => {
  for (const [topology, config] of Object.entries(topologies)) {
    it(`has a name in the words of the field and a cluster: ${topology}`, async () => {
      const resources = await updateOf(config);
      const clusters = sitesOf(planOf(config)).map(({ name }) => name);
      const made = resources.filter((one) => !isComponent(one) && !one.type.startsWith("pulumi:"));
      assert.ok(made.length > 0);
      for (const resource of made) {
        const { cluster, component } = subjectOf(urnOf(resource, resources));
        assert.match(component, /^[a-z]/, `${resource.type} ${resource.name}: ${component}`);
        if (component === "root CA") continue;
        assert.ok(cluster !== undefined && clusters.includes(cluster), `${resource.name}: ${cluster ?? "none"}`);
        assert.ok(resource.name.startsWith(`mesh-${cluster}-`), resource.name);
      }
    });
  }
});

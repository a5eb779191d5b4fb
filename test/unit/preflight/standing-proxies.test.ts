import assert from "node:assert/strict";
import type { Policy } from "../../../preflight/checks/standing/facts";
import type { MeshConfig } from "../../../topology";
import { configOf, only, PrecheckBench } from "./precheck-support";
import { factsOf, metadata, ours, said } from "./standing-support";

const mesh: MeshConfig = { ...configOf("east"), namespaces: { web: { calls: {} }, shop: {} } };
const all = { egress: [{ hosts: ["./*"] }] };

function sidecar(name: string, spec: Policy["spec"], more: Partial<Policy> = {}): Policy {
  return { ...metadata(name, { namespace: "web" }), spec, ...more };
}

const saidOf = (...namespaceSidecars: Policy[]): ReturnType<typeof said> =>
  said(factsOf({ system: ours, namespaceSidecars }, mesh));

describe("the right to make Sidecars", () => {
  const bench = new PrecheckBench();

  it("is asked for in the namespaces that say what they call, and in no other", async () => {
    const asked: string[] = [];
    const east = await bench.cluster("east", {
      allows: ({ namespace = "", resource, verb }) => {
        if (resource === "sidecars") asked.push(`${verb} in ${namespace}`);
        return verb !== "*" && resource !== "sidecars";
      },
    });
    const { problems } = await bench.check([east], mesh);
    assert.match(only(problems), /found one who may not create, patch, delete sidecars\. Give the user/);
    assert.deepEqual(asked, ["create in web", "patch in web", "delete in web"]);
    const without = { ...configOf("east"), namespaces: { web: {} } };
    assert.deepEqual((await bench.check([east], without)).problems, []);
  });
});

describe("Sidecars of others", () => {
  it("are refused where they are for all workloads of a namespace that says what it calls", () => {
    assert.deepEqual(saidOf(sidecar("theirs", all)), {
      problems: [
        "isthmus:mesh.clusters.east: expected no sidecar/theirs in web but the mesh's own, which says what `calls` of the namespace does, found one that Isthmus did not make. Take `calls` out of the namespace web to keep it; to let the mesh have its own, remove this one: `kubectl --context east --namespace web delete sidecars.networking.istio.io theirs`.",
      ],
      warnings: [],
    });
  });

  it("are not overwritten where they have the mesh's name, for whichever workloads they are", () => {
    const some = { ...all, workloadSelector: { labels: { app: "a" } } };
    assert.equal(saidOf(sidecar("default", some)).problems.length, 1);
  });

  it("may be for some workloads, be ours, or be in a namespace that says nothing", () => {
    const some = { ...all, workloadSelector: { labels: { app: "a" } } };
    const own = { "app.kubernetes.io/managed-by": "isthmus" };
    const found = saidOf(
      sidecar("some", some),
      sidecar("default", all, { labels: own }),
      sidecar("default", all, { namespace: "shop" }),
    );
    assert.deepEqual(found, { problems: [], warnings: [] });
  });
});

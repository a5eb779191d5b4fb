import assert from "node:assert/strict";
import type { HostObject } from "../../../preflight/checks/standing/facts";
import { configOf, only, PrecheckBench } from "./precheck-support";
import { factsOf, metadata, ours, said } from "./standing-support";

const mesh = {
  ...configOf("east"),
  namespaces: { shop: {} },
  globalServices: {
    services: {
      shop: { name: "shop.global", namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } },
    },
  },
};

function found(kind: string, namespace: string, name: string, hosts: string[], labels = {}): HostObject {
  return { kind, ...metadata(name, { namespace, labels }), hosts };
}

function problemsOf(...hostObjects: HostObject[]): readonly string[] {
  return said(factsOf({ system: ours, hostObjects }, mesh)).problems;
}

describe("the rights that global services take", () => {
  const bench = new PrecheckBench();

  it("are asked for in the namespaces of their pods, and only where there are some", async () => {
    const asked: string[] = [];
    const east = await bench.cluster("east", {
      allows: ({ namespace, resource, verb }) => {
        if (namespace === "shop") asked.push(`${verb} ${resource}`);
        return verb !== "*" && resource !== "virtualservices";
      },
    });
    const { problems } = await bench.check([east], mesh);
    assert.match(only(problems), /found one who may not create, patch, delete virtualservices\. Give the user/);
    const kinds = ["serviceentries", "destinationrules", "virtualservices"];
    assert.deepEqual(
      asked,
      kinds.flatMap((kind) => ["create", "patch", "delete"].map((verb) => `${verb} ${kind}`)),
    );
    const bare = await bench.cluster("east", {
      allows: ({ verb, resource }) => verb !== "*" && resource !== "virtualservices",
    });
    assert.deepEqual((await bench.check([bare], configOf("east"))).problems, []);
  });
});

describe("what others have for global names", () => {
  it("is refused wherever it is, since one name is one service", () => {
    assert.deepEqual(problemsOf(found("virtualservice", "tools", "theirs", ["a.global", "shop.global"])), [
      "isthmus:mesh.clusters.east: expected nothing for the name shop.global but the mesh's own global service, found virtualservice/theirs in tools, which Isthmus did not make. Give the global service another name, or remove it: `kubectl --context east --namespace tools delete virtualservice theirs`.",
    ]);
  });

  it("is not overwritten where it is called as the mesh's own is to be", () => {
    for (const name of ["shop.global", "shop.global.elsewhere"])
      assert.equal(problemsOf(found("serviceentry", "shop", name, ["other.global"])).length, 1, name);
    assert.deepEqual(problemsOf(found("serviceentry", "tools", "shop.global", ["other.global"])), []);
  });

  it("is no matter where it is ours, or about another name", () => {
    assert.deepEqual(
      problemsOf(
        found("serviceentry", "shop", "shop.global", ["shop.global"], { "app.kubernetes.io/managed-by": "isthmus" }),
        found("destinationrule", "shop", "theirs", ["shop.globalissimo"]),
      ),
      [],
    );
  });
});

import assert from "node:assert/strict";
import {
  childName,
  isSiteComponent,
  rootCalled,
  rootName,
  siteChildEnding,
  siteChildName,
  siteComponentName,
  siteComponents,
} from "../../../topology";

describe("the catalogue of a mesh's resources", () => {
  const suffixes = Object.keys(siteComponents) as (keyof typeof siteComponents)[];

  it("has no suffix that ends with another one after a dash, by which names would be ambiguous", () => {
    for (const suffix of suffixes) {
      for (const other of suffixes) assert.ok(!suffix.endsWith(`-${other}`), `${suffix} ends with ${other}`);
    }
  });

  it("gives names by which states of all releases have them", () => {
    assert.equal(rootName("mesh"), "mesh-root");
    assert.equal(rootName("mesh", "first"), "mesh-root");
    assert.equal(childName(rootName("mesh"), "RootCa", "certificate"), "mesh-root-certificate");
    assert.equal(rootName("mesh", "2031"), "mesh-root-2031");
    assert.equal(siteComponentName("mesh", "east", "namespace.shop"), "mesh-east-namespace.shop");
    assert.equal(siteChildName("mesh", "east", "remote-clusters", "secret"), "mesh-east-remote-clusters-secret");
    assert.ok("mesh-east-remote-clusters-secret".endsWith(siteChildEnding("remote-clusters", "secret")));
  });

  it("tells what a root is called by the name of its component", () => {
    for (const root of ["first", "2031", "key"]) assert.equal(rootCalled(rootName("mesh", root), "mesh"), root);
    assert.equal(rootCalled("mesh-east-intermediate", "mesh"), undefined);
  });

  it("tells a cluster's components from those of a cluster whose name begins alike", () => {
    for (const suffix of [
      ...suffixes,
      "namespace.shop" as const,
      "mutual-tls.shop" as const,
      "sidecar-scope.shop" as const,
      "dns-capture.shop" as const,
      "global-service.shop" as const,
      "machine.billing" as const,
    ]) {
      const name = siteComponentName("mesh", "east-2", suffix);
      assert.ok(isSiteComponent(name, "mesh", "east-2"), name);
      assert.ok(!isSiteComponent(name, "mesh", "east"), name);
    }
  });
});

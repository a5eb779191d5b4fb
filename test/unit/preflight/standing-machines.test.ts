import assert from "node:assert/strict";
import type { ApiServer } from "../../../access";
import { missingPermissions, resourcesOfMachines } from "../../../preflight/checks/permissions";
import { machine, withMachines } from "../topology/machine-cases";
import { factsOf, metadata, ours, said } from "./standing-support";

const config = withMachines({ billing: machine() });

describe("WorkloadEntries of others", () => {
  it("are not overwritten where they have a machine's name", () => {
    const entry = metadata("billing", { namespace: "shop" });
    assert.deepEqual(said(factsOf({ system: ours, machineEntries: [entry] }, config)), {
      problems: [
        "isthmus:mesh.machines.billing: expected no workloadentry/billing in shop of east but the mesh's own, found one that Isthmus did not make. Give the machine another name here; to let the mesh have its own, remove this one: `kubectl --context lab-east --namespace shop delete workloadentry billing`.",
      ],
      warnings: [],
    });
  });

  it("may be ours, in another namespace, or in a cluster that the machine does not join", () => {
    const nothing = { problems: [], warnings: [] };
    const foreign = metadata("billing", { namespace: "shop" });
    const own = { ...foreign, labels: { "app.kubernetes.io/managed-by": "isthmus" } };
    assert.deepEqual(said(factsOf({ system: ours, machineEntries: [own] }, config)), nothing);
    const elsewhere = metadata("billing", { namespace: "bank" });
    assert.deepEqual(said(factsOf({ system: ours, machineEntries: [elsewhere] }, config)), nothing);
    assert.deepEqual(said(factsOf({ system: ours, machineEntries: [foreign] }, config, "west")), nothing);
  });
});

describe("the rights that machines take", () => {
  it("are asked for in the namespaces of their workloads alone", async () => {
    const asked: unknown[] = [];
    const server = {
      ask: (_path: string, body: { readonly spec: { readonly resourceAttributes: object } }) => {
        asked.push(body.spec.resourceAttributes);
        return Promise.resolve({ status: 201, body: JSON.stringify({ status: { allowed: asked.length < 3 } }) });
      },
    } as unknown as ApiServer;
    const missing = await missingPermissions(server, resourcesOfMachines(["shop", "shop"]), "istio-system");
    const attributes = { group: "networking.istio.io", resource: "workloadentries", namespace: "shop" };
    assert.deepEqual(
      asked,
      ["create", "patch", "delete"].map((verb) => ({ verb, ...attributes })),
    );
    assert.equal(missing, "delete workloadentries");
  });
});

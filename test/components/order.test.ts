import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { trustStack } from "../../stacks";
import type { MeshConfig } from "../../topology";
import { record, type RecordedResource } from "../support/mocks";
import { planOf, sharedExternalControlPlane, topologies, twoPrimaries } from "../support/plans";
import { provided, updateOf } from "./support";

const directory = join(__dirname, "../fixtures/orders");

/** Set, the tables are written anew; read their difference before it is committed. */
const isToBeWritten = process.env["ISTHMUS_WRITE_ORDERS"] === "1";

/** What the engine is told of a resource beside its inputs, a line each. */
function described(resource: RecordedResource): string {
  const { type, name, parent, waitsFor, isKept, isProtected, goesFirst, ignores, formerly } = resource;
  return [
    `${name} (${type.split(":").at(-1)})`,
    ...(parent === undefined ? [] : [`  in ${parent}`]),
    ...waitsFor.map((other) => `  after ${other}`),
    ...(isKept ? ["  stays in its cluster when it is left out"] : []),
    ...(isProtected ? ["  is protected"] : []),
    ...(goesFirst ? ["  goes before another takes its place"] : []),
    ...ignores.map((path) => `  keeps its ${path}`),
    ...formerly.map((alias) => `  was ${alias}`),
  ].join("\n");
}

/** Compares with the table of that name. */
function ensureAsWritten(name: string, resources: readonly RecordedResource[]): void {
  const path = join(directory, `${name.replaceAll(" ", "-")}.txt`);
  const found = `${resources.map(described).join("\n")}\n`;
  if (isToBeWritten) writeFileSync(path, found);
  assert.equal(found, readFileSync(path, "utf8"));
}

describe("The order of a mesh: what each resource belongs to, waits for, and how it goes", () => {
  for (const [topology, config] of Object.entries(topologies)) {
    it(`is as written down: ${topology}`, async () => {
      ensureAsWritten(topology, await updateOf(config));
    });
  }

  it("is as written down: namespaces, one of them somebody else's", async () => {
    const config = { ...twoPrimaries, namespaces: { shop: {} } };
    const resources = await updateOf(config, { foreignNamespaces: { west: ["shop"] } });
    ensureAsWritten(
      "namespaces",
      resources.filter(({ name }) => name.includes("namespace.")),
    );
  });

  it("is as written down: how workloads take calls, those of a namespace among them", async () => {
    const config = {
      ...sharedExternalControlPlane,
      mtls: "strict",
      namespaces: { shop: { mtls: "permissive" } },
    } as const;
    const resources = await updateOf(config);
    ensureAsWritten(
      "mutual TLS",
      resources.filter(({ name }) => name.includes("mutual-tls")),
    );
  });

  it("is as written down: what workloads of a namespace see, and which sidecars answer DNS", async () => {
    const namespaces: MeshConfig["namespaces"] = {
      shop: {},
      web: { calls: { namespaces: ["shop"] }, dnsCapture: "all-pods" },
    };
    const resources = await updateOf({ ...sharedExternalControlPlane, namespaces });
    ensureAsWritten(
      "sidecar scopes",
      resources.filter(({ name }) => name.includes("sidecar-scope")),
    );
    ensureAsWritten(
      "DNS captures",
      resources.filter(({ name }) => name.includes("dns-capture")),
    );
  });

  it("is as written down: global services, whose pods are found by labels and by gateways", async () => {
    const foo = { selector: { app: "foo" }, ports: { http: { port: 80 } }, serviceAccount: "foo" };
    const resources = await updateOf({
      ...twoPrimaries,
      namespaces: { shop: {}, useast2: { clusters: ["east"] }, uswest2: { clusters: ["west"] } },
      globalServices: {
        services: {
          shop: { ...foo, namespace: "shop" },
          foo: {
            ...foo,
            name: "foo.global",
            clusters: { east: { namespace: "useast2" }, west: { namespace: "uswest2" } },
          },
        },
      },
    });
    ensureAsWritten(
      "global services",
      resources.filter(({ name }) => name.includes("global")),
    );
  });

  it("is as written down: machines outside Kubernetes", async () => {
    const described = { cluster: "east", namespace: "shop", serviceAccount: "billing", address: "10.0.3.7" };
    const resources = await updateOf({
      ...twoPrimaries,
      namespaces: { shop: {} },
      machines: { "billing-1": described },
    });
    ensureAsWritten(
      "machines",
      resources.filter(({ name }) => /machine\.|-exposed-istiod/.test(name)),
    );
  });

  it("is as written down: the trust in a stack of its own", async () => {
    ensureAsWritten(
      "trust",
      await record("update", provided, () => void trustStack(planOf(twoPrimaries), "prod", undefined)),
    );
  });
});

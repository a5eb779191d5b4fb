import assert from "node:assert/strict";
import { CertManagerTrust } from "../../components";
import { listOwned } from "../../operations/drift/listed";
import { objectPath } from "../../stacks/recovery/pending";
import { isOwned, meshKinds, systemNamespace, type MeshConfig } from "../../topology";
import { issue } from "../support/authority";
import { FakeClient } from "../support/cluster-client";
import { record } from "../support/mocks";
import { twoPrimaries } from "../support/plans";
import { buildMesh, provided, updateOf } from "./support";

/** A mesh that says something of everything that is told to workloads in their namespaces. */
const config: MeshConfig = {
  ...twoPrimaries,
  mtls: "strict",
  namespaces: {
    shop: { mtls: "permissive" },
    web: { calls: { globalServices: ["shop"] }, dnsCapture: "annotated-pods" },
  },
  globalServices: {
    services: { shop: { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } } },
  },
};

/** The same with a machine outside Kubernetes, whose intermediates cert-manager issues: one of every kind. */
const everyKind: MeshConfig = {
  ...config,
  trust: { root: "cert-manager", roots: "roots.pem", certManager: { issuerRef: { name: "mesh-ca" } } },
  machines: { billing: { cluster: "east", namespace: "shop", serviceAccount: "billing", address: "10.0.3.8" } },
};

/** An object; of a Helm release there is no metadata. */
interface Marked {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
}

describe("What a mesh marks as its own", () => {
  it("is looked for by drift, and after an update that was killed", async () => {
    const resources = await updateOf(config);
    const marked = resources
      .filter(({ type, name }) => type.startsWith("kubernetes:") && name.startsWith("mesh-east-"))
      .map(({ inputs }) => inputs as unknown as Marked)
      .filter(({ metadata }) => isOwned(metadata?.labels));
    const kinds = [...new Set(marked.map(({ kind }) => kind))].sort();
    for (const kind of ["DestinationRule", "PeerAuthentication", "ProxyConfig", "ServiceEntry", "Sidecar"])
      assert.ok(kinds.includes(kind), `${kind} is made`);
    const collections = marked.map((object) => {
      const path = objectPath({ ...object });
      assert.ok(path !== undefined, `what is pending of ${object.kind} is known`);
      return { object, everywhere: path.replace(/\/namespaces\/[^/]+(?=\/[^/]+\/)/, "").replace(/\/[^/]+$/, "") };
    });
    const lists = Map.groupBy(collections, ({ everywhere }) => everywhere);
    const objects = Object.fromEntries([...lists].map(([path, all]) => [path, all.map(({ object }) => object)]));
    const secrets = `/api/v1/namespaces/${systemNamespace}/secrets`;
    const listed = await listOwned(new FakeClient("east", { objects: { [secrets]: [], ...objects } }));
    const named = (all: readonly { readonly apiVersion?: string; readonly kind?: string }[]): string[] =>
      [...new Set(all.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))].sort();
    assert.deepEqual(named(listed), named(marked));
  });

  it("is of the kinds of the one table, which has no other", async () => {
    const { parsed } = await issue({ subject: "CN=Company" });
    const pem = parsed.toString("pem");
    const resources = await record("update", provided, () =>
      buildMesh(everyKind, {
        addresses: () => ["172.18.11.1"],
        trust: ({ plan }) => new CertManagerTrust({ plan, rootCertificatesPem: pem }),
        issued: () => () => Promise.resolve({ chainPem: pem, notAfter: "2031-05-06T07:08:09Z" }),
      }),
    );
    const made = resources
      .filter(({ type }) => type.startsWith("kubernetes:") && type !== "kubernetes:helm.sh/v3:Release")
      .map(({ inputs }) => inputs as unknown as Marked);
    assert.deepEqual(
      [...new Set(made.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`))].sort(),
      meshKinds.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`).sort(),
    );
  });
});

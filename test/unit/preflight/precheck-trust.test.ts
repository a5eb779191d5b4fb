import assert from "node:assert/strict";
import { sightCluster, type StackKnowledge } from "../../../preflight";
import type { TrustMaterial } from "../../../trust";
import { formatProblem, systemNamespace, type Problem } from "../../../topology";
import type { TestCa } from "../../support/authorities";
import { fakeApiServer } from "../access/fake-api-server";
import { configOf, PrecheckBench, token } from "./precheck-support";
import { pem } from "./trust/given-files";
import { cacerts, makeRoot, type TestRoot } from "./trust/showing";

const system = `/api/v1/namespaces/${systemNamespace}`;

describe("precheck of a change of roots", () => {
  const bench = new PrecheckBench();
  let own: TestRoot, other: TestRoot;

  before(async () => {
    own = await makeRoot("Own", "east");
    other = await makeRoot("Other");
  });

  /** Problems, and what was asked, where the cluster trusts its own root and the other one. */
  async function checked(
    roots: readonly TestCa[],
  ): Promise<{ problems: readonly Problem[]; asked: readonly string[] }> {
    const files = cacerts(own.sites["east"] as TestCa, own.root, other.root);
    const data = Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString("base64")]);
    const metadata = { uid: "system-uid", labels: { "app.kubernetes.io/managed-by": "isthmus" } };
    const pod = { metadata: { namespace: "sample", name: "a" }, spec: { containers: [{ name: "istio-proxy" }] } };
    const server = await bench.opened(
      fakeApiServer(bench.identity, {
        token,
        uid: "uid",
        objects: {
          [system]: { metadata },
          [`${system}/configmaps/istio-ca-root-cert`]: {
            metadata,
            data: { "root-cert.pem": pem(own.root, other.root) },
          },
          [`${system}/secrets/cacerts`]: { metadata, data: Object.fromEntries(data) as object },
          [`${system}/pods`]: { items: [] },
          "/api/v1/pods": { items: [pod] },
          "/api/v1/configmaps": { items: [] },
          "/api/v1/namespaces/sample/pods/a": { ...pod, status: { phase: "Running" } },
        },
      }),
    );
    const trust: TrustMaterial = {
      intermediates: new Map(),
      sites: ["east"],
      ...(roots.length === 0 ? {} : { rootsPem: pem(...roots) }),
    };
    const known: StackKnowledge = {
      roots: [own.root.certificate.fingerprint256],
      clusters: new Map([["east", { belongs: true, uid: "uid" }]]),
    };
    const { problems } = await bench.check([bench.access("east", server.url)], configOf("east"), 5000, {
      knowledge: () => Promise.resolve(known),
      trust,
    });
    return { problems, asked: server.requests.filter((request) => /\/exec\?|GET \/api\/v1\/pods/.test(request)) };
  }

  it("asks no proxy where none is dropped", async () => {
    assert.deepEqual(await checked([other.root]), { problems: [], asked: [] });
  });

  it("asks every proxy where one is dropped, and takes none that does not say for one that has followed", async () => {
    const { problems, asked } = await checked([]);
    assert.match(problems.map(formatProblem).join(), /^isthmus:mesh\.trust\.roots: .* found east: sample\/a: /);
    assert.equal(asked.filter((request) => request.includes("/pods/a/exec?")).length, 1);
  });

  it("knows what cert-manager issues, by which issuer and under which of the mesh's roots", async () => {
    const metadata = { uid: "system-uid", labels: { "app.kubernetes.io/managed-by": "isthmus" } };
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const issued = (issuer?: object): Record<string, unknown> => ({
      [system]: { metadata },
      [`${system}/configmaps/istio-ca-root-cert`]: { metadata, data: { "root-cert.pem": pem(own.root) } },
      [`${system}/secrets/isthmus-root-ca`]: { metadata, data: { "root-cert.pem": base64(pem(other.root, own.root)) } },
      [`${system}/secrets/isthmus-intermediate-ca`]: {
        metadata: {},
        data: { "tls.crt": base64(pem(own.sites["east"] as TestCa)), "ca.crt": base64(pem(other.root)) },
      },
      "/apis/cert-manager.io/v1/namespaces/istio-system/certificates/isthmus-intermediate-ca": {
        metadata: { name: "isthmus-intermediate-ca" },
        spec: { issuerRef: issuer },
      },
    });
    const seen = async (issuer: object): Promise<unknown> => {
      const access = await bench.cluster("east", { objects: issued(issuer) });
      const { system: sighting } = (await sightCluster(access, {}, "look")) ?? {};
      return sighting?.kind === "ours" ? [sighting.issuerRoot, sighting.issuerRef] : sighting;
    };
    const root = own.root.certificate.fingerprint256;
    const pca = { name: "pca", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" };
    assert.deepEqual(await seen(pca), [root, pca]);
    // What a Certificate leaves out of it means an Issuer of cert-manager's own.
    assert.deepEqual(await seen({ name: "own" }), [root, { name: "own", kind: "Issuer", group: "cert-manager.io" }]);
  });
});

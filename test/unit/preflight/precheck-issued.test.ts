import assert from "node:assert/strict";
import { formatProblem, type MeshConfig } from "../../../topology";
import { makeCa, type TestCa } from "../../support/authorities";
import type { Cluster } from "../access/fake-api-server";
import { configOf, PrecheckBench } from "./precheck-support";
import { intermediateOf, pem } from "./trust/given-files";

const system = "/api/v1/namespaces/istio-system";
const api = "/apis/cert-manager.io/v1";
const issuerPath = `${api}/clusterissuers/mesh-ca`;
const certificatePath = `${api}/namespaces/istio-system/certificates/isthmus-intermediate-ca`;
const secretPath = `${system}/secrets/isthmus-intermediate-ca`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const resources = [
  { name: "clusterissuers", kind: "ClusterIssuer", namespaced: false },
  { name: "clusterissuers/status", kind: "ClusterIssuer", namespaced: false },
  { name: "issuers", kind: "Issuer", namespaced: true },
];

/** A cluster with cert-manager and an issuer that is ready. */
const good = {
  "/apis/cert-manager.io": { preferredVersion: { groupVersion: "cert-manager.io/v1" } },
  [api]: { resources },
  [issuerPath]: { metadata: { name: "mesh-ca" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
} as const;

const ours = { "app.kubernetes.io/managed-by": "isthmus" };
const standing = (issuer = "mesh-ca", labels: object = ours): object => ({
  metadata: { name: "isthmus-intermediate-ca", labels },
  spec: { issuerRef: { name: issuer, kind: "ClusterIssuer", group: "cert-manager.io" } },
});

describe("precheck of a cluster in which cert-manager issues", () => {
  const bench = new PrecheckBench();
  let root: TestCa, other: TestCa, intermediate: TestCa;

  before(async () => {
    root = await makeCa({ subject: "CN=Root" });
    other = await makeCa({ subject: "CN=Other" });
    intermediate = await intermediateOf("east", root);
  });

  const issuedSecret = (ca: TestCa, certificate = "isthmus-intermediate-ca"): object => ({
    metadata: { annotations: { "cert-manager.io/certificate-name": certificate } },
    data: { "tls.crt": base64(pem(ca)), "tls.key": base64("s3cr3t-key"), "ca.crt": base64(pem(other)) },
  });

  /** The problems and the warnings where the stack is to install cert-manager itself. */
  async function installing(says: Partial<Cluster>): Promise<[problems: string[], warnings: string[]]> {
    const config: MeshConfig = {
      ...configOf("east"),
      trust: {
        root: "cert-manager",
        roots: "roots.pem",
        certManager: { issuerRef: { name: "mesh-ca" }, install: {} },
      },
    };
    const trust = { intermediates: new Map(), sites: ["east"], rootsPem: pem(root) };
    const found = await bench.check([await bench.cluster("east", says)], config, 5000, { trust });
    return [found.problems.map(formatProblem), found.warnings.map(formatProblem)];
  }

  async function problems(
    says: Partial<Cluster>,
    issuerRef: NonNullable<NonNullable<MeshConfig["trust"]>["certManager"]>["issuerRef"] = { name: "mesh-ca" },
  ): Promise<string[]> {
    const config: MeshConfig = {
      ...configOf("east"),
      trust: { root: "cert-manager", roots: "roots.pem", certManager: { issuerRef } },
    };
    const trust = { intermediates: new Map(), sites: ["east"], rootsPem: pem(root) };
    const found = await bench.check([await bench.cluster("east", says)], config, 5000, { trust });
    const shown = found.problems.map(formatProblem);
    assert.ok(!shown.join().includes("s3cr3t-key"));
    return shown;
  }

  it("asks for nothing more where all is there, before the first update and after it", async () => {
    assert.deepEqual(await problems({ objects: good }), []);
    const after = { ...good, [certificatePath]: standing(), [secretPath]: issuedSecret(intermediate) };
    assert.deepEqual(await problems({ objects: after }), []);
  });

  it("says how cert-manager is installed where it is not", async () => {
    assert.deepEqual(await problems({}), [
      "isthmus:mesh.trust.certManager.issuerRef: expected cert-manager in east, since trust.root is cert-manager, found a cluster that knows no kinds of cert-manager.io/v1. Install it, for example `helm --kube-context east install cert-manager oci://quay.io/jetstack/charts/cert-manager --namespace cert-manager --create-namespace --set crds.enabled=true --wait`, make the issuer, and run again.",
    ]);
  });

  it("refuses an issuer that is missing, not ready, not looked at, or not to be read", async () => {
    const missing = await problems({ objects: { ...good, [issuerPath]: undefined } });
    assert.match(
      missing.join("\n"),
      /an issuer that is ready in east: clusterissuer\.cert-manager\.io\/mesh-ca, found none\. Make it/,
    );
    const unready = {
      metadata: { name: "mesh-ca" },
      status: { conditions: [{ type: "Ready", status: "False", message: 'secret "mesh-ca" not found' }] },
    };
    const not = await problems({ objects: { ...good, [issuerPath]: unready } });
    assert.match(
      not.join("\n"),
      /found one that is not: secret "mesh-ca" not found\. Mend it: `kubectl --context east describe clusterissuer\.cert-manager\.io mesh-ca` says more\.$/,
    );
    const unseen = await problems({ objects: { ...good, [issuerPath]: { metadata: { name: "mesh-ca" } } } });
    assert.match(unseen.join("\n"), /found one that cert-manager has not looked at/);
    const unread = await problems({ objects: good, statuses: { [issuerPath]: 403 } });
    assert.match(unread.join("\n"), /found one that this user may not read/);
  });

  it("finds an Issuer in istio-system, and one of another group, which need not say that it is ready", async () => {
    const issuer = `${api}/namespaces/istio-system/issuers/own`;
    const own = {
      ...good,
      [issuer]: { metadata: { name: "own" }, status: { conditions: [{ type: "Ready", status: "True" }] } },
    };
    assert.deepEqual(await problems({ objects: own }, { name: "own", kind: "Issuer" }), []);
    const external = { name: "pca", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" };
    const [none, ...others] = await problems({ objects: good }, external);
    assert.deepEqual(others, []);
    assert.match(none ?? "", /found a cluster that knows no kind AWSPCAClusterIssuer of awspca\.cert-manager\.io/);
    const served = {
      ...good,
      "/apis/awspca.cert-manager.io": { preferredVersion: { groupVersion: "awspca.cert-manager.io/v1beta1" } },
      "/apis/awspca.cert-manager.io/v1beta1": {
        resources: [{ name: "awspcaclusterissuers", kind: "AWSPCAClusterIssuer", namespaced: false }],
      },
      "/apis/awspca.cert-manager.io/v1beta1/awspcaclusterissuers/pca": { metadata: { name: "pca" } },
    };
    assert.deepEqual(await problems({ objects: served }, external), []);
  });

  it("overwrites nothing of somebody else's", async () => {
    const certificate = await problems({ objects: { ...good, [certificatePath]: standing("mesh-ca", {}) } });
    assert.match(
      certificate.join("\n"),
      /expected no Certificate isthmus-intermediate-ca in istio-system of east, which the mesh makes, found one that is somebody else's/,
    );
    const secret = await problems({ objects: { ...good, [secretPath]: issuedSecret(intermediate, "another") } });
    assert.match(
      secret.join("\n"),
      /expected no Secret isthmus-intermediate-ca in istio-system of east but that of the mesh's Certificate: cert-manager writes it, found one that is somebody else's/,
    );
  });

  it("judges what is issued by the roots of the mesh, and not by what the issuer calls its CA", async () => {
    const astray = await intermediateOf("east", other);
    const found = await problems({
      objects: { ...good, [certificatePath]: standing(), [secretPath]: issuedSecret(astray) },
    });
    assert.match(found.join("\n"), /^isthmus:mesh\.trust\.certManager\.issuerRef: /);
    // What another issuer is to sign anew is judged when it has.
    const objects = { ...good, [certificatePath]: standing("former"), [secretPath]: issuedSecret(astray) };
    assert.deepEqual(await problems({ objects }), []);
  });

  it("asks whether Certificates may be made", async () => {
    const allows = ({ resource = "" }: Readonly<Record<string, string>>): boolean =>
      !["*", "certificates"].includes(resource);
    assert.match(
      (await problems({ objects: good, allows })).join("\n"),
      /found one who may not create, patch, delete certificates/,
    );
  });

  it("lets cert-manager be installed where there is none, and says when the issuer is to be made", async () => {
    const [none, warnings] = await installing({});
    assert.deepEqual(none, []);
    assert.deepEqual(warnings, [
      "isthmus:mesh.trust.certManager.issuerRef: expected the issuer clusterissuer.cert-manager.io/mesh-ca in east, found none, since cert-manager is installed by this update. Make it once cert-manager runs: the update waits five minutes for it, and goes on when it is run again.",
    ]);
    const namespace = { "/api/v1/namespaces/cert-manager": { metadata: { labels: ours } } };
    assert.deepEqual(await installing({ objects: { ...good, ...namespace } }), [[], []]);
    const [missing] = await installing({ objects: { ...good, ...namespace, [issuerPath]: undefined } });
    assert.match(missing.join(), /found none\. Make it/);
  });

  it("installs none where somebody else has", async () => {
    const foreign = { "/api/v1/namespaces/cert-manager": { metadata: {} } };
    for (const objects of [good, foreign, { ...good, ...foreign }]) {
      const [refused] = await installing({ objects });
      assert.deepEqual(refused, [
        "isthmus:mesh.trust.certManager.install: expected no cert-manager in east, and no namespace cert-manager, where the stack is to install it, found what somebody else has installed there. Take `install` out: what is there is used.",
      ]);
    }
  });
});

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { NotIssuedError } from "../../access";
import {
  CertManagerTrust,
  IssuedIntermediate,
  type IssuedCertificate,
  type IssuedReader,
  type MeshArgs,
} from "../../components";
import type { MeshConfig } from "../../topology";
import { issue, type Authority } from "../support/authority";
import { record, reveal, type RecordedResource } from "../support/mocks";
import { externalControlPlane, planOf, primaryRemote, twoPrimaries } from "../support/plans";
import {
  buildMesh,
  find,
  listOfCluster,
  memberParts,
  gatewayParts,
  crossNetworkParts,
  readingParts,
  provided,
  valuesOf,
  type World,
} from "./support";

const pem = ({ parsed }: Authority): string => `${parsed.toString("pem")}\n`;

/** A mesh whose intermediates cert-manager issues. */
const issuedBy = (config: MeshConfig, trust: Partial<MeshConfig["trust"]> = {}): MeshConfig => ({
  ...config,
  trust: { root: "cert-manager", roots: "roots.pem", certManager: { issuerRef: { name: "mesh-ca" } }, ...trust },
});

describe("A mesh whose intermediates cert-manager issues", () => {
  let root: Authority;
  let issued: IssuedCertificate;

  before(async () => {
    root = await issue({ subject: "CN=Company" });
    const intermediate = await issue({ subject: "CN=east", issuer: root, notAfter: new Date("2031-05-06T07:08:09Z") });
    issued = { chainPem: pem(intermediate), notAfter: "2031-05-06T07:08:09Z" };
  });

  const trust: MeshArgs["trust"] = ({ plan }) => new CertManagerTrust({ plan, rootCertificatesPem: pem(root) });

  function updated(config: MeshConfig, world: World = {}): Promise<RecordedResource[]> {
    return record("update", provided, () =>
      buildMesh(config, { trust, issued: () => () => Promise.resolve(issued), ...world }),
    );
  }

  it("has a Certificate and the roots in every cluster with an istiod, and no key, no request and no Secret cacerts", async () => {
    const resources = await updated(issuedBy(twoPrimaries));
    assert.deepEqual(
      listOfCluster(resources, "east"),
      [
        ...memberParts("east"),
        ...gatewayParts("east"),
        ...crossNetworkParts("east"),
        ...readingParts("east"),
        "isthmus:index:IssuedIntermediate mesh-east-issued-ca",
        "kubernetes:cert-manager.io/v1:Certificate mesh-east-issued-ca-certificate",
        "kubernetes:core/v1:Secret mesh-east-issued-ca-roots",
      ].sort(),
    );
    assert.deepEqual(
      resources.filter(({ type }) => type.startsWith("tls:")),
      [],
    );
    const remote = await updated(issuedBy(primaryRemote));
    assert.deepEqual(
      remote.filter(({ name }) => name.startsWith("mesh-edge-issued")),
      [],
    );
  });

  it("asks the issuer of the cluster for a CA with the subject, key and lifetime of the other sources", async () => {
    const resources = await updated(
      issuedBy(twoPrimaries, {
        certManager: {
          issuerRef: { name: "mesh-ca" },
          issuerRefs: { west: { name: "pca", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" } },
        },
        intermediateLifetimeDays: 30,
        renewBeforeDays: 10,
      }),
    );
    const { metadata, spec } = find(resources, "mesh-east-issued-ca-certificate").inputs;
    assert.deepEqual(metadata, {
      name: "isthmus-intermediate-ca",
      namespace: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "isthmus" },
    });
    assert.deepEqual(spec, {
      isCA: true,
      secretName: "isthmus-intermediate-ca",
      commonName: "Intermediate CA",
      subject: { organizations: ["Istio"], organizationalUnits: ["mesh1"], localities: ["east"] },
      dnsNames: ["istiod.istio-system.svc"],
      usages: ["digital signature", "content commitment", "key encipherment", "cert sign", "crl sign"],
      duration: "720h0m0s",
      renewBefore: "240h0m0s",
      privateKey: { rotationPolicy: "Always", encoding: "PKCS8", algorithm: "ECDSA", size: 256 },
      revisionHistoryLimit: 1,
      issuerRef: { name: "mesh-ca", kind: "ClusterIssuer", group: "cert-manager.io" },
    });
    const west = find(resources, "mesh-west-issued-ca-certificate").inputs["spec"] as { issuerRef: object };
    assert.deepEqual(west.issuerRef, { name: "pca", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" });
  });

  it("gives istiod its roots from a Secret of the mesh's own, and certificate and key from that of cert-manager", async () => {
    const resources = await updated(issuedBy(twoPrimaries));
    const roots = find(resources, "mesh-east-issued-ca-roots").inputs;
    assert.deepEqual(roots["metadata"], {
      name: "isthmus-root-ca",
      namespace: "istio-system",
      labels: { "app.kubernetes.io/managed-by": "isthmus" },
    });
    const data = reveal(roots["data"]) as Record<string, string>;
    assert.deepEqual(
      Object.entries(data).map(([name, text]) => [name, Buffer.from(text, "base64").toString()]),
      [["root-cert.pem", pem(root)]],
    );
    const values = valuesOf(resources, "mesh-east-control-plane-istiod");
    const [name, mountPath] = ["issued-intermediate-ca", "/etc/isthmus/intermediate-ca"];
    assert.deepEqual(values["env"], { ISTIO_MULTIROOT_MESH: "true", ROOT_CA_DIR: mountPath });
    assert.deepEqual(values["volumeMounts"], [{ name, mountPath, readOnly: true }]);
    // None of them is optional: without one of the files no istiod starts, which would make a root of its own.
    assert.deepEqual(values["volumes"], [
      {
        name,
        projected: {
          sources: [
            {
              secret: {
                name: "isthmus-intermediate-ca",
                items: [
                  { key: "tls.crt", path: "ca-cert.pem" },
                  { key: "tls.crt", path: "cert-chain.pem" },
                  { key: "tls.key", path: "ca-key.pem" },
                ],
              },
            },
            { secret: { name: "isthmus-root-ca", items: [{ key: "root-cert.pem", path: "root-cert.pem" }] } },
          ],
        },
      },
    ]);
  });

  it("mounts it in an external istiod beside what that has mounted anyway", async () => {
    const values = valuesOf(await updated(issuedBy(externalControlPlane)), "mesh-control-control-plane-istiod");
    const names = (list: unknown): string[] => (list as { name: string }[]).map(({ name }) => name);
    const all = ["config-volume", "inject-volume", "issued-intermediate-ca"];
    assert.deepEqual([names(values["volumes"]), names(values["volumeMounts"])], [all, all]);
  });

  /** What an istiod's values wait for, in the cluster east: what comes of it. */
  async function readyOf(reader: IssuedReader, mode: "update" | "preview" = "update"): Promise<unknown> {
    let settled: Promise<unknown> | undefined;
    await record(mode, provided, () => {
      const made = new IssuedIntermediate(
        "ca",
        {
          mesh: planOf(issuedBy(twoPrimaries)),
          cluster: "east",
          issuerRef: { name: "mesh-ca", kind: "ClusterIssuer", group: "cert-manager.io" },
          namespace: "istio-system",
          rootCertificatesPem: pem(root),
          issued: reader,
        },
        {},
      );
      // An output has no public way to wait for its failure.
      const { promise } = made.ready as unknown as { readonly promise: () => Promise<unknown> };
      settled = promise().catch((error: unknown) => error);
    });
    return settled;
  }

  it("waits for what cert-manager issues under the roots, for as long as it may take", async () => {
    const asked: unknown[] = [];
    const ready = await readyOf((question) => {
      asked.push(question);
      return Promise.resolve(issued);
    });
    assert.equal(ready, "ready");
    assert.deepEqual(asked, [{ rootsPem: pem(root), timeoutSeconds: 300 }]);
  });

  it("gives istiod nothing before it is issued, and says in words why that does not come", async () => {
    const reason = new NotIssuedError("east", "Its request was denied: not today.");
    const error = await readyOf(() => Promise.reject(reason));
    assert.ok(pulumi.RunError.isInstance(error));
    assert.equal(error.message, reason.message);
    const mistake = new TypeError("a mistake of ours");
    assert.equal(await readyOf(() => Promise.reject(mistake)), mistake);
  });

  it("waits for nothing in a preview, in which istiod's values are known all the same", async () => {
    assert.equal(await readyOf(() => new Promise(() => undefined), "preview"), "ready");
  });

  it("is made of a plan and a trust that agree, for by the one istiod looks for what the other gives", async () => {
    const made = (config: MeshConfig, given: World["trust"]): Promise<unknown> =>
      updated(config, { trust: given }).catch((error: unknown) => error);
    const handed = { rootCertificatesPem: "", intermediateOf: () => ({ certificatePem: "", privateKeyPem: "" }) };
    const mistakes = [
      await made(issuedBy(twoPrimaries), handed),
      await made(twoPrimaries, {
        ...handed,
        intermediateOf: () => ({ issuerRef: { name: "a", kind: "b", group: "c" } }),
      }),
    ];
    assert.deepEqual(
      mistakes.map((mistake) => (mistake as Error).message.split(".").slice(0, 2).join(".")),
      [
        "cluster east: the plan's trust.root is cert-manager, and the mesh's trust has its intermediate CA from elsewhere",
        "cluster east: the plan's trust.root is generated, and the mesh's trust has its intermediate CA issued by cert-manager",
      ],
    );
  });

  it("installs cert-manager where it is told to, before it asks that for anything", async () => {
    const certManager = { issuerRef: { name: "mesh-ca" }, install: {} };
    const resources = await updated(issuedBy(twoPrimaries, { certManager }));
    assert.deepEqual(find(resources, "mesh-east-cert-manager-namespace").inputs["metadata"], {
      name: "cert-manager",
      labels: { "app.kubernetes.io/managed-by": "isthmus" },
    });
    const release = find(resources, "mesh-east-cert-manager-release");
    assert.equal(release.type, "kubernetes-cert-manager:index:CertManager");
    assert.deepEqual(release.inputs, {
      installCRDs: true,
      helmOptions: { name: "cert-manager", namespace: "cert-manager", version: "v1.18.2" },
    });
    const { waitsFor } = find(resources, "mesh-east-issued-ca-certificate");
    assert.ok(waitsFor.includes("mesh-east-cert-manager-namespace"), waitsFor.join());
  });

  it("says when the intermediate ends, and which root it leads to", async () => {
    const said: unknown[] = [];
    await record("update", provided, () => {
      const mesh = buildMesh(issuedBy(twoPrimaries), { trust, issued: () => () => Promise.resolve(issued) });
      pulumi.output(mesh.controlPlanes["east"]?.intermediate).apply((value) => said.push(value));
    });
    assert.deepEqual(said, [{ notAfter: "2031-05-06T07:08:09Z", root: root.certificate.fingerprint256 }]);
  });
});

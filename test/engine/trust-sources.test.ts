import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { certificatesIn, rootOf } from "../../trust";
import { itInTurn } from "../support/turns";
import { makeCa, privateKeyPem, type TestCa } from "../support/authorities";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { describeEngine } from "./tools";

const secretType = "kubernetes:core/v1:Secret";
const clusters = { east: paperCluster("east"), west: paperCluster("west") };

interface Outputs {
  readonly mesh: { readonly rootFingerprint: string; readonly roots: readonly { readonly fingerprint: string }[] };
  readonly controlPlanes: Readonly<
    Record<string, { readonly intermediate: { readonly notAfter?: string; readonly root?: string } }>
  >;
}

/** In several stacks every command takes several times as long. */
const layouts = ["one", "per-cluster"] as const;

describeEngine("where a mesh's certificates come from", (tools) => {
  let mesh: PaperMesh;
  let company: TestCa;

  before(async () => {
    company = await makeCa({ subject: "CN=Company" });
  });
  beforeEach(async () => {
    mesh = await PaperMesh.create(tools());
    await mkdir(join(mesh.directory, "trust"));
    await write("roots.pem", pem(company));
  });
  afterEach(() => mesh.dispose());

  const write = (name: string, text: string): Promise<void> => writeFile(join(mesh.directory, "trust", name), text);
  const pem = (...cas: readonly TestCa[]): string => cas.map(({ certificate }) => certificate.toString()).join("");
  const config = (trust: PaperConfig["trust"], more: Partial<PaperConfig> = {}): PaperConfig => ({
    id: "mesh1",
    clusters,
    trust,
    ...more,
  });

  async function up(wanted: PaperConfig): Promise<Outputs> {
    const { code, stdout, stderr } = await mesh.isthmus(wanted, "up", "--yes", "-o", "json");
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { outputs: Outputs }).outputs;
  }

  async function refused(wanted: PaperConfig): Promise<string> {
    const { code, stderr } = await mesh.isthmus(wanted, "up", "--yes");
    assert.equal(code, 2, stderr);
    return stderr;
  }

  /** What an istiod is given, by the names of its files. */
  function cacerts(cluster: string): Readonly<Record<string, string>> | undefined {
    const secret = mesh.world.find(mesh.urlOf(cluster), secretType, "istio-system/cacerts");
    const { data } = (secret ?? {}) as { data?: Readonly<Record<string, string>> };
    return data && Object.fromEntries(Object.entries(data).map(([name, text]) => [name, decoded(text)]));
  }
  const decoded = (base64: string): string => Buffer.from(base64, "base64").toString();

  /** Every istiod has a CA of its own that leads to a root, with the key that fits. */
  function ensureSigns(cluster: string, root: TestCa): void {
    const files = cacerts(cluster);
    assert.ok(files, cluster);
    const certificate = new X509Certificate(files["ca-cert.pem"] ?? "");
    const above = certificatesIn(files["cert-chain.pem"] ?? "").slice(1);
    assert.equal(rootOf([certificate, ...above], [root.certificate])?.fingerprint256, root.certificate.fingerprint256);
    assert.match(certificate.subject, new RegExp(`L=${cluster}`));
  }

  async function intermediate(site: string, issuer = company): Promise<TestCa> {
    return makeCa({ subject: `O=Istio, L=${site}, CN=Intermediate CA`, issuer, pathLength: 0 });
  }

  /** Signs a request as who keeps a root elsewhere does. */
  async function sign(requestPem: string, issuer = company): Promise<string> {
    const request = new x509.Pkcs10CertificateRequest(requestPem);
    assert.ok(await request.verify());
    const { notBefore, notAfter, subject } = new x509.X509Certificate(issuer.certificate.raw);
    const signed = await x509.X509CertificateGenerator.create({
      subject: request.subject,
      issuer: subject,
      notBefore,
      notAfter,
      publicKey: request.publicKey,
      signingKey: issuer.keys.privateKey,
      signingAlgorithm: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(request.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create(issuer.keys.publicKey),
      ],
    });
    return `${signed.toString("pem")}\n`;
  }

  itInTurn(
    layouts,
    (stacks) => `takes intermediates that are given, and no key comes into plain state (stacks: ${stacks})`,
    async (stacks) => {
      const made = { east: await intermediate("east"), west: await intermediate("west") };
      for (const [site, ca] of Object.entries(made)) {
        await write(`${site}.pem`, pem(ca));
        await write(`${site}-key.pem`, privateKeyPem(ca));
      }
      const of = (site: string): object => ({ certificate: `trust/${site}.pem`, key: `trust/${site}-key.pem` });
      const trust = { root: "given", roots: "trust/roots.pem", intermediates: { east: of("east"), west: of("west") } };
      const outputs = await up(config(trust as PaperConfig["trust"], { stacks }));
      for (const cluster of ["east", "west"]) ensureSigns(cluster, company);
      assert.equal(outputs.mesh.rootFingerprint, company.certificate.fingerprint256);
      assert.equal(outputs.controlPlanes["east"]?.intermediate.root, company.certificate.fingerprint256);
      const again = await mesh.isthmus(config(trust as PaperConfig["trust"], { stacks }), "preview", "-o", "json");
      assert.equal((JSON.parse(again.stdout) as { outcome: string }).outcome, "none", again.stderr);
      const own = stacks === "one" ? ["paper"] : ["paper.trust", "paper.east", "paper.west"];
      for (const stack of own) {
        const exported = await mesh.pulumi("stack", "export", "--stack", stack);
        assert.doesNotMatch(exported, /PRIVATE KEY|LS0tLS1CRUdJTiBQUklWQVRF/, stack);
      }
    },
  );

  itInTurn(
    layouts,
    (stacks) => `makes a cluster once its request is signed, and not before (stacks: ${stacks})`,
    async (stacks) => {
      const trust = { root: "offline", roots: "trust/roots.pem" } as const;
      const first = await mesh.isthmus(config(trust, { stacks }), "up", "--yes", "-o", "json");
      assert.equal(first.code, stacks === "one" ? 0 : 1, first.stderr);
      assert.match(first.stderr, /isthmus trust requests/);
      assert.equal(mesh.hasSystemNamespace("east"), false);
      const written = await mesh.isthmus(config(trust, { stacks }), "trust", "requests", "requests", "-o", "json");
      assert.equal(written.code, 0, written.stderr);
      const request = (site: string): Promise<string> =>
        readFile(join(mesh.directory, "requests", `${site}.csr`), "utf8");

      await write("east.pem", await sign(await request("east")));
      const east = { certificate: "trust/east.pem" };
      const second = await mesh.isthmus(config({ ...trust, intermediates: { east } }, { stacks }), "up", "--yes");
      assert.equal(second.code, stacks === "one" ? 0 : 1, second.stderr);
      assert.equal(second.code, stacks === "one" ? 0 : 1, second.stderr);
      ensureSigns("east", company);
      assert.equal(mesh.hasSystemNamespace("west"), false);

      await write("west.pem", await sign(await request("west")));
      const west = { certificate: "trust/west.pem" };
      const swapped = { east, west: { certificate: "trust/east.pem" } };
      const words = await refused(config({ ...trust, intermediates: swapped }, { stacks }));
      assert.match(words, /intermediates\.west\.certificate: expected the intermediate of west, found that of east/);
      assert.match(words, /expected a certificate for the key that the stack made for west, found one for another key/);
      const signed = config({ ...trust, intermediates: { east, west } }, { stacks });
      await up(signed);
      ensureSigns("west", company);
      if (stacks === "one") {
        const lacking = await refused(config({ ...trust, intermediates: { east } }, { stacks }));
        assert.match(
          lacking,
          /expected what was signed for west, since clusters of the mesh live by it, found nothing/,
        );
      }
    },
  );

  itInTurn(
    layouts,
    (stacks) => `has cert-manager issue in each cluster, and no key comes near the state (stacks: ${stacks})`,
    async (stacks) => {
      const trust: PaperConfig["trust"] = {
        root: "cert-manager",
        roots: "trust/roots.pem",
        certManager: { issuerRef: { name: "mesh-ca" } },
      };
      const wanted = config(trust, { stacks });
      assert.match(await refused(wanted), /expected an issuer that is ready in east: clusterissuer\..*, found none/);
      const encoded = (text: string): string => Buffer.from(text).toString("base64");
      for (const site of ["east", "west"]) {
        const ca = await intermediate(site);
        const url = mesh.urlOf(site);
        mesh.world.add(url, "kubernetes:cert-manager.io/v1:ClusterIssuer", "mesh-ca", {
          apiVersion: "cert-manager.io/v1",
          kind: "ClusterIssuer",
          metadata: { name: "mesh-ca" },
        });
        const annotations = { "cert-manager.io/certificate-name": "isthmus-intermediate-ca" };
        mesh.world.add(url, secretType, "istio-system/isthmus-intermediate-ca", {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "isthmus-intermediate-ca", namespace: "istio-system", annotations },
          ...{ data: { "tls.crt": encoded(pem(ca)), "tls.key": encoded(privateKeyPem(ca)) } },
        });
      }
      const outputs = await up(wanted);
      for (const cluster of ["east", "west"]) {
        const at = mesh.urlOf(cluster);
        assert.ok(
          mesh.world.find(at, "kubernetes:cert-manager.io/v1:Certificate", "istio-system/isthmus-intermediate-ca"),
        );
        assert.equal(cacerts(cluster), undefined);
        assert.equal(outputs.controlPlanes[cluster]?.intermediate.root, company.certificate.fingerprint256);
      }
      const again = await mesh.isthmus(wanted, "preview", "-o", "json");
      assert.equal((JSON.parse(again.stdout) as { outcome: string }).outcome, "none", again.stderr);
      const own = stacks === "one" ? ["paper"] : ["paper.trust", "paper.east", "paper.west"];
      for (const stack of own) {
        const exported = await mesh.pulumi("stack", "export", "--stack", stack);
        assert.doesNotMatch(exported, /PRIVATE KEY|LS0tLS1CRUdJTiBQUklWQVRF|tls:index/, stack);
      }
    },
  );

  it("leaves a CA alone that somebody else keeps in the cluster, and signs for nobody without it", async () => {
    const wanted: PaperConfig = {
      id: "mesh1",
      clusters: { east: clusters.east },
      trust: { root: "given", roots: "trust/roots.pem", intermediates: { east: { existingSecret: "cacerts" } } },
    };
    assert.match(await refused(wanted), /somebody else keeps in Secret cacerts in istio-system of east, found none\./);
    const url = mesh.urlOf("east");
    const east = await intermediate("east");
    const encoded = (text: string): string => Buffer.from(text).toString("base64");
    const data = { "tls.crt": pem(east), "tls.key": privateKeyPem(east), "ca.crt": pem(company) };
    mesh.world.add(url, "kubernetes:core/v1:Namespace", "istio-system", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "istio-system" },
    });
    mesh.world.add(url, secretType, "istio-system/cacerts", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "cacerts", namespace: "istio-system" },
      ...{ data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, encoded(text)])) },
    });
    const before = JSON.stringify(mesh.world.find(url, secretType, "istio-system/cacerts"));
    const outputs = await up(wanted);
    assert.equal(JSON.stringify(mesh.world.find(url, secretType, "istio-system/cacerts")), before);
    assert.equal(outputs.controlPlanes["east"]?.intermediate.notAfter, east.certificate.validToDate.toISOString());
    assert.doesNotMatch(await mesh.pulumi("stack", "export", "--stack", "paper"), /PRIVATE KEY|tls.key/);
    const { code, stderr } = await mesh.isthmus(wanted, "destroy", "--yes");
    assert.equal(code, 0, stderr);
    assert.equal(JSON.stringify(mesh.world.find(url, secretType, "istio-system/cacerts")), before);
  });

  it("refuses what is wrong before anything is made", async () => {
    const stranger = await makeCa({ subject: "CN=Stranger" });
    await write("east.pem", pem(await intermediate("east", stranger)));
    await write("east-key.pem", privateKeyPem(await intermediate("east")));
    const east = { certificate: "trust/east.pem", key: "trust/east-key.pem" };
    const words = await refused({
      id: "mesh1",
      clusters: { east: clusters.east },
      trust: { root: "given", roots: "trust/roots.pem", intermediates: { east } },
    });
    assert.match(words, /intermediates\.east\.certificate: expected a chain that leads to one of the mesh's roots/);
    assert.match(
      words,
      /intermediates\.east\.key: expected the key of the intermediate's certificate, found another key/,
    );
    assert.doesNotMatch(words, /PRIVATE KEY/);
    assert.equal(mesh.hasSystemNamespace("east"), false);
  });
});

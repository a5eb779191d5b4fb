import "reflect-metadata";
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { TrustInput } from "./programs/trust";
import { EngineStack, type Step } from "./support";
import { describeEngine } from "./tools";

const dayMs = 24 * 60 * 60 * 1000;

const input = {
  meshId: "mesh1",
  clusters: ["east", "west"],
  keyAlgorithm: "ecdsa-p256",
  rootLifetimeDays: 1825,
  intermediateLifetimeDays: 365,
  renewBeforeDays: 90,
} satisfies TrustInput;

interface Authority {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

interface Outputs {
  readonly root: Authority & { readonly fingerprint: string };
  readonly intermediates: Readonly<Record<string, Authority & { readonly notAfter: string }>>;
}

describeEngine("the certificate authorities, through the engine", (tools) => {
  let stack: EngineStack;
  let outputs: Outputs;
  let root: x509.X509Certificate;
  let east: x509.X509Certificate;

  before(async () => {
    stack = await EngineStack.create("trust", tools());
    await stack.configure(input);
    await stack.up();
    outputs = await stack.outputs();
    root = new x509.X509Certificate(outputs.root.certificatePem);
    east = new x509.X509Certificate(intermediateOf(outputs, "east").certificatePem);
  });

  after(() => stack.dispose());

  it("make a chain for every cluster", () => {
    const issuer = new X509Certificate(outputs.root.certificatePem);
    assert.ok(issuer.ca && issuer.checkIssued(issuer) && issuer.verify(issuer.publicKey));
    for (const cluster of input.clusters) {
      const certificate = new X509Certificate(intermediateOf(outputs, cluster).certificatePem);
      assert.ok(certificate.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey), cluster);
    }
  });

  it("limit the chain at the root: one intermediate, and no authority below it", () => {
    assert.equal(extension(root, x509.BasicConstraintsExtension).pathLength, 1);
    for (const certificate of [root, east]) assert.ok(extension(certificate, x509.BasicConstraintsExtension).critical);
  });

  it("may sign certificates and revocation lists", () => {
    const { digitalSignature, nonRepudiation, keyEncipherment, keyCertSign, cRLSign } = x509.KeyUsageFlags;
    for (const certificate of [root, east]) {
      const usages = extension(certificate, x509.KeyUsagesExtension);
      assert.equal(usages.usages, digitalSignature | nonRepudiation | keyEncipherment | keyCertSign | cRLSign);
      assert.ok(usages.critical);
    }
  });

  it("say whose they are: the mesh as unit, the cluster as locality", () => {
    assert.deepEqual(partsOf(root.subject), ["CN=Root CA", "O=Istio", "OU=mesh1"]);
    assert.deepEqual(partsOf(east.subject), ["CN=Intermediate CA", "L=east", "O=Istio", "OU=mesh1"]);
    assert.notEqual(east.subject, east.issuer);
    assert.equal(new X509Certificate(east.toString("pem")).subjectAltName, "DNS:istiod.istio-system.svc");
  });

  it("point from each intermediate to the root's key", () => {
    const authority = extension(east, x509.AuthorityKeyIdentifierExtension).keyId;
    assert.match(authority ?? "", /^[0-9a-f]{40}$/);
    assert.equal(authority, extension(root, x509.SubjectKeyIdentifierExtension).keyId);
  });

  it("live as long as configured", () => {
    assert.equal(root.notAfter.getTime() - root.notBefore.getTime(), 1825 * dayMs);
    assert.equal(east.notAfter.getTime() - east.notBefore.getTime(), 365 * dayMs);
    const notAfterMs = Date.parse(intermediateOf(outputs, "east").notAfter);
    assert.equal(Math.floor(notAfterMs / 1000) * 1000, east.notAfter.getTime());
  });

  it("have a key each, of the configured kind, that fits the certificate", () => {
    const authorities = [outputs.root, ...input.clusters.map((cluster) => intermediateOf(outputs, cluster))];
    for (const { certificatePem, privateKeyPem } of authorities) {
      const key = createPrivateKey(privateKeyPem);
      assert.equal(key.asymmetricKeyDetails?.namedCurve, "prime256v1");
      assert.ok(new X509Certificate(certificatePem).checkPrivateKey(key));
    }
    assert.equal(new Set(authorities.map(({ privateKeyPem }) => privateKeyPem)).size, authorities.length);
  });

  it("give the root's fingerprint", () => {
    assert.equal(outputs.root.fingerprint, new X509Certificate(outputs.root.certificatePem).fingerprint256);
  });

  it("leave no key in plain text in any file of the stack", async () => {
    const bodies = [outputs.root, ...Object.values(outputs.intermediates)].map(({ privateKeyPem }) =>
      bodyOf(privateKeyPem),
    );
    for (const [file, content] of await stack.files()) {
      assert.ok(!content.includes("PRIVATE KEY"), `${file} holds a private key`);
      for (const body of bodies) assert.ok(!content.includes(body), `${file} holds a private key`);
    }
  });

  describe("when something changes", () => {
    const changes: readonly {
      readonly change: string;
      readonly input: TrustInput;
      readonly steps: readonly string[];
    }[] = [
      { change: "nothing", input, steps: [] },
      { change: "the root's lifetime, which counts once", input: { ...input, rootLifetimeDays: 3650 }, steps: [] },
      {
        change: "the mesh's id: the root stays",
        input: { ...input, meshId: "another" },
        steps: input.clusters.flatMap((cluster) => [
          `replace ${cluster}-certificate: certRequestPem`,
          `replace ${cluster}-request: subject`,
        ]),
      },
      {
        change: "when to renew",
        input: { ...input, renewBeforeDays: 60 },
        steps: ["update east-certificate: earlyRenewalHours", "update west-certificate: earlyRenewalHours"],
      },
      {
        change: "the intermediates' lifetime",
        input: { ...input, intermediateLifetimeDays: 180 },
        steps: ["replace east-certificate: validityPeriodHours", "replace west-certificate: validityPeriodHours"],
      },
      {
        change: "the key algorithm: the root keeps its key",
        input: { ...input, keyAlgorithm: "rsa-4096" },
        steps: input.clusters.flatMap((cluster) => [
          `replace ${cluster}-certificate: certRequestPem`,
          `replace ${cluster}-key: algorithm,ecdsaCurve,rsaBits`,
          `replace ${cluster}-request: privateKeyPem`,
        ]),
      },
      {
        change: "the clusters: one more",
        input: { ...input, clusters: [...input.clusters, "edge"] },
        steps: ["create edge-certificate", "create edge-key", "create edge-request", "create edge"].sort(),
      },
      {
        change: "the clusters: one less",
        input: { ...input, clusters: ["east"] },
        steps: ["delete west-certificate", "delete west-key", "delete west-request", "delete west"].sort(),
      },
    ];
    for (const { change, input: changed, steps } of changes) {
      it(`plan what follows from ${change}`, async () => {
        await stack.configure(changed);
        assert.deepEqual(summaries(await stack.preview()), steps);
      });
    }
  });
});

describeEngine("an intermediate inside its renewal window, through the engine", (tools) => {
  let stack: EngineStack;

  before(async () => {
    stack = await EngineStack.create("trust", tools());
    await stack.configure(input);
    await stack.up();
  });

  after(() => stack.dispose());

  it("is renewed alone: same key, same root, the other cluster untouched", async () => {
    const before = await stack.outputs<Outputs>();
    await stack.edit((resources) => {
      const certificate = resources.find(({ urn }) => urn.endsWith("::east-certificate"));
      assert.ok(certificate);
      certificate.outputs["validityEndTime"] = new Date(Date.now() + 89 * dayMs).toISOString();
    });
    assert.deepEqual(summaries(await stack.preview()), ["replace east-certificate: readyForRenewal"]);
    await stack.up();
    const after = await stack.outputs<Outputs>();
    const [old, fresh] = [intermediateOf(before, "east"), intermediateOf(after, "east")];
    assert.deepEqual(after.root, before.root);
    assert.deepEqual(after.intermediates["west"], before.intermediates["west"]);
    assert.equal(fresh.privateKeyPem, old.privateKeyPem);
    assert.notEqual(fresh.certificatePem, old.certificatePem);
    const issuer = new X509Certificate(after.root.certificatePem);
    assert.ok(new X509Certificate(fresh.certificatePem).verify(issuer.publicKey));
    assert.deepEqual(summaries(await stack.preview()), []);
  });
});

function intermediateOf(outputs: Outputs, cluster: string): Authority & { readonly notAfter: string } {
  const intermediate = outputs.intermediates[cluster];
  assert.ok(intermediate, `there is no intermediate for ${cluster}`);
  return intermediate;
}

function extension<T extends x509.Extension>(
  certificate: x509.X509Certificate,
  type: new (raw: ArrayBuffer | ArrayBufferView) => T,
): T {
  const found = certificate.getExtension(type);
  assert.ok(found, `${certificate.subject} has no ${type.name}`);
  return found;
}

/** The parts of a distinguished name, sorted: their order is a matter of the provider's Go version. */
function partsOf(name: string): string[] {
  return name.split(", ").sort();
}

function bodyOf(pem: string): string {
  const line = pem.split("\n")[1] ?? "";
  assert.ok(line.length > 40);
  return line;
}

/** What is planned, one line a resource, sorted; the parts of a replacement count once. */
function summaries(steps: readonly Step[]): string[] {
  const parts = ["same", "create-replacement", "delete-replaced"];
  return steps
    .filter(({ op }) => !parts.includes(op))
    .map(({ op, name, diffReasons }) => `${op} ${name}${diffReasons.length > 0 ? `: ${diffReasons.join(",")}` : ""}`)
    .sort();
}

import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { CertificatesInput } from "./programs/certificates";
import { EngineStack } from "./support";
import { certificateOf, constraintsOf, find, input, replace, summary, type Outputs } from "./tls-support";
import { describeEngine } from "./tools";

describeEngine("the tls provider, through the engine", (tools) => {
  let stack: EngineStack;
  let outputs: Outputs;

  before(async () => {
    stack = await EngineStack.create("certificates", tools());
    await stack.configure(input);
    await stack.up();
    outputs = await stack.outputs();
  });

  after(() => stack.dispose());

  describe("what it makes", () => {
    it("is a chain: the root's signature holds on the certificate below it", () => {
      const root = new X509Certificate(String(outputs.root["certPem"]));
      const leaf = new X509Certificate(String(outputs.leaf["certPem"]));
      assert.ok(leaf.checkIssued(root) && leaf.verify(root.publicKey));
      assert.ok(root.ca && leaf.ca);
    });

    it("has the root's path length and no limit where none was asked for", () => {
      assert.equal(constraintsOf(outputs.root).pathLength, 1);
      assert.equal(constraintsOf(outputs.leaf).pathLength, undefined);
      assert.ok(constraintsOf(outputs.root).critical && constraintsOf(outputs.leaf).critical);
    });

    it("has the key usages, as a critical extension", () => {
      for (const outputsOfCertificate of [outputs.root, outputs.leaf]) {
        const usage = certificateOf(outputsOfCertificate).getExtension(x509.KeyUsagesExtension);
        const { cRLSign, digitalSignature, keyCertSign } = x509.KeyUsageFlags;
        assert.equal(usage?.usages, cRLSign | digitalSignature | keyCertSign);
        assert.equal(usage.critical, true);
      }
    });

    it("takes over the request's subject and names", () => {
      const leaf = new X509Certificate(String(outputs.leaf["certPem"]));
      // Their order is a matter of the Go version that the provider is built with.
      assert.deepEqual(leaf.subject.split("\n").sort(), ["CN=Intermediate CA", "L=east", "O=Example"]);
      assert.equal(
        leaf.subjectAltName,
        "DNS:istiod.istio-system.svc, IP Address:10.0.0.1, URI:spiffe://mesh1/ns/istio-system",
      );
    });

    it("names the issuer's key", () => {
      const authority = certificateOf(outputs.leaf).getExtension(x509.AuthorityKeyIdentifierExtension);
      const subject = certificateOf(outputs.root).getExtension(x509.SubjectKeyIdentifierExtension);
      assert.ok(subject?.keyId);
      assert.equal(authority?.keyId, subject.keyId);
    });

    it("lives as long as asked, and says so", () => {
      for (const [outputsOfCertificate, hours] of [[outputs.root, 48] as const, [outputs.leaf, 24] as const]) {
        const { notBefore, notAfter, serialNumber } = certificateOf(outputsOfCertificate);
        assert.equal(notAfter.getTime() - notBefore.getTime(), hours * 3_600_000);
        const { validityStartTime, validityEndTime, id } = outputsOfCertificate;
        assert.match(String(validityStartTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(Z|[+-]\d\d:\d\d)$/);
        assert.equal(Math.floor(Date.parse(String(validityStartTime)) / 1000) * 1000, notBefore.getTime());
        assert.equal(Math.floor(Date.parse(String(validityEndTime)) / 1000) * 1000, notAfter.getTime());
        assert.equal(id, BigInt(`0x${serialNumber}`).toString());
      }
    });

    it("gives every output of the official plugin, and no other", () => {
      assert.deepEqual(namesOf(outputs.rootKey), [
        "algorithm",
        "ecdsaCurve",
        "id",
        "privateKeyOpenssh",
        "privateKeyPem",
        "privateKeyPemPkcs8",
        "publicKeyFingerprintMd5",
        "publicKeyFingerprintSha256",
        "publicKeyOpenssh",
        "publicKeyPem",
        "rsaBits",
      ]);
      assert.deepEqual(namesOf(outputs.root), [
        "allowedUses",
        "certPem",
        "earlyRenewalHours",
        "id",
        "isCaCertificate",
        "keyAlgorithm",
        "maxPathLength",
        "privateKeyPem",
        "readyForRenewal",
        "setAuthorityKeyId",
        "setSubjectKeyId",
        "subject",
        "validityEndTime",
        "validityPeriodHours",
        "validityStartTime",
      ]);
      assert.deepEqual(namesOf(outputs.request), [
        "certRequestPem",
        "dnsNames",
        "id",
        "ipAddresses",
        "keyAlgorithm",
        "privateKeyPem",
        "subject",
        "uris",
      ]);
      assert.deepEqual(namesOf(outputs.leaf), [
        "allowedUses",
        "caCertPem",
        "caKeyAlgorithm",
        "caPrivateKeyPem",
        "certPem",
        "certRequestPem",
        "earlyRenewalHours",
        "id",
        "isCaCertificate",
        "readyForRenewal",
        "setSubjectKeyId",
        "validityEndTime",
        "validityPeriodHours",
        "validityStartTime",
      ]);
    });
  });

  describe("the state", () => {
    it("holds no private key in plain text, in any of its files", async () => {
      const files = await stack.files();
      assert.ok([...files.keys()].some((file) => file.endsWith(".json")));
      const key = String(outputs.rootKey["privateKeyPem"]).split("\n")[1] ?? "";
      assert.ok(key.length > 40);
      for (const [file, content] of files) {
        assert.ok(!content.includes("PRIVATE KEY"), `${file} holds a private key`);
        assert.ok(!content.includes(key), `${file} holds the root's key`);
      }
    });

    it("holds the certificates in plain text, and keys encrypted", async () => {
      const resources = await stack.resources();
      const isEncrypted = (value: unknown): boolean =>
        typeof (value as Record<string, unknown> | undefined)?.["ciphertext"] === "string";
      for (const name of ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"])
        assert.ok(isEncrypted(find(resources, "root-key").outputs[name]), name);
      for (const [resource, property] of [
        ["root", "privateKeyPem"],
        ["request", "privateKeyPem"],
        ["leaf", "caPrivateKeyPem"],
      ] as const) {
        assert.ok(isEncrypted(find(resources, resource).outputs[property]), `${resource}'s output`);
        assert.ok(isEncrypted(find(resources, resource).inputs[property]), `${resource}'s input`);
      }
      assert.match(String(find(resources, "leaf").outputs["certPem"]), /^-----BEGIN CERTIFICATE-----\n/);
      assert.ok(!JSON.stringify(resources).includes("PRIVATE KEY"));
      assert.match(String(find(resources, "root-key").id), /^[0-9a-f]{40}$/);
      assert.match(String(find(resources, "leaf").id), /^\d{10,39}$/);
    });
  });

  it("shows no private key in a preview, neither old nor new", async () => {
    await stack.configure({ ...input, ecdsaCurve: "P384" });
    const text = await stack.previewText();
    assert.match(text, /"privateKeyPem": "\[secret\]"/);
    assert.ok(!text.includes("PRIVATE KEY"));
  });

  describe("plans", () => {
    it("nothing, as long as nothing changes", async () => {
      await stack.configure(input);
      assert.deepEqual(
        (await stack.preview()).map(({ op }) => op).filter((op) => op !== "same"),
        [],
      );
    });

    const cases: readonly { change: string; input: CertificatesInput; steps: readonly Record<string, unknown>[] }[] = [
      {
        change: "the root's subject",
        input: { ...input, root: { ...input.root, subject: { organization: "Other", commonName: "Root CA" } } },
        steps: [replace("root", "subject"), replace("leaf", "caCertPem")],
      },
      {
        change: "the root's lifetime",
        input: { ...input, root: { ...input.root, validityPeriodHours: 72 } },
        steps: [replace("root", "validityPeriodHours"), replace("leaf", "caCertPem")],
      },
      {
        change: "the root's path length",
        input: { ...input, root: { ...input.root, maxPathLength: 2 } },
        steps: [replace("root", "maxPathLength"), replace("leaf", "caCertPem")],
      },
      {
        change: "the request's names",
        input: { ...input, request: { ...input.request, dnsNames: ["other.svc"] } },
        steps: [replace("request", "dnsNames"), replace("leaf", "certRequestPem")],
      },
      {
        change: "the certificate's usages",
        input: { ...input, leaf: { ...input.leaf, allowedUses: ["cert_signing"] } },
        steps: [replace("leaf", "allowedUses")],
      },
      {
        change: "the early renewal",
        input: { ...input, leaf: { ...input.leaf, earlyRenewalHours: 7 } },
        steps: [{ op: "update", name: "leaf", diffReasons: ["earlyRenewalHours"], replaceReasons: [] }],
      },
      {
        change: "an early renewal that is due at once",
        input: { ...input, leaf: { ...input.leaf, earlyRenewalHours: 24 } },
        steps: [
          {
            op: "replace",
            name: "leaf",
            diffReasons: ["earlyRenewalHours", "readyForRenewal"],
            replaceReasons: ["readyForRenewal"],
          },
        ],
      },
    ];
    for (const { change, input: changed, steps } of cases) {
      it(`for a change of ${change}`, async () => {
        await stack.configure(changed);
        const planned = (await stack.preview()).filter(({ op }) => op === "update" || op === "replace");
        assert.deepEqual(planned.map(summary), steps);
      });
    }

    it("for another key algorithm all of them anew", async () => {
      await stack.configure({ ...input, ecdsaCurve: "P384" });
      const replaced = (await stack.preview()).filter(({ op }) => op === "replace").map(({ name }) => name);
      assert.deepEqual(replaced.sort(), ["leaf", "leaf-key", "request", "root", "root-key"]);
    });
  });
});

/** Names of a resource's outputs; `urn` and `__meta` are the engine's and the plugin's own. */
function namesOf(outputs: Record<string, unknown>): string[] {
  return Object.keys(outputs)
    .filter((name) => name !== "urn" && !name.startsWith("__"))
    .sort();
}

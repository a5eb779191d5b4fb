import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { type X509Certificate } from "node:crypto";
import { publicKeyHash } from "../../../policy/certificates";
import { generatedRoot } from "../../../policy/rules/generated-root";
import { keySize } from "../../../policy/rules/key-size";
import { lifetime } from "../../../policy/rules/lifetime";
import { makefileCertificates, sampleCertificates } from "../../../policy/rules/sample-certificates";
import { hasMakefileSubject, sampleAuthorities, sampleOf } from "../../../policy/sample-authorities";
import { issue } from "../../support/authority";
import { base64, cacerts, object, resource } from "./support";

const selfSigned = "tls:index/selfSignedCert:SelfSignedCert";
const locallySigned = "tls:index/locallySignedCert:LocallySignedCert";
const privateKey = "tls:index/privateKey:PrivateKey";
const dayMs = 24 * 60 * 60 * 1000;

/** A self-signed RSA certificate; its key is thrown away. */
function rsaRoot(bits: number, subject: string): string {
  return execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", `rsa:${bits}`, "-nodes", "-keyout", "/dev/null", "-days", "3", "-subj", subject],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
}

describe("no-generated-root", () => {
  const root = (stack: string): ReturnType<typeof resource> => resource(selfSigned, { isCaCertificate: true }, stack);

  it("refuses a root that the program makes, in every stack that is not for development", () => {
    for (const stack of ["prod", "staging", "prod.trust", "device"]) {
      const [violation, ...more] = generatedRoot.check(root(stack));
      assert.match(violation ?? "", /^expected a root CA from elsewhere, found one whose key stack /, stack);
      assert.deepEqual(more, []);
    }
  });

  it("lets development be, whose stacks the configuration may name", () => {
    for (const stack of ["dev", "dev-2", "test-ours", "dev.trust"])
      assert.deepEqual(generatedRoot.check(root(stack)), []);
    assert.deepEqual(generatedRoot.check(root("play.ground"), { development: ["play*"] }), []);
    assert.equal(generatedRoot.check(root("dev"), { development: ["play*"] }).length, 1);
    for (const stack of ["test-eu-production", "dev-prod", "lab-live"]) {
      assert.equal(generatedRoot.check(root(stack)).length, 1, stack);
    }
  });

  it("has nothing against certificates that are no root", () => {
    assert.deepEqual(generatedRoot.check(resource(selfSigned, { isCaCertificate: false })), []);
    assert.deepEqual(generatedRoot.check(resource(locallySigned, { isCaCertificate: true })), []);
  });
});

describe("key-size", () => {
  const found = (properties: Record<string, unknown>, configured?: object): readonly string[] =>
    keySize.check(resource(privateKey, properties), configured);

  it("takes what the mesh makes, and refuses what is smaller, the provider's own defaults among it", () => {
    assert.deepEqual(found({ algorithm: "ECDSA", ecdsaCurve: "P256" }), []);
    assert.deepEqual(found({ algorithm: "RSA", rsaBits: 4096 }), []);
    assert.deepEqual(found({ algorithm: "ED25519" }), []);
    assert.match(
      found({ algorithm: "RSA", rsaBits: 2048 })[0] ?? "",
      /^rsaBits: .* at least 3072 bits, found 2048 bits/,
    );
    assert.match(found({ algorithm: "RSA" })[0] ?? "", /found 2048 bits/);
    assert.match(found({ algorithm: "ECDSA" })[0] ?? "", /^ecdsaCurve: .* at least 256 bits, found 224 bits/);
    assert.match(found({ algorithm: "ECDSA", ecdsaCurve: "K1" })[0] ?? "", /a curve that is not known/);
  });

  it("goes by the configuration", () => {
    assert.deepEqual(found({ algorithm: "RSA", rsaBits: 2048 }, { rsaBits: 2048 }), []);
    assert.equal(found({ algorithm: "ECDSA", ecdsaCurve: "P256" }, { ecdsaBits: 384 }).length, 1);
  });

  it("looks at the authorities that istiod is given, and at no API server's", async () => {
    const small = rsaRoot(2048, "/CN=small");
    assert.match(keySize.check(cacerts({ "root-cert.pem": small }))[0] ?? "", /^root-cert.pem: .*found 2048 bits/);
    const { certificate } = await issue({ subject: "CN=large" });
    assert.deepEqual(keySize.check(cacerts({ "root-cert.pem": certificate.toString() })), []);
    assert.deepEqual(
      keySize.check(object("v1", "Secret", { metadata: { name: "other" }, data: { ca: base64(small) } })),
      [],
    );
  });
});

describe("certificate-lifetime", () => {
  it("judges what is asked for", () => {
    const found = (type: string, days: number, isCaCertificate = true): readonly string[] =>
      lifetime.check(resource(type, { isCaCertificate, validityPeriodHours: days * 24 }));
    assert.deepEqual(found(selfSigned, 3650), []);
    assert.match(found(selfSigned, 3651)[0] ?? "", /a root that is valid for at most 3650 days, found 3651/);
    assert.deepEqual(found(locallySigned, 730), []);
    assert.match(found(locallySigned, 731)[0] ?? "", /an intermediate that is valid for at most 730 days, found 731/);
    assert.deepEqual(found(locallySigned, 9999, false), []);
  });

  it("judges what is given by its dates, the root and the intermediate each by their own", async () => {
    const [notBefore, notAfter] = [new Date("2026-01-01"), new Date(Date.parse("2026-01-01") + 1000 * dayMs)];
    const root = await issue({ subject: "CN=root", notBefore, notAfter });
    const intermediate = await issue({ subject: "CN=intermediate", issuer: root, notBefore, notAfter });
    const secret = cacerts({
      "root-cert.pem": root.certificate.toString(),
      "ca-cert.pem": intermediate.certificate.toString(),
    });
    assert.deepEqual(
      lifetime.check(secret).map((violation) => violation.split(",")[0]),
      ["ca-cert.pem: expected an intermediate that is valid for at most 730 days"],
    );
    assert.equal(lifetime.check(secret, { rootDays: 900, intermediateDays: 1000 }).length, 1);
  });
});

describe("what cert-manager is asked for", () => {
  const certificate = (spec: object): ReturnType<typeof resource> =>
    object("cert-manager.io/v1", "Certificate", { metadata: { name: "isthmus-intermediate-ca" }, spec });

  it("is judged as what the mesh makes, where it is a CA", () => {
    const asked = (spec: object): readonly string[] => lifetime.check(certificate({ isCA: true, ...spec }));
    assert.deepEqual(asked({ duration: "8760h0m0s" }), []);
    assert.deepEqual(asked({}), []);
    assert.match(
      asked({ duration: "17544h0m0s" })[0] ?? "",
      /^spec\.duration: expected an intermediate that is valid for at most 730 days, found 731\./,
    );
    assert.deepEqual(lifetime.check(certificate({ duration: "17544h0m0s" })), []);
    const key = (privateKey?: object): readonly string[] => keySize.check(certificate({ isCA: true, privateKey }));
    assert.deepEqual([...key({ algorithm: "ECDSA", size: 256 }), ...key({ algorithm: "RSA", size: 4096 })], []);
    assert.deepEqual(key({ algorithm: "Ed25519" }), []);
    assert.match(key()[0] ?? "", /^spec\.privateKey\.size: expected an RSA key of at least 3072 bits, found 2048 bits/);
    assert.match(key({ algorithm: "ECDSA", size: 224 })[0] ?? "", /expected an ECDSA key of at least 256 bits/);
  });

  it("goes with roots of the mesh's own, which are judged too", () => {
    const data = { "root-cert.pem": base64(rsaRoot(1024, "/CN=small")) };
    const roots = object("v1", "Secret", { metadata: { name: "isthmus-root-ca" }, data });
    assert.match(
      keySize.check(roots)[0] ?? "",
      /^root-cert\.pem: expected an RSA key of at least 3072 bits, found 1024/,
    );
  });
});

describe("Istio's sample certificates", () => {
  it("are known by their public keys, thirteen of them", () => {
    assert.equal(sampleAuthorities.size, 13);
    for (const hash of sampleAuthorities.keys()) assert.match(hash, /^[0-9a-f]{64}$/);
  });

  it("are found by the key, whoever signed it, in PEM and in base64", async () => {
    const { certificate } = await issue({ subject: "CN=ours" });
    const known = new Map([[publicKeyHash(certificate), "samples/certs/some.pem"]]);
    assert.equal(sampleOf(certificate, known), "samples/certs/some.pem");
    assert.equal(sampleOf((await issue({ subject: "CN=ours" })).certificate, known), undefined);
  });

  it("are refused wherever they stand: in a Secret, in Helm values, in a certificate's issuer", async () => {
    const { certificate } = await issue({ subject: "CN=sample" });
    const samples = sampleAuthorities as Map<string, string>;
    samples.set(publicKeyHash(certificate), "samples/certs/of-the-test.pem");
    try {
      const pem = certificate.toString();
      const places = [
        cacerts({ "ca-cert.pem": pem }),
        resource("kubernetes:helm.sh/v3:Release", { values: { meshConfig: { caCertificates: [{ pem }] } } }),
        resource(locallySigned, { caCertPem: pem }),
      ];
      assert.deepEqual(
        places.map((place) => sampleCertificates.check(place).map((violation) => violation.split(", found ")[0])),
        ["data.ca-cert.pem", "values.meshConfig.caCertificates[0].pem", "caCertPem"].map((path) => [
          `${path}: expected a CA of the company's own`,
        ]),
      );
      assert.match(
        sampleCertificates.check(places[0] as never)[0] ?? "",
        /found Istio's samples\/certs\/of-the-test\.pem/,
      );
    } finally {
      samples.delete(publicKeyHash(certificate));
    }
  });

  it("lend their name to what the makefiles make, which is worth a warning", async () => {
    const named = async (subject: string): Promise<X509Certificate> => (await issue({ subject })).certificate;
    assert.ok(hasMakefileSubject(await named("O=Istio, CN=Root CA")));
    assert.ok(hasMakefileSubject(await named("O=Istio, CN=Intermediate CA, L=east")));
    assert.ok(!hasMakefileSubject(await named("O=Istio, OU=mesh1, CN=Root CA")), "what Isthmus makes");
    assert.ok(!hasMakefileSubject(await named("O=Istio, CN=Some CA")));
    const root = (await named("O=Istio, CN=Root CA")).toString();
    assert.match(
      makefileCertificates.check(cacerts({ "root-cert.pem": root }))[0] ?? "",
      /found O=Istio, CN=Root CA, which/,
    );
    assert.deepEqual(sampleCertificates.check(cacerts({ "root-cert.pem": root })), []);
  });

  it("are not taken from what is no certificate", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert.deepEqual(sampleCertificates.check(cacerts({ "ca-cert.pem": broken })), []);
  });
});

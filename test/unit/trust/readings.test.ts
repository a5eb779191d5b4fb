import "reflect-metadata";
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, type webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { ConfigurationError, formatProblem } from "../../../topology";
import {
  bundleProblems,
  certificatesIn,
  factsOf,
  fingerprintsIn,
  firstCertificateIn,
  pemOf,
  readCertificates,
  readPrivateKey,
  readSigningRequest,
  rootOf,
  sameRoots,
} from "../../../trust";
import { makeCa, makeKeys, privateKeyPem, type TestCa } from "../../support/authorities";

const lines = (problems: Parameters<typeof formatProblem>[0][]): string => problems.map(formatProblem).join("\n");

describe("certificates in PEM", () => {
  let root: TestCa, other: TestCa;

  before(async () => {
    root = await makeCa({ subject: "C=DE, O=Istio, OU=mesh1, CN=Root CA, L=east", pathLength: 2 });
    other = await makeCa({ kind: "RSA 2048", usages: "none", without: "subjectKeyId" });
  });

  it("are read with any line ends, text between them, and spaces before them", () => {
    const pem = pemOf(root.certificate, other.certificate);
    for (const text of [
      pem,
      pem.replaceAll("\n", "\r\n"),
      pem.replaceAll("\n", "\r"),
      `\uFEFF# the roots\n${pem.replaceAll("-----BEGIN", "subject=/CN=Root\n-----BEGIN")}end\n`,
      pem.replaceAll("\n", "\n    "),
      pem.trimEnd(),
    ]) {
      const { value, problems } = readCertificates(text, "roots");
      assert.deepEqual(problems, []);
      assert.equal(pemOf(...value), pem);
      assert.equal(pemOf(...certificatesIn(text)), pem);
    }
  });

  it("say what they are", () => {
    const facts = factsOf(root.certificate);
    assert.equal(facts.subject, "C=DE, O=Istio, OU=mesh1, CN=Root CA, L=east");
    assert.equal(facts.locality, "east");
    assert.equal(facts.fingerprint, root.certificate.fingerprint256);
    assert.equal(facts.key, "P-256");
    assert.equal(facts.signatureAlgorithm, "ecdsa-with-SHA256");
    assert.deepEqual(facts.keyUsages, ["digitalSignature", "keyCertSign", "cRLSign"]);
    assert.equal(facts.subjectKeyId, facts.authorityKeyId);
    assert.match(facts.subjectKeyId ?? "", /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
    const bare = factsOf(other.certificate);
    assert.equal(bare.key, "RSA 2048");
    assert.equal(bare.signatureAlgorithm, "sha256WithRSAEncryption");
    assert.deepEqual([bare.keyUsages, bare.subjectKeyId, bare.pathLength], [undefined, undefined, undefined]);
  });

  it("say what an independent reader finds in them", async () => {
    const keys = await makeKeys("P-256");
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            isCa: fc.boolean(),
            pathLength: fc.nat({ max: 300 }),
            usages: fc.integer({ min: 1, max: 511 }),
            extendedUsages: fc.uniqueArray(fc.constantFrom("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.999.4711.1"), {
              minLength: 1,
            }),
          },
          { requiredKeys: [] },
        ),
        async (options) => {
          const { certificate } = await makeCa({ keys, ...options });
          const facts = factsOf(certificate);
          const read = new x509.X509Certificate(certificate.raw);
          const constraints = read.getExtension(x509.BasicConstraintsExtension);
          assert.equal(facts.isCa, constraints?.ca ?? false);
          assert.equal(facts.pathLength, constraints?.pathLength);
          assert.deepEqual(
            facts.keyUsages?.toSorted(),
            namesOf(read.getExtension(x509.KeyUsagesExtension)?.usages).toSorted(),
          );
          assert.equal(
            facts.extendedKeyUsages?.length,
            read.getExtension(x509.ExtendedKeyUsageExtension)?.usages.length,
          );
          const unnamed = options.extendedUsages?.includes("2.999.4711.1");
          assert.equal(facts.extendedKeyUsages?.includes("2.999.4711.1"), unnamed);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are told without a throw and without their bytes when they are damaged", () => {
    const pem = pemOf(root.certificate);
    fc.assert(
      fc.property(fc.nat(pem.length - 1), fc.constantFrom("", "-", "A", "\n", "%", "=", "\u0000"), (at, put) => {
        const { problems } = readCertificates(pem.slice(0, at) + put + pem.slice(at + 1), "roots");
        assert.doesNotMatch(lines([...problems]), /[A-Za-z0-9+/]{30}|error:|undefined/);
      }),
    );
  });

  it("are known by their fingerprints, and passed over where they are none", () => {
    const torn = "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----";
    const { fingerprint256 } = root.certificate;
    assert.deepEqual(fingerprintsIn(`${torn}\n${pemOf(root.certificate, root.certificate)}\nwords`), [fingerprint256]);
    assert.deepEqual(fingerprintsIn(""), []);
  });

  it("are needed where the first one is asked for", () => {
    assert.equal(firstCertificateIn(pemOf(root.certificate, other.certificate)).raw.equals(root.certificate.raw), true);
    assert.throws(() => firstCertificateIn("nothing"), ConfigurationError);
  });

  it("are the same roots whatever their order", () => {
    const one = pemOf(root.certificate, other.certificate);
    assert.equal(sameRoots(one, pemOf(other.certificate, root.certificate, root.certificate)), true);
    assert.equal(sameRoots(one, pemOf(root.certificate)), false);
  });

  it("are a bundle as long as one root is valid", async () => {
    const past = await makeCa({ from: -9, until: -1 });
    const judge = (...roots: TestCa[]): string =>
      lines(bundleProblems(pemOf(...roots.map(({ certificate }) => certificate)), { now: new Date(), path: "roots" }));
    assert.equal(judge(root, past), "");
    assert.match(judge(past), /^roots: .*which ended .*$/);
    assert.match(lines(bundleProblems("", { now: new Date(), path: "roots" })), /found nothing/);
  });

  it("lead to a root, or to none", async () => {
    const { certificate } = await makeCa({ subject: "CN=Intermediate", issuer: root });
    const roots = [other.certificate, root.certificate];
    assert.equal(rootOf([certificate], roots), root.certificate);
    assert.equal(rootOf([certificate, root.certificate], roots), root.certificate);
    assert.equal(rootOf([certificate], [other.certificate]), undefined);
  });
});

describe("a private key in PEM", () => {
  it("is read as PKCS#8, PKCS#1 and SEC1, beside the curve's parameters, and comes out in its own form", async () => {
    for (const kind of ["P-256", "P-384", "RSA 2048"] as const) {
      const ca = { keys: await makeKeys(kind) };
      for (const form of ["pkcs8", "older"] as const) {
        const pem = privateKeyPem(ca, form);
        for (const text of [
          pem,
          pem.replaceAll("\n", "\r\n"),
          `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem}`,
        ]) {
          const { value, problems } = readPrivateKey(text, "key");
          assert.deepEqual(problems, []);
          assert.equal(value?.pem, pem);
        }
      }
    }
  });

  it("is refused when it is encrypted, in either way", () => {
    for (const type of ["pkcs8", "pkcs1"] as const) {
      const { privateKey } = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        privateKeyEncoding: { format: "pem", type, cipher: "aes-256-cbc", passphrase: "secret" },
        publicKeyEncoding: { format: "pem", type: "spki" },
      });
      assert.match(lines([...readPrivateKey(privateKey, "key").problems]), /^key: .*found an encrypted key\. Take its/);
    }
  });

  it("is never repeated, however it is damaged", async () => {
    const pem = privateKeyPem({ keys: await makeKeys("P-256") });
    fc.assert(
      fc.property(fc.nat(pem.length - 1), fc.string({ maxLength: 3 }), (at, put) => {
        const { problems } = readPrivateKey(pem.slice(0, at) + put + pem.slice(at + 1), "key");
        assert.doesNotMatch(lines([...problems]), /[A-Za-z0-9+/]{30}|error:|undefined/);
      }),
    );
  });
});

describe("a signing request", () => {
  const make = async (keys: webcrypto.CryptoKeyPair, name: string, hash = "SHA-256"): Promise<Buffer> => {
    const signingAlgorithm = { ...keys.privateKey.algorithm, hash };
    const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm });
    return Buffer.from(request.rawData);
  };
  const pem = (der: Buffer): string => x509.PemConverter.encode(der, "CERTIFICATE REQUEST");

  it("says for whom it is, once its signature is checked", async () => {
    for (const kind of ["P-256", "P-384", "RSA 2048"] as const) {
      const { value, problems } = readSigningRequest(pem(await make(await makeKeys(kind), "O=Istio, L=eäst")), "a.csr");
      assert.deepEqual(problems, []);
      assert.deepEqual(value?.subject, [
        ["O", "Istio"],
        ["L", "eäst"],
      ]);
    }
  });

  it("is refused, or what was signed of it unchanged, with a bit that was turned anywhere", async () => {
    for (const kind of ["P-256", "RSA 2048"] as const) {
      const der = await make(await makeKeys(kind), "L=east");
      fc.assert(
        fc.property(fc.nat(der.length - 1), fc.nat({ max: 7 }), (at, bit) => {
          const turned = Buffer.from(der);
          turned[at] = (turned[at] as number) ^ (1 << bit);
          const { value, problems } = readSigningRequest(pem(turned), "a.csr");
          assert.equal(problems.length, value === undefined ? 1 : 0);
          if (value !== undefined) assert.ok(der.includes(value.subjectName) && der.includes(spkiOf(value.publicKey)));
          assert.doesNotMatch(lines([...problems]), /error:|undefined/);
        }),
        { numRuns: 600 },
      );
    }
  });

  it("is refused when its signature is wrong or weak, or it is none", async () => {
    const der = await make(await makeKeys("P-256"), "L=east");
    const forged = Buffer.from(der);
    forged[forged.indexOf("east")] = 0x77;
    const refusal = (text: string): string => lines([...readSigningRequest(text, "a.csr").problems]);
    assert.match(refusal(pem(forged)), /^a\.csr: .*a request whose signature is wrong\. .*$/);
    assert.match(refusal(pem(await make(await makeKeys("P-256"), "L=east", "SHA-1"))), /signed with ecdsa-with-SHA1/);
    assert.match(refusal(pem(der.subarray(0, 60))), /cannot be read/);
    assert.match(refusal(pem(await make(await makeKeys("Ed25519"), "L=east"))), /cannot be read/);
    assert.match(refusal(""), /found nothing/);
    assert.match(refusal(x509.PemConverter.encode(der, "CERTIFICATE")), /a block called "CERTIFICATE"/);
  });
});

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

function namesOf(usages = 0): string[] {
  const bits = Object.entries(x509.KeyUsageFlags).filter(([, bit]) => typeof bit === "number" && (usages & bit) !== 0);
  return bits.map(([name]) => name);
}

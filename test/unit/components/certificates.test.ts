import assert from "node:assert/strict";
import { fingerprintOf, intermediateCaData } from "../../../components/internal/certificates";
import { privateKeyArgs } from "../../../components/internal/key-algorithm";
import { intermediateSubject, rootSubject } from "../../../trust";
import { selfSignedCertificatePem } from "../../support/certificates";

describe("certificates", () => {
  it("gives the root and each intermediate a subject of its own", () => {
    assert.deepEqual(rootSubject("mesh1"), {
      organization: "Istio",
      organizationalUnit: "mesh1",
      commonName: "Root CA",
    });
    assert.deepEqual(intermediateSubject("mesh1", "east"), {
      organization: "Istio",
      organizationalUnit: "mesh1",
      commonName: "Intermediate CA",
      locality: "east",
    });
  });

  it("writes the chain from the intermediate to the root, whether or not a PEM ends in a newline", () => {
    for (const certificatePem of ["INTERMEDIATE", "INTERMEDIATE\n"]) {
      const data = intermediateCaData({ certificatePem, privateKeyPem: "KEY", rootCertificatePem: "ROOT\n" });
      assert.deepEqual(Object.keys(data), ["ca-cert.pem", "ca-key.pem", "cert-chain.pem", "root-cert.pem"]);
      assert.equal(Buffer.from(data["cert-chain.pem"] ?? "", "base64").toString(), "INTERMEDIATE\nROOT\n");
    }
  });

  it("reads a certificate's fingerprint as openssl prints it", () => {
    assert.match(fingerprintOf(selfSignedCertificatePem), /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it("always names the curve of an ECDSA key", () => {
    assert.deepEqual(privateKeyArgs("ecdsa-p256"), { algorithm: "ECDSA", ecdsaCurve: "P256" });
    assert.deepEqual(privateKeyArgs("rsa-4096"), { algorithm: "RSA", rsaBits: 4096 });
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { X509Certificate } from "node:crypto";
import { anchorsOf, bundleOf, issuerOf, keyIdOf } from "../../../../trust/rotation";
import { makeCa } from "../../../support/authorities";
import { crossSigned, intermediate, rootCertificate, type Made } from "./certificates";

const x509 = ({ pem }: Made): X509Certificate => new X509Certificate(pem);

/** As openssl prints a key id, and as the library that makes certificates does. */
const bare = (keyId: string): string => keyId.replaceAll(":", "").toLowerCase();

describe("certificates, as the verifier of rotations sees them", () => {
  it("lead where their key ids say", async () => {
    const path = fc.shuffledSubarray(["A", "B", "P", "Q"], { minLength: 1, maxLength: 3 });
    const known = fc.shuffledSubarray(["A", "B", "P", "Q"]);
    await fc.assert(
      fc.asyncProperty(path, known, async (names, trusted) => {
        const crosses = names.slice(1).map((by, at) => crossSigned(`${names[at]} by ${by}`));
        const presented = await Promise.all([intermediate(`east below ${names[0]}`), ...crosses]);
        const roots = await Promise.all(trusted.map(rootCertificate));
        const issuer = issuerOf(presented.map(x509), roots.map(x509));
        assert.equal(bare(issuer?.keyId ?? ""), presented[0].subjectKeyId);
        assert.deepEqual(
          issuer?.anchors.map((anchor) => ({ ...anchor, root: bare(anchor.root) })),
          anchorsOf(presented, roots),
        );
        assert.deepEqual(
          bundleOf(roots.map(x509)).map(bare),
          roots.map(({ subjectKeyId }) => subjectKeyId),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("are known by their keys where they have no key id, and lead to who signed them", async () => {
    const root = await makeCa({ subject: "CN=Root", without: "subjectKeyId" });
    const namesake = await makeCa({ subject: "CN=Root", without: "subjectKeyId" });
    const own = await makeCa({ subject: "CN=Intermediate", issuer: root });
    assert.match(keyIdOf(root.certificate), /^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
    assert.notEqual(keyIdOf(root.certificate), keyIdOf(namesake.certificate));
    const issuer = issuerOf([own.certificate], [namesake.certificate, root.certificate]);
    assert.deepEqual(issuer?.anchors, [{ root: keyIdOf(root.certificate) }]);
  });

  it("are none where nothing is presented", () => {
    assert.equal(issuerOf([], []), undefined);
  });
});

import "reflect-metadata";
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { issueIntermediate, issueRoot, intermediateName } from "../../../trust/authority";
import { factsOf, isSignedBy } from "../../../trust";

const pairs = [
  generateKeyPairSync("ec", { namedCurve: "P-256" }),
  generateKeyPairSync("ec", { namedCurve: "P-384" }),
  generateKeyPairSync("ec", { namedCurve: "P-521" }),
  generateKeyPairSync("rsa", { modulusLength: 2048 }),
];

describe("a certificate that is issued", () => {
  it("says to an independent reader what was asked for, by any key, in any year, and is signed by it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.constantFrom(...pairs),
        fc
          .string({ minLength: 1, maxLength: 60, unit: "grapheme" })
          .filter((text) => !/["\\,+=<>;#\0]|^\s|\s$/.test(text)),
        fc.date({ min: new Date("2000-01-01"), max: new Date("2070-01-01"), noInvalidDate: true }),
        fc.integer({ min: 1, max: 3650 }),
        (rootKeys, keys, name, now, days) => {
          const root = issueRoot(name, rootKeys.privateKey, rootKeys.publicKey, { now, days: 3650 });
          const request = { subjectName: intermediateName(name, "east"), publicKey: keys.publicKey };
          const made = issueIntermediate(request, { certificate: root, key: rootKeys.privateKey }, { now, days });
          assert.ok(isSignedBy(root, root));
          assert.ok(isSignedBy(made, root));
          const read = new x509.X509Certificate(made.raw);
          assert.equal(read.subjectName.getField("OU")[0], name);
          assert.equal(read.issuer, new x509.X509Certificate(root.raw).subject);
          const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);
          assert.equal(seconds(read.notAfter), seconds(now) + days * 86_400);
          assert.equal(seconds(factsOf(made).notAfter), seconds(read.notAfter));
          const constraints = read.getExtension(x509.BasicConstraintsExtension);
          assert.deepEqual([constraints?.ca, constraints?.pathLength, constraints?.critical], [true, 0, true]);
          const flags = x509.KeyUsageFlags;
          assert.equal(
            Number(read.getExtension(x509.KeyUsagesExtension)?.usages),
            flags.digitalSignature | flags.nonRepudiation | flags.keyEncipherment | flags.keyCertSign | flags.cRLSign,
          );
        },
      ),
      { numRuns: 80 },
    );
  });
});

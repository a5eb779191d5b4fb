import "reflect-metadata";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type webcrypto } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import {
  isListOf,
  isRevoked,
  pemOf,
  readRevocationLists,
  revocationListsIn,
  revocationListsPem,
  serialOf,
  unlistedIn,
} from "../../../../trust";
import { intermediateName, issueIntermediate, issueRevocationList, issueRoot } from "../../../../trust/authority";
import { makeCa } from "../../../support/authorities";

const rootKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsaKeys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pairs = [rootKeys, generateKeyPairSync("ec", { namedCurve: "P-384" }), rsaKeys];
const now = new Date("2026-11-30T12:00:00Z");

describe("a revocation list", () => {
  it("says to an independent reader, and to ours, what was asked for, by any key and in any year", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.date({ min: new Date("2000-01-01"), max: new Date("2070-01-01"), noInvalidDate: true }),
        fc.integer({ min: 1, max: 3650 }),
        fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 126n }), { maxLength: 4 }),
        (keys, at, days, serials) => {
          const certificate = issueRoot("mesh1", keys.privateKey, keys.publicKey, { now: at, days: 3650 });
          const nextUpdate = new Date(at.getTime() + days * 86_400_000);
          const revoked = serials.map((serial) => ({ serial: serial.toString(16), at }));
          const der = issueRevocationList({ revoked, now: at, nextUpdate }, { certificate, key: keys.privateKey });
          const seconds = (date: Date | undefined): number => Math.floor((date?.getTime() ?? 0) / 1000);

          const theirs = new x509.X509Crl(der);
          assert.equal(theirs.issuer, new x509.X509Certificate(certificate.raw).subject);
          assert.equal(seconds(theirs.nextUpdate), seconds(nextUpdate));
          assert.deepEqual(
            theirs.entries.map(({ serialNumber }) => BigInt(`0x${serialNumber}`)),
            serials,
          );

          const [ours, ...more] = revocationListsIn(revocationListsPem([{ der }]));
          assert.ok(ours);
          assert.deepEqual(more, []);
          assert.ok(isListOf(ours, certificate));
          assert.deepEqual(
            [...ours.revoked.keys()],
            serials.map((serial) => serial.toString(16).toUpperCase()),
          );
          assert.deepEqual(
            [seconds(ours.thisUpdate), seconds(ours.nextUpdate), ours.isWhole],
            [seconds(at) - 3600, seconds(nextUpdate), true],
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is read as another library makes it", async () => {
    const ca = await makeCa({ subject: "CN=Root CA,O=Istio" });
    const list = await x509.X509CrlGenerator.create({
      issuer: new x509.X509Certificate(ca.certificate.raw).subject,
      thisUpdate: new Date("2026-01-01T00:00:00Z"),
      nextUpdate: new Date("2055-01-01T00:00:00Z"),
      entries: [{ serialNumber: "00ff01", revocationDate: new Date("2026-01-01T00:00:00Z") }],
      signingAlgorithm: { name: "ECDSA", hash: "SHA-256" } as webcrypto.EcdsaParams,
      signingKey: ca.keys.privateKey,
    });
    const { value, problems } = readRevocationLists(revocationListsPem([{ der: Buffer.from(list.rawData) }]), "list");
    assert.deepEqual(problems, []);
    const [read] = value;
    assert.ok(read !== undefined && isListOf(read, ca.certificate));
    assert.deepEqual([...read.revoked.keys()], ["FF01"]);
    assert.equal(read.nextUpdate?.toISOString(), "2055-01-01T00:00:00.000Z");
  });

  it("is taken by openssl, which refuses what it revokes and nothing else", function () {
    const root = issueRoot("mesh1", rootKeys.privateKey, rootKeys.publicKey, { now: new Date(), days: 30 });
    const signed = (site: string) =>
      issueIntermediate(
        { subjectName: intermediateName("mesh1", site), publicKey: rsaKeys.publicKey },
        { certificate: root, key: rootKeys.privateKey },
        { now: new Date(), days: 10 },
      );
    const [east, west] = [signed("east"), signed("west")];
    const der = issueRevocationList(
      { revoked: [{ serial: serialOf(east), at: new Date() }], now: new Date(), nextUpdate: root.validToDate },
      { certificate: root, key: rootKeys.privateKey },
    );
    const directory = mkdtempSync(join(tmpdir(), "isthmus-lists-"));
    try {
      const file = (name: string, text: string): string => {
        writeFileSync(join(directory, name), text);
        return join(directory, name);
      };
      const [roots, lists] = [file("root.pem", pemOf(root)), file("list.pem", revocationListsPem([{ der }]))];
      const verify = (name: string, pem: string): string => {
        try {
          return execFileSync(
            "openssl",
            ["verify", "-CAfile", roots, "-CRLfile", lists, "-crl_check", file(name, pem)],
            { stdio: "pipe" },
          ).toString();
        } catch (error) {
          return String((error as { stderr: Buffer }).stderr);
        }
      };
      assert.match(verify("east.pem", pemOf(east)), /certificate revoked/);
      assert.match(verify("west.pem", pemOf(west)), /west\.pem: OK/);
      const read = revocationListsIn(revocationListsPem([{ der }]));
      assert.deepEqual([isRevoked(east, root, read), isRevoked(west, root, read)], [true, false]);
      assert.deepEqual([unlistedIn([east, root], read), unlistedIn([root], read)], [[east], []]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is no list of a CA with its name and another key, nor once it was changed", () => {
    const [one, other] = pairs.map((keys) => ({
      certificate: issueRoot("mesh1", keys.privateKey, keys.publicKey, { now, days: 30 }),
      key: keys.privateKey,
    }));
    assert.ok(one && other);
    const der = issueRevocationList({ revoked: [], now, nextUpdate: one.certificate.validToDate }, one);
    const changed = Buffer.from(der);
    const at = changed.indexOf(Buffer.from("mesh1"));
    changed[at + 4] = "2".charCodeAt(0);
    const [read, forged] = revocationListsIn(revocationListsPem([{ der }, { der: changed }]));
    assert.ok(read && forged);
    assert.deepEqual([isListOf(read, one.certificate), isListOf(read, other.certificate)], [true, false]);
    assert.ok(!isListOf(forged, one.certificate));
  });

  it("is told from what is none", () => {
    const said = (text: string): string[] => readRevocationLists(text, "lists.pem").problems.map(({ found }) => found);
    const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });
    assert.deepEqual(said(""), ["nothing"]);
    assert.deepEqual(said("revoked: all"), ["a text without one"]);
    assert.deepEqual(said(String(key)), ["a private key among them"]);
    assert.deepEqual(said("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"), ["block 1, which is no list"]);
    assert.deepEqual(said(pemOf(issueRoot("m", rootKeys.privateKey, rootKeys.publicKey, { now, days: 3 }))), [
      'block 1, called "CERTIFICATE"',
    ]);
    assert.match(said("-----BEGIN X509 CRL-----\nAAAA\n").join(), /torn/);
  });

  it("is never mistaken, whatever bytes there are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const pem = revocationListsPem([{ der: Buffer.from(bytes) }]);
        assert.doesNotThrow(() => readRevocationLists(pem, "lists.pem"));
      }),
    );
  });
});

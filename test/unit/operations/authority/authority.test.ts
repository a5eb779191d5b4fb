import "reflect-metadata";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, type webcrypto } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import {
  madeFilesIn,
  makeIntermediates,
  makeRoot,
  makeWorkload,
  removeMade,
  signRequests,
  type MadeFile,
} from "../../../../operations/authority";
import { ConfigurationError } from "../../../../topology";
import { certificatesIn, factsOf, judgeIntermediate, spiffeIdentity, weaknesses } from "../../../../trust";
import { makeKeys, type KeyKind } from "../../../support/authorities";

const year = 365;

describe("an offline authority", function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-authority-"));
    await makeRoot({ directory: at("root"), meshId: "mesh1", keyAlgorithm: "ecdsa-p256", lifetimeDays: 5 * year });
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const at = (...names: string[]): string => join(directory, ...names);
  const read = (...names: string[]): string => readFileSync(at(...names), "utf8");
  const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
  const intermediates = (clusters: string[], more: object = {}): Promise<MadeFile[]> =>
    makeIntermediates({
      clusters,
      meshId: "mesh1",
      rootDirectory: at("root"),
      out: at(),
      keyAlgorithm: "ecdsa-p256",
      lifetimeDays: year,
      ...more,
    });
  const sign = (requests: string[], more: object = {}): Promise<MadeFile[]> =>
    signRequests({ requests, rootDirectory: at("root"), out: at(), lifetimeDays: year, ...more });
  const request = async (file: string, name: string, kind: KeyKind = "P-256", own?: webcrypto.CryptoKeyPair) => {
    const keys = own ?? (await makeKeys(kind));
    const signingAlgorithm = { hash: "SHA-256", ...keys.privateKey.algorithm };
    const made = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm });
    writeFileSync(at(file), made.toString("pem"));
    return at(file);
  };
  const rootKeys = (): webcrypto.CryptoKeyPair => {
    const key = createPrivateKey(read("root", "root-key.pem"));
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const privateKey = key.toCryptoKey(algorithm, true, ["sign"]);
    return { privateKey, publicKey: createPublicKey(key).toCryptoKey(algorithm, true, ["verify"]) };
  };
  const refused = async (doing: Promise<unknown>, ...patterns: RegExp[]): Promise<void> => {
    await assert.rejects(doing, (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.equal(error.problems.length, patterns.length, error.message);
      for (const pattern of patterns) assert.match(error.message, pattern);
      return true;
    });
  };
  const judged = (cluster: string): readonly unknown[] => {
    const given = { chainPem: read(cluster, "cert-chain.pem"), rootsPem: read(cluster, "root-cert.pem") };
    const key = at(cluster, "ca-key.pem");
    const parts = existsSync(key) ? { ...given, privateKeyPem: read(cluster, "ca-key.pem") } : given;
    const context = {
      now: new Date(),
      site: cluster,
      trustDomain: "mesh1.internal",
      paths: { chain: "chain", privateKey: "key", roots: "roots" },
    };
    return [...judgeIntermediate(parts, context), ...weaknesses(parts, context)];
  };

  it("makes a root whose successor it can certify, and whose key is its owner's alone", () => {
    const [certificate] = certificatesIn(read("root", "root-cert.pem"));
    assert.ok(certificate !== undefined);
    assert.ok(certificate.checkPrivateKey(createPrivateKey(read("root", "root-key.pem"))));
    const facts = factsOf(certificate);
    assert.equal(facts.subject, "O=Istio, OU=mesh1, CN=Root CA");
    assert.deepEqual([facts.isCa, facts.pathLength], [true, undefined]);
    assert.equal(facts.subjectKeyId, facts.authorityKeyId);
    assert.ok(facts.keyUsages?.includes("cRLSign"));
    assert.ok(facts.notBefore < new Date(Date.now() - 30 * 60_000), "clocks that are behind take it too");
    assert.ok(BigInt(`0x${certificate.serialNumber}`) > 1n << 64n);
    assert.equal(modeOf(at("root", "root-key.pem")), "600");
    assert.equal(modeOf(at("root")), "700");
  });

  for (const keyAlgorithm of ["ecdsa-p256", "rsa-4096"] as const) {
    it(`makes intermediates that are taken, each in a directory of its own, with ${keyAlgorithm}`, async () => {
      const files = await intermediates(["east", "west"], { keyAlgorithm });
      assert.equal(files.length, 8);
      for (const cluster of ["east", "west"]) {
        assert.deepEqual(judged(cluster), []);
        const [intermediate, root] = certificatesIn(read(cluster, "cert-chain.pem"));
        assert.ok(intermediate !== undefined && root !== undefined);
        const facts = factsOf(intermediate);
        assert.equal(facts.subject, `O=Istio, OU=mesh1, CN=Intermediate CA, L=${cluster}`);
        assert.equal(facts.pathLength, 0);
        assert.equal(intermediate.subjectAltName, "DNS:istiod.istio-system.svc");
        assert.equal(modeOf(at(cluster, "ca-key.pem")), "600");
        assert.equal(modeOf(at(cluster, "ca-cert.pem")), "644");
        assert.equal(modeOf(at(cluster)), "700");
      }
      for (const { path, isSecret } of files) assert.equal(modeOf(path), isSecret ? "600" : "644");
    });
  }

  it("signs requests with the subject that they have, whatever their key", async () => {
    const requests = [
      await request("east.csr", "O=Istio, OU=mesh1, CN=Intermediate CA, L=east"),
      await request("west.csr", "O=Example, L=west", "RSA 2048"),
      await request("north.csr", "L=north", "P-384"),
    ];
    const files = await sign(requests);
    assert.equal(files.length, 9);
    for (const cluster of ["east", "west", "north"]) {
      assert.deepEqual(judged(cluster), []);
      assert.equal(existsSync(at(cluster, "ca-key.pem")), false);
    }
    assert.equal(factsOf(certificatesIn(read("west", "ca-cert.pem"))[0] as never).subject, "O=Example, L=west");
    assert.equal((await sign([requests[0] as string], { cluster: "east", out: at("again") })).length, 3);
  });

  it("refuses requests of another cluster, of none, weak ones, forged ones and the root's own, and signs none of them", async () => {
    const good = await request("good.csr", "L=east");
    await refused(sign([good], { cluster: "west" }), /good\.csr: expected a request for west, .*one for "east"/);
    await refused(
      sign([good, await request("none.csr", "CN=east")]),
      /none\.csr: .*locality \(L\), found one with "CN=east"/,
    );
    await refused(sign([await request("two.csr", "L=east, L=west")]), /two\.csr: .*one cluster as its locality/);
    await refused(sign([await request("path.csr", "L=../west")]), /path\.csr: .*a cluster's name/);
    await refused(sign([await request("weak.csr", "L=east", "RSA 1024")]), /weak\.csr: .*found one for RSA 1024/);
    await refused(
      sign([await request("own.csr", "L=east", "P-256", rootKeys())]),
      /found a request of the root itself/,
    );
    const der = Buffer.from(new x509.Pkcs10CertificateRequest(read("good.csr")).rawData);
    der[der.indexOf("east")] = 0x66;
    writeFileSync(at("forged.csr"), x509.PemConverter.encode(der, "CERTIFICATE REQUEST"));
    await refused(sign([at("forged.csr"), at("missing.csr")]), /missing\.csr: .*no such file/);
    await refused(sign([at("forged.csr")]), /forged\.csr: .*a request whose signature is wrong/);
    await refused(sign([good], { rootDirectory: at("nowhere") }), /root-cert\.pem: .*no such file/, /root-key\.pem: /);
    assert.equal(existsSync(at("east")), false);
  });

  it("signs nothing that would outlive its root, and with no key but the root's", async () => {
    await refused(intermediates(["east"], { lifetimeDays: 6 * year }), /no later than its issuer's/);
    assert.equal(existsSync(at("east")), false);
    await makeRoot({ directory: at("other"), meshId: "mesh1", keyAlgorithm: "ecdsa-p256", lifetimeDays: year });
    writeFileSync(at("other", "root-key.pem"), read("root", "root-key.pem"));
    await refused(intermediates(["east"], { rootDirectory: at("other") }), /root-key\.pem: .*found another key/);
  });

  it("signs with the root whose key is there, where workloads are to trust several", async () => {
    await makeRoot({ directory: at("former"), meshId: "mesh1", keyAlgorithm: "ecdsa-p256", lifetimeDays: year });
    writeFileSync(at("root", "root-cert.pem"), read("former", "root-cert.pem") + read("root", "root-cert.pem"));
    await intermediates(["east"]);
    assert.deepEqual(judged("east"), []);
    assert.equal(certificatesIn(read("east", "root-cert.pem")).length, 2);
    assert.equal(certificatesIn(read("east", "cert-chain.pem")).length, 2);
  });

  it("overwrites nothing, and leaves nothing half-done", async () => {
    mkdirSync(at("west"));
    writeFileSync(at("west", "cert-chain.pem"), "mine");
    await refused(intermediates(["east", "west"]), /west\/cert-chain\.pem: expected no such file yet/);
    assert.equal(existsSync(at("east")), false);
    assert.equal(read("west", "cert-chain.pem"), "mine");
    await refused(intermediates(["north", "north"]), ...[1, 2, 3, 4].map(() => /two that are to be made there/));
    const again = { directory: at("root"), meshId: "mesh1", keyAlgorithm: "ecdsa-p256", lifetimeDays: 1 } as const;
    const key = read("root", "root-key.pem");
    await refused(makeRoot(again), /root-cert\.pem: /, /root-key\.pem: /);
    assert.equal(read("root", "root-key.pem"), key);
  });

  it("leaves nothing where it cannot write", async function () {
    writeFileSync(at("file"), "");
    await refused(intermediates(["east"], { out: at("file") }), /a directory that can be written to, found ENOTDIR/);
    if (process.getuid?.() === 0) return;
    mkdirSync(at("closed"));
    chmodSync(at("closed"), 0o500);
    await refused(intermediates(["east"], { out: at("closed") }), /found EACCES/);
  });

  it("gives a machine outside Kubernetes its identity, chain and root", async () => {
    await intermediates(["east"]);
    const workload = (more: object = {}): Promise<MadeFile[]> =>
      makeWorkload({
        namespace: "shop",
        serviceAccount: "billing",
        trustDomain: "mesh1.internal",
        caDirectory: at("east"),
        out: at(),
        keyAlgorithm: "ecdsa-p256",
        lifetimeDays: 1,
        ...more,
      });
    await workload();
    const [leaf, intermediate, ...more] = certificatesIn(read("shop-billing", "cert-chain.pem"));
    assert.ok(leaf !== undefined && intermediate !== undefined && more.length === 0);
    assert.equal(spiffeIdentity(leaf), "spiffe://mesh1.internal/ns/shop/sa/billing");
    assert.equal(factsOf(leaf).isCa, false);
    assert.deepEqual(factsOf(leaf).extendedKeyUsages, ["serverAuth", "clientAuth"]);
    assert.ok(leaf.checkPrivateKey(createPrivateKey(read("shop-billing", "key.pem"))));
    assert.equal(modeOf(at("shop-billing", "key.pem")), "600");
    await refused(workload({ lifetimeDays: 400, namespace: "other" }), /^--lifetime: .*found 400 days from now/);
    await refused(workload({ namespace: "a/b", trustDomain: "" }), /--namespace: /, /--trust-domain: /);
    writeFileSync(at("east", "ca-key.pem"), read("root", "root-key.pem"));
    await refused(workload({ namespace: "other" }), /ca-key\.pem: .*found the key of a root/);
  });

  it("is verified by openssl", async function () {
    try {
      execFileSync("openssl", ["version"], { stdio: "ignore" });
    } catch {
      process.stdout.write("      skipped: no openssl on the PATH\n");
      this.skip();
    }
    await intermediates(["east"], { keyAlgorithm: "rsa-4096" });
    await sign([await request("west.csr", "L=west")]);
    const identity = { namespace: "shop", serviceAccount: "default", trustDomain: "mesh1.internal" };
    await makeWorkload({ ...identity, caDirectory: at("east"), out: at(), keyAlgorithm: "rsa-4096", lifetimeDays: 1 });
    const verify = (file: string, ...more: string[]): string =>
      execFileSync("openssl", ["verify", "-x509_strict", "-CAfile", at("root", "root-cert.pem"), ...more, at(file)], {
        encoding: "utf8",
      });
    assert.match(verify("east/ca-cert.pem"), /OK/);
    assert.match(verify("west/ca-cert.pem"), /OK/);
    for (const purpose of ["sslserver", "sslclient"]) {
      const chain = ["-purpose", purpose, "-untrusted", at("east", "cert-chain.pem")];
      assert.match(verify("shop-default/cert-chain.pem", ...chain), /OK/);
    }
  });

  it("is removed with all that it made, and nothing else", async () => {
    await intermediates(["east", "west"]);
    writeFileSync(at("west", "notes.txt"), "mine");
    const files = await madeFilesIn(at());
    assert.equal(files.length, 10);
    await removeMade(at(), files);
    assert.deepEqual([existsSync(at("east")), existsSync(at("root"))], [false, false]);
    assert.equal(read("west", "notes.txt"), "mine");
    await refused(madeFilesIn(at("nowhere")), /no such file/);
  });
});

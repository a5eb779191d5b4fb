import "reflect-metadata";
import assert from "node:assert/strict";
import * as x509 from "@peculiar/x509";
import { formatProblem } from "../../../topology";
import { judgeIntermediate, pemOf, weaknesses, type GivenIntermediate, type JudgeContext } from "../../../trust";
import { makeCa, privateKeyPem, type CaOptions, type TestCa } from "../../support/authorities";

const context: JudgeContext = {
  now: new Date(),
  site: "east",
  sites: ["east", "west"],
  trustDomain: "mesh1.internal",
  paths: { chain: "trust.east.chain", privateKey: "trust.east.key", roots: "trust.roots" },
};

const serverAuth = "1.3.6.1.5.5.7.3.1";
const clientAuth = "1.3.6.1.5.5.7.3.2";

describe("an intermediate that is given", function () {
  this.timeout(60_000);
  let root: TestCa, policy: TestCa, east: TestCa, stranger: TestCa;

  before(async () => {
    root = await makeCa();
    policy = await makeCa({ subject: "CN=Policy CA", issuer: root, pathLength: 1, until: 80 });
    east = await intermediate({});
    stranger = await makeCa();
  });

  const intermediate = (options: CaOptions): Promise<TestCa> =>
    makeCa({ subject: "O=Istio, CN=Intermediate CA, L=east", issuer: policy, pathLength: 0, ...options });

  const given = (chain: readonly TestCa[], roots: readonly TestCa[] = [root], key = chain[0]): GivenIntermediate => ({
    chainPem: pemOf(...chain.map(({ certificate }) => certificate)),
    rootsPem: pemOf(...roots.map(({ certificate }) => certificate)),
    ...(key === undefined ? {} : { privateKeyPem: privateKeyPem(key) }),
  });

  const judged = (intermediateGiven: GivenIntermediate, more: Partial<JudgeContext> = {}): string[] => {
    const problems = judgeIntermediate(intermediateGiven, { ...context, ...more });
    const lines = problems.map(formatProblem);
    for (const line of lines) assert.doesNotMatch(line, /\n|undefined|PRIVATE KEY-----|[A-Za-z0-9+/]{50}/);
    return lines;
  };

  /** That there is one problem, and that it says this. */
  const refused = (intermediateGiven: GivenIntermediate, ...expected: RegExp[]): void => {
    const lines = judged(intermediateGiven);
    assert.equal(lines.length, expected.length, lines.join("\n"));
    for (const pattern of expected)
      assert.ok(
        lines.some((line) => pattern.test(line)),
        lines.join("\n"),
      );
  };

  it("is taken when all is right, with the root in the chain or without, and beside other roots", () => {
    assert.deepEqual(judged(given([east, policy])), []);
    assert.deepEqual(judged(given([east, policy, root])), []);
    assert.deepEqual(judged(given([east, policy], [stranger, root])), []);
    assert.deepEqual(weaknesses(given([east, policy], [stranger, root]), context), []);
    const { chainPem, rootsPem } = given([east, policy]);
    assert.deepEqual(judged({ chainPem, rootsPem }), []);
  });

  it("is taken without usages, with an elder key, and below a root of P-521", async () => {
    const company = await makeCa({ kind: "P-521", hash: "SHA-512", usages: "none" });
    const own = await intermediate({ issuer: company, usages: "none", kind: "RSA 2048", hash: "SHA-512" });
    assert.deepEqual(judged({ ...given([own], [company]), privateKeyPem: privateKeyPem(own, "older") }), []);
  });

  it("is taken when its root is certified by another one, whichever of the two is trusted", async () => {
    const cross = await makeCa({ subject: "O=Istio, CN=New Root", issuer: root });
    const anew = await makeCa({ subject: "O=Istio, CN=New Root", keys: cross.keys });
    // Made after the cross-signed one, it would else end a moment after that.
    const below = await intermediate({ issuer: anew, until: 40 });
    for (const roots of [[root], [anew], [root, anew]]) assert.deepEqual(judged(given([below, cross], roots)), []);
  });

  it("must be there", () => {
    refused({ chainPem: " \n", rootsPem: pemOf(root.certificate) }, /trust\.east\.chain: .*found nothing/);
    refused({ chainPem: "see the wiki", rootsPem: pemOf(root.certificate) }, /found a text without one/);
    refused({ chainPem: pemOf(east.certificate, policy.certificate), rootsPem: "" }, /trust\.roots: .*found nothing/);
  });

  it("must be whole PEM", () => {
    const good = given([east, policy]);
    refused({ ...good, chainPem: good.chainPem.slice(0, 300) }, /PEM that is torn/);
    refused({ ...good, chainPem: good.chainPem.replace(/\n[^-\n]{64}\n/, "\n") }, /number 1, that is no certificate/);
    refused({ ...good, chainPem: good.chainPem.replaceAll("\n", "\\n") }, /the two characters \\n/);
    refused({ ...good, privateKeyPem: privateKeyPem(east).slice(0, 100) }, /trust\.east\.key: .*torn/);
    refused({ ...good, privateKeyPem: privateKeyPem(east).replace(/\n.{30}/, "\n") }, /a key that cannot be read/);
    refused({ ...good, rootsPem: good.rootsPem.replace("END", "BEGIN") }, /trust\.roots: .*torn/);
    refused({ ...good, chainPem: good.chainPem + privateKeyPem(east) }, /a private key among them/);
    refused({ ...good, privateKeyPem: good.chainPem }, /trust\.east\.key: .*2 blocks/);
    refused({ ...good, privateKeyPem: pemOf(east.certificate) }, /a block called "CERTIFICATE"/);
  });

  it("must be the certificate of its key", () => {
    refused(given([east, policy], [root], stranger), /trust\.east\.key: .*found another key/);
    refused(given([east, policy], [root], policy), /the key of certificate 2 of the chain/);
  });

  it("must be an authority that may sign, at every link", async () => {
    refused(given([await intermediate({ isCa: false }), policy]), /certificate 1 of the chain, .*, without it/);
    refused(
      given([await intermediate({ usages: x509.KeyUsageFlags.digitalSignature }), policy]),
      /keyCertSign, found certificate 1 .*, for digitalSignature/,
    );
    const bare = await makeCa({ isCa: false });
    refused(given([await intermediate({ issuer: bare })], [bare]), /found the root "O=Istio, CN=Root CA", without it/);
    const mute = await makeCa({ usages: x509.KeyUsageFlags.cRLSign });
    refused(given([await intermediate({ issuer: mute })], [mute]), /found the root .*, for cRLSign/);
  });

  it("must have room for what follows, at every link and in the root", async () => {
    const narrow = await makeCa({ subject: "CN=Narrow", issuer: root, pathLength: 0 });
    refused(given([await intermediate({ issuer: narrow }), narrow]), /at least 1, .*certificate 2 .*, with 0/);
    const narrowRoot = await makeCa({ pathLength: 1 });
    const middle = await makeCa({ subject: "CN=Middle", issuer: narrowRoot });
    refused(given([await intermediate({ issuer: middle }), middle], [narrowRoot]), /at least 2, .*the root .*, with 1/);
    assert.deepEqual(judged(given([await intermediate({ issuer: narrowRoot })], [narrowRoot])), []);
  });

  it("must be made by algorithms that hold and that Istio takes", async () => {
    const sha1 = await intermediate({ hash: "SHA-1" });
    refused(given([sha1, policy]), /signed with ecdsa-with-SHA1/);
    const rsa = await makeCa({ kind: "RSA 2048" });
    refused(given([await intermediate({ issuer: rsa, hash: "SHA-1" })], [rsa]), /signed with sha1WithRSAEncryption/);
    refused(given([await intermediate({ kind: "RSA 1024" }), policy]), /found certificate 1 .*, with RSA 1024/);
    refused(given([await intermediate({ kind: "P-521" }), policy]), /found certificate 1 .*, with P-521/);
    refused(given([await intermediate({ kind: "Ed25519" }), policy]), /found certificate 1 .*, with ed25519/);
    const weak = await makeCa({ kind: "RSA 1024" });
    refused(given([await intermediate({ issuer: weak })], [weak]), /found the root .*, with RSA 1024/);
    // Whoever gives it has the root from elsewhere: its signature on itself proves nothing.
    const old = await makeCa({ kind: "RSA 2048", hash: "SHA-1" });
    assert.deepEqual(judged(given([await intermediate({ issuer: old })], [old])), []);
  });

  it("must be in order, each link signed by the next", async () => {
    refused(given([policy, east], [root], east), /another order: right would be 2, 1/);
    refused(given([root, policy, east], [root], east), /another order: right would be 3, 2, 1/);
    const other = await makeCa({ subject: "CN=Other CA", issuer: root });
    refused(given([east, other]), /the next one is "CN=Other CA", its issuer "CN=Policy CA"/);
    const namesake = await makeCa({ subject: "CN=Policy CA", issuer: root, without: "subjectKeyId" });
    refused(given([east, namesake]), /its signature is not of the key of "CN=Policy CA"/);
    const misled = await intermediate({ authorityKeyId: "ab".repeat(20) });
    refused(given([misled, policy]), /with the same key id/);
  });

  it("must lead to one of the roots", () => {
    refused(given([east, policy], [stranger]), /a root of the same name but another key signed/);
    refused(given([east]), /none of them signed/);
    refused(given([east, policy, root], [stranger]), /ends at another root/);
    refused(given([root]), /a root itself, "O=Istio, CN=Root CA"/);
  });

  it("needs roots that are roots", async () => {
    refused(given([east], [policy]), /trust\.roots: .*which another CA signed/);
    const leaf = await makeCa({ isCa: false });
    refused(given([east, policy], [root, leaf]), /trust\.roots: .*CA:TRUE/);
  });

  it("must be valid now, and not outlive what it depends on", async () => {
    refused(given([await intermediate({ from: -3, until: -2 }), policy]), /certificate 1 .*, which ended/);
    refused(given([await intermediate({ from: 1 }), policy]), /certificate 1 .*, which begins/);
    refused(given([await intermediate({ until: 90 }), policy]), /no later than its issuer's, .*certificate 1/);
    const past = await makeCa({ from: -9, until: -1 });
    const below = await intermediate({ issuer: past, from: -9, until: -1 });
    refused(given([below], [past]), /certificate 1 .*, which ended/, /the root .*, which ended/);
    const above = await makeCa({ subject: "CN=Policy CA", issuer: root, until: 200 });
    refused(given([await intermediate({ issuer: above }), above]), /certificate 2 .*, which ends/);
  });

  it("must allow TLS servers and clients where it names uses", async () => {
    refused(given([await intermediate({ extendedUsages: [serverAuth] }), policy]), /for serverAuth alone/);
    const codeSigning = await makeCa({ extendedUsages: ["1.3.6.1.5.5.7.3.3"] });
    refused(given([await intermediate({ issuer: codeSigning })], [codeSigning]), /the root .*, for codeSigning alone/);
    for (const extendedUsages of [[serverAuth, clientAuth], ["2.5.29.37.0"]]) {
      assert.deepEqual(judged(given([await intermediate({ extendedUsages }), policy])), []);
    }
  });

  it("must be allowed to give the mesh's names", async () => {
    const constrained = (permitted: boolean, kind: number, value: string, critical = true): Promise<TestCa> => {
      const name = Buffer.concat([Buffer.from([kind, value.length]), Buffer.from(value, "latin1")]);
      const der = [name, 0x30, permitted ? 0xa0 : 0xa1, 0x30].reduce<Buffer>(
        (content, tag) =>
          typeof tag === "number" ? Buffer.concat([Buffer.from([tag, content.length]), content]) : tag,
        Buffer.alloc(0),
      );
      return intermediate({ extensions: [new x509.Extension("2.5.29.30", critical, new Uint8Array(der))] });
    };
    const uri = 0x86;
    const dns = 0x82;
    for (const good of [
      await constrained(true, uri, "mesh1.internal"),
      await constrained(true, uri, ".internal"),
      await constrained(false, uri, "mesh2.internal"),
      await constrained(true, dns, "istio-system.svc"),
      await constrained(true, 0x81, "example.com"),
    ]) {
      assert.deepEqual(judged(given([good, policy])), []);
    }
    const excluded = /may give spiffe:\/\/mesh1\.internal/;
    refused(given([await constrained(true, uri, "example.com"), policy]), excluded);
    refused(given([await constrained(true, uri, "internal"), policy]), excluded);
    refused(given([await constrained(false, uri, ".internal"), policy]), excluded);
    refused(given([await constrained(true, dns, "example.com"), policy]), /may give istiod\.istio-system\.svc/);
    refused(given([await constrained(true, 0xa4, "\x30\x00"), policy]), /with others, for which istiod refuses it/);
    assert.deepEqual(judged(given([await constrained(true, 0xa4, "\x30\x00", false), policy])), []);
    const { now, site, paths } = context;
    const nameless = { now, site, paths };
    assert.deepEqual(judgeIntermediate(given([await constrained(true, uri, "example.com"), policy]), nameless), []);
  });

  it("must hold no critical extension that nobody knows", async () => {
    const unknown = new x509.Extension("1.2.3.4.5", true, new Uint8Array([5, 0]));
    refused(given([await intermediate({ extensions: [unknown] }), policy]), /certificate 1 .*, with 1\.2\.3\.4\.5/);
  });

  it("must be of one key once", async () => {
    const again = await intermediate({ keys: east.keys });
    refused(
      given([east, again, policy]),
      /certificates 1 and 2 of the chain of the same key/,
      // Neither signed the other.
      /after each certificate the one that signed it/,
      /at least 1, .*certificate 2/,
      /at least 2, .*certificate 3/,
    );
  });

  it("must not be that of another cluster", async () => {
    const west = await intermediate({ subject: "O=Istio, CN=Intermediate CA, L=west" });
    refused(given([west, policy]), /expected the intermediate of east, found that of west/);
    const berlin = await intermediate({ subject: "O=Istio, CN=Intermediate CA, L=Berlin" });
    assert.deepEqual(judged(given([berlin, policy])), []);
  });

  it("is told all at once", async () => {
    const bad = await intermediate({ isCa: false, hash: "SHA-1", until: -0.5, from: -3 });
    const lines = judged({ ...given([bad, policy]), privateKeyPem: "-----BEGIN" });
    assert.equal(lines.length, 4, lines.join("\n"));
  });

  it("is warned of what will be missed", async () => {
    const { keyCertSign } = x509.KeyUsageFlags;
    const own = await intermediate({ usages: keyCertSign, without: "subjectKeyId" });
    const past = await makeCa({ from: -9, until: -1 });
    const lines = weaknesses(given([own, policy], [root, past]), context).map(formatProblem);
    assert.equal(lines.length, 3, lines.join("\n"));
    assert.match(lines.join("\n"), /cRLSign, found certificate 1[^]*a subject key id, found certificate 1[^]*ended/);
    assert.deepEqual(judged(given([own, policy], [root, past])), []);
  });
});

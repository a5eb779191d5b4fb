import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblem } from "../../../topology";
import { judgeIntermediate, readPrivateKey, readSigningRequest } from "../../../trust";

/** What openssl makes is what people have. */
describe("what openssl made", function () {
  this.timeout(60_000);
  let directory: string;

  before(function () {
    try {
      execFileSync("openssl", ["version"], { stdio: "ignore" });
    } catch {
      process.stdout.write("      skipped: no openssl on the PATH\n");
      this.skip();
    }
    directory = mkdtempSync(join(tmpdir(), "isthmus-openssl-"));
    const caExtensions =
      "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,digitalSignature,keyCertSign\n";
    writeFileSync(join(directory, "ca.ext"), `${caExtensions}subjectAltName=DNS:istiod.istio-system.svc\n`);
    openssl(
      "req -x509 -newkey rsa:2048 -nodes -sha256 -days 30 -keyout root.key -out root.pem",
      ...["-subj", "/O=Istio/CN=Root CA", "-addext", "keyUsage=critical,keyCertSign"],
    );
    openssl("req -newkey rsa:2048 -nodes -sha256 -keyout ca.key -out ca.csr", "-subj", "/O=Istio/CN=CA/L=east");
  });

  after(() => {
    if (directory) rmSync(directory, { recursive: true });
  });

  const openssl = (words: string, ...more: string[]): void => {
    execFileSync("openssl", [...words.split(" "), ...more], { cwd: directory, stdio: "pipe" });
  };
  const read = (file: string): string => readFileSync(join(directory, file), "utf8");
  const judged = (chain: string, key = "ca.key"): string =>
    judgeIntermediate(
      { chainPem: read(chain), privateKeyPem: read(key), rootsPem: read("root.pem") },
      { now: new Date(), site: "east", paths: { chain: "chain", privateKey: "key", roots: "roots" } },
    )
      .map(formatProblem)
      .join("\n");
  const sign = (out: string, hash: string): void =>
    openssl(
      `x509 -req -days 20 -${hash} -in ca.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile ca.ext -out ${out}`,
    );

  it("is taken, with the words that openssl writes beside it", () => {
    sign("ca.pem", "sha256");
    openssl("x509 -in ca.pem -text -out words.pem");
    openssl("pkey -in ca.key -traditional -out old.key");
    assert.match(read("old.key"), /BEGIN RSA PRIVATE KEY/);
    assert.equal(judged("ca.pem"), "");
    assert.equal(judged("words.pem", "old.key"), "");
  });

  it("is refused when it was signed with MD5 or with PSS and SHA-1", () => {
    sign("md5.pem", "md5");
    assert.match(judged("md5.pem"), /signed with md5WithRSAEncryption/);
    openssl(
      "x509 -req -days 20 -sha1 -sigopt rsa_padding_mode:pss -in ca.csr -CA root.pem -CAkey root.key",
      ..."-CAcreateserial -extfile ca.ext -out pss.pem".split(" "),
    );
    assert.match(judged("pss.pem"), /signed with rsassaPss with SHA1/);
    openssl(
      "x509 -req -days 20 -sha256 -sigopt rsa_padding_mode:pss -in ca.csr -CA root.pem -CAkey root.key",
      ..."-CAcreateserial -extfile ca.ext -out good-pss.pem".split(" "),
    );
    assert.equal(judged("good-pss.pem"), "");
  });

  it("is read as a request", () => {
    const { value, problems } = readSigningRequest(read("ca.csr"), "ca.csr");
    assert.deepEqual(problems, []);
    assert.deepEqual(value?.subject.at(-1), ["L", "east"]);
  });

  it("is refused as a key with a passphrase", () => {
    openssl("pkey -in ca.key -aes256 -passout pass:secret -out closed.key");
    assert.match(readPrivateKey(read("closed.key"), "key").problems[0]?.found ?? "", /an encrypted key/);
  });
});

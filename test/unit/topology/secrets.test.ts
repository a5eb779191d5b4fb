import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { ConfigurationError, describeFound, looksSecret, namesSecret, withoutSecrets } from "../../../topology";

/** Texts with the secret `SECRET` in them, which no reader may see. */
const tellTales: Readonly<Record<string, string>> = {
  "a URL's password": 'Get "https://robot:SECRET@charts.example.org/index.yaml": dial tcp: no such host',
  "a URL's password with an @": "cloning https://robot:pa@SECRET@git.example.org/a.git failed",
  "a URL's token": "https://SECRET@charts.example.org",
  "a second URL": "neither http://a.example.org nor postgres://u:SECRET@db.example.org/x answers",
  "a signed URL": "GET https://s3.example.org/a?X-Amz-Date=1&X-Amz-Security-Token=SECRET&b=1: 403",
  "a shared access signature": "https://x.blob.example.org/c?sv=2022&sig=SECRET",
  "a variable": "env DB_PASSWORD=SECRET app=shop",
  "an option": "helm template a --username me --password SECRET --version 1",
  "an option with =": "kubectl --token=SECRET get pods",
  "a header": 'request had "Authorization: Bearer SECRET"',
  JSON: '{"user":"me","password":"SECRET"}',
  YAML: "values: password: SECRET",
};

describe("withoutSecrets", () => {
  it("takes out what is called a password or a token, and what stands before a host", () => {
    for (const [what, text] of Object.entries(tellTales)) {
      const shown = withoutSecrets(text.replace("SECRET", "hunter2"));
      assert.ok(!shown.includes("hunter2"), `${what}: ${shown}`);
      assert.ok(looksSecret(text.replace("SECRET", "hunter2")) || shown.includes("://…@"), what);
    }
  });

  it("takes out keys in base64 and hex, wherever they stand", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 64 }),
        fc.constantFrom("hex", "base64", "base64url"),
        fc.constantFrom("", "key ", "/run/secrets/x: ", '"', "("),
        (bytes, encoding, before) => {
          // Fewer than 32 different bytes are no key.
          const key = createHash("sha512").update(bytes).digest(encoding).slice(0, 64);
          fc.pre(encoding !== "base64url" || !/[-_]/.test(key));
          assert.ok(!withoutSecrets(`${before}${key} is refused`).includes(key));
        },
      ),
    );
  });

  it("is done with one go", () => {
    for (const text of Object.values(tellTales)) {
      const once = withoutSecrets(text.replace("SECRET", randomBytes(24).toString("hex")));
      assert.equal(withoutSecrets(once), once);
    }
  });

  it("leaves hosts, paths, digests and our own words", () => {
    const hex = createHash("sha256").update("a").digest("hex");
    for (const harmless of [
      `https://${hex.slice(0, 32).toUpperCase()}.gr7.eu-west-1.eks.amazonaws.com:443`,
      `expected an answer from ${hex.slice(0, 32).toUpperCase()}.gr7.eu-west-1.eks.amazonaws.com, found none`,
      `docker.io/istio/pilot@sha256:${hex}`,
      "/var/lib/Jenkins2/workspace/Platform/Meshes/Production/Isthmus2/kubeconfig",
      "PULUMI_CONFIG_PASSPHRASE: expected the passphrase of stack prod, found none. Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it.",
      "isthmus:mesh.clusters.east.access.kubeconfigSecret: expected a secret, found nothing. `pulumi config set --secret isthmus:east`",
      "PULUMI_CONFIG_PASSPHRASE_FILE=/run/passphrase",
      "me@example.org, see https://docs.example.org/a@b",
    ]) {
      assert.equal(withoutSecrets(harmless), harmless);
      assert.equal(looksSecret(harmless), false, harmless);
    }
  });
});

describe("namesSecret", () => {
  it("knows names of secrets from those of references", () => {
    for (const name of ["DB_PASSWORD", "apiKey", "tls.key", "AWS_SECRET_ACCESS_KEY", "authToken", "passphrase"]) {
      assert.equal(namesSecret(name), true, name);
    }
    for (const name of [
      "secretName",
      "credentialName",
      "tokenFile",
      "PASSPHRASE_FILE",
      "keyAlgorithm",
      "replicaCount",
    ]) {
      assert.equal(namesSecret(name), false, name);
    }
  });
});

describe("problems", () => {
  it("show no secret, in whichever of their parts it comes", () => {
    for (const text of Object.values(tellTales)) {
      const words = text.replace("SECRET", "hunter2");
      const error = new ConfigurationError([{ path: words, expected: words, found: words, fix: words }]);
      assert.ok(!`${error.message} ${JSON.stringify(error.problems)}`.includes("hunter2"), error.message);
    }
  });

  it("tell of a string with a secret its length alone", () => {
    assert.equal(describeFound("--password hunter2"), "a string of 18 characters");
  });
});

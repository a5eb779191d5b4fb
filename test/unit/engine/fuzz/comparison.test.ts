import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { comparable, differences } from "../../../engine/fuzz/comparison";
import { roleOf } from "../../../engine/fuzz/processes";
import { foundIn } from "../../../engine/fuzz/secret-forms";
import { isReachedBy } from "../../../engine/paper/api-path";
import type { PaperObject, PlacedObject } from "../../../engine/paper/world";

const contexts = new Map([["127.0.0.1:1", "c1"]]);

function placed(id: string, object: PaperObject): PlacedObject {
  return { server: "127.0.0.1:1", type: "kubernetes:core/v1:Secret", id, object };
}

function secret(more: object, metadata: object = {}): PaperObject {
  return { apiVersion: "v1", kind: "Secret", ...more, metadata: { name: "a", ...metadata } };
}

function differ(one: PaperObject, other: PaperObject): string[] {
  const [left, right] = [one, other].map((object) => comparable([placed("n/a", object)], contexts));
  assert.ok(left && right);
  return differences(left, right);
}

describe("the comparison of clusters on paper", () => {
  it("passes over what no two have in common", () => {
    const certificate = (body: string): string => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
    assert.deepEqual(
      differ(
        secret({ data: { token: "a" }, note: certificate("aaaa"), at: "https://127.0.0.1:1" }, { uid: "1" }),
        secret({ note: certificate("bbbb"), data: { token: "b" }, at: "https://c1" }, { uid: "2" }),
      ),
      [],
    );
  });

  it("finds what is otherwise, missing and too many", () => {
    assert.match(
      differ(secret({ type: "x" }), secret({ type: "y" })).join(),
      /^different: c1 .* n\/a: .*x.* instead of .*y/,
    );
    assert.equal(differ(secret({ data: { a: "1" } }), secret({ data: { b: "1" } })).length, 1);
    const [one, other] = ["a", "b"].map((id) => comparable([placed(id, secret({}))], contexts));
    assert.ok(one && other);
    assert.deepEqual(differences(one, other), [
      "missing: c1 kubernetes:core/v1:Secret b",
      "too many: c1 kubernetes:core/v1:Secret a",
    ]);
  });
});

describe("a secret that is looked for", () => {
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "sec1", format: "pem" });

  it("is found as it is, in JSON, and in base64 wherever it begins", () => {
    const pem = key.toString();
    for (const text of [pem, JSON.stringify({ pem }), JSON.stringify(JSON.stringify({ pem }))]) {
      assert.deepEqual(foundIn(text, [pem]), [pem]);
    }
    for (const before of ["", "a", "ab"]) {
      assert.deepEqual(foundIn(Buffer.from(`${before}${pem}`).toString("base64"), [pem]), [pem]);
      assert.deepEqual(foundIn(Buffer.from(`${before}token of mesh-east`).toString("base64"), ["token of mesh-east"]), [
        "token of mesh-east",
      ]);
    }
    assert.deepEqual(foundIn("nothing of it", [pem, "token of mesh-east"]), []);
  });
});

describe("a path of the Kubernetes API", () => {
  const object = { apiVersion: "networking.istio.io/v1", kind: "Gateway", metadata: { name: "a", namespace: "n" } };
  const of = "/apis/networking.istio.io/v1";

  it("leads to an object, and to the collections that it is in", () => {
    for (const path of [`${of}/namespaces/n/gateways/a`, `${of}/namespaces/n/gateways`, `${of}/gateways?limit=1`]) {
      assert.ok(isReachedBy(object, path), path);
    }
    for (const path of [
      `${of}/namespaces/n/gateways/b`,
      `${of}/namespaces/m/gateways`,
      "/api/v1/gateways",
      "/version",
    ]) {
      assert.ok(!isReachedBy(object, path), path);
    }
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n", labels: { a: "1" } } };
    assert.ok(isReachedBy(namespace, "/api/v1/namespaces/n"));
    assert.ok(isReachedBy(namespace, "/api/v1/namespaces?labelSelector=a%3D1"));
    assert.ok(!isReachedBy(namespace, "/api/v1/namespaces?labelSelector=a%3D1%2Cb%3D2"));
  });
});

describe("a process of a run", () => {
  const roles: readonly [string, string][] = [
    ["/x/pulumi up --yes", "pulumi"],
    ["/x/pulumi-language-nodejs 127.0.0.1:1", "language-host"],
    ["/x/pulumi-resource-tls 127.0.0.1:1", "plugin"],
    ["node /tmp/y/paper-provider.js stand-in", "plugin"],
    ["node /x/bin/isthmus.js up", "isthmus"],
    ["node /x/node_modules/@pulumi/pulumi/cmd/run /y", "program"],
    ["sleep 1", "other"],
  ];
  for (const [line, role] of roles) {
    it(`is told from its command line: ${line}`, () => assert.equal(roleOf(line.split(" ")), role));
  }
});

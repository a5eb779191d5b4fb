import assert from "node:assert/strict";
import { unknownCheckingProxy, type ResourceValidation, type ResourceValidationPolicy } from "@pulumi/policy";
import { unknownValue } from "@pulumi/pulumi/runtime";
import type { Rule } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { keySize } from "../../../policy/rules/key-size";
import { pinnedImages } from "../../../policy/rules/pinned";
import { asPolicy } from "../../../policy/shell";

/** The SDK's types leave out what it exports for tests. */
const asPulumiGivesThem = unknownCheckingProxy as (properties: object) => Record<string, unknown>;

/** What Pulumi is told of a resource. */
function violations(rule: Rule, type: string, properties: object, configuration: object = {}): string[] {
  const told: string[] = [];
  const policy = asPolicy(rule) as ResourceValidationPolicy;
  const args = {
    type,
    urn: `urn:pulumi:prod::isthmus::${type}::some`,
    props: asPulumiGivesThem(properties),
    getConfig: () => configuration,
  };
  void (policy.validateResource as ResourceValidation)(args as never, (message) => void told.push(message));
  return told;
}

describe("asPolicy", () => {
  it("judges what is known, and lets wait what is not", () => {
    const containers = [{ image: "curl:latest" }, { image: unknownValue }, { image: "curl:main" }];
    const found = violations(pinnedImages, "kubernetes:core/v1:Pod", {
      spec: { containers, nodeName: unknownValue },
    });
    assert.deepEqual(
      found.map((violation) => violation.split(":")[0]),
      ["spec.containers[0].image", "spec.containers[2].image"],
    );
  });

  it("hands the configuration on, over the defaults", () => {
    const key = { algorithm: "RSA", rsaBits: 3072 };
    assert.deepEqual(violations(keySize, "tls:index/privateKey:PrivateKey", key), []);
    assert.equal(violations(keySize, "tls:index/privateKey:PrivateKey", key, { rsaBits: 4096 }).length, 1);
  });

  it("has for every rule what Pulumi shows and checks: a name of its own, a sentence, a schema with defaults", () => {
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
    for (const rule of rules) {
      const { configSchema, description, name } = asPolicy(rule);
      assert.match(name, /^[a-z]+(-[a-z]+)+$/);
      assert.match(description, /^[A-Z].*\.$/, name);
      for (const schema of Object.values(configSchema?.properties ?? {})) {
        assert.ok(schema.default !== undefined && schema.description !== undefined, name);
      }
    }
  });
});

import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { EngineStack, PulumiError } from "./support";
import { certificateOf, constraintsOf, find, input, replace, summary, type Outputs } from "./tls-support";
import { describeEngine } from "./tools";

describeEngine("a certificate's life, through the engine", (tools) => {
  let stack: EngineStack;

  beforeEach(async () => {
    stack = await EngineStack.create("certificates", tools());
    await stack.configure(input);
    await stack.up();
  });

  afterEach(() => stack.dispose());

  it("goes on when only the early renewal changes", async () => {
    const before = await stack.outputs<Outputs>();
    await stack.configure({ ...input, leaf: { ...input.leaf, earlyRenewalHours: 7 } });
    await stack.up();
    const after = await stack.outputs<Outputs>();
    assert.deepEqual(after, { ...before, leaf: { ...before.leaf, earlyRenewalHours: 7 } });
  });

  it("ends inside the renewal window: the next update replaces that certificate alone", async () => {
    const before = await stack.outputs<Outputs>();
    const inFiveHours = new Date(Date.now() + 5 * 3_600_000).toISOString();
    await stack.edit((resources) => {
      find(resources, "leaf").outputs["validityEndTime"] = inFiveHours;
    });
    const planned = (await stack.preview()).filter(({ op }) => op !== "same");
    assert.deepEqual(planned.filter(({ op }) => op === "replace").map(summary), [replace("leaf", "readyForRenewal")]);
    assert.deepEqual([...new Set(planned.map(({ name }) => name))], ["leaf"]);
    await stack.up();
    const after = await stack.outputs<Outputs>();
    assert.notEqual(after.leaf["certPem"], before.leaf["certPem"]);
    assert.deepEqual({ ...after, leaf: null }, { ...before, leaf: null });
    assert.deepEqual(
      (await stack.preview()).filter(({ op }) => op !== "same"),
      [],
    );
  });

  it("is told by a refresh too", async () => {
    await stack.refresh();
    const fresh = await stack.resources();
    assert.equal(find(fresh, "leaf").outputs["readyForRenewal"], false);
    await stack.edit((resources) => {
      find(resources, "leaf").outputs["validityEndTime"] = new Date(Date.now() - 1000).toISOString();
    });
    await stack.refresh();
    const expired = await stack.resources();
    assert.equal(find(expired, "leaf").outputs["readyForRenewal"], true);
    assert.equal(find(expired, "root").outputs["readyForRenewal"], false);
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy();
    assert.deepEqual(await stack.resources(), []);
  });
});

describeEngine("quirks of the tls provider that Isthmus must live with", (tools) => {
  let stack: EngineStack;

  beforeEach(async () => {
    stack = await EngineStack.create("certificates", tools());
  });

  afterEach(() => stack.dispose());

  it("drops a path length of 0, and the authority's key id where subject and issuer are equal", async () => {
    await stack.configure({
      ...input,
      request: { ...input.request, subject: input.root.subject },
      leaf: { ...input.leaf, maxPathLength: 0 },
    });
    await stack.up();
    const { leaf } = await stack.outputs<Outputs>();
    assert.equal(constraintsOf(leaf).pathLength, undefined);
    assert.equal(certificateOf(leaf).getExtension(x509.AuthorityKeyIdentifierExtension), null);
  });

  for (const [keyAlgorithm, parameters, begin] of [
    ["RSA", { rsaBits: 2048, ecdsaCurve: "P224" }, "-----BEGIN RSA PRIVATE KEY-----"],
    ["ED25519", { rsaBits: 2048, ecdsaCurve: "P224" }, "-----BEGIN PRIVATE KEY-----"],
  ] as const) {
    it(`gives a key of algorithm ${keyAlgorithm} a curve all the same`, async () => {
      await stack.configure({ ...input, ecdsaCurve: undefined, keyAlgorithm });
      await stack.up();
      const { rootKey, root, leaf } = await stack.outputs<Outputs>();
      const { rsaBits, ecdsaCurve } = rootKey;
      assert.deepEqual({ rsaBits, ecdsaCurve }, parameters);
      assert.ok(String(rootKey["privateKeyPem"]).startsWith(begin));
      assert.equal(root["keyAlgorithm"], keyAlgorithm);
      assert.equal(leaf["caKeyAlgorithm"], keyAlgorithm);
      const issuer = new X509Certificate(String(root["certPem"]));
      assert.ok(new X509Certificate(String(leaf["certPem"])).verify(issuer.publicKey));
    });
  }

  it("refuses a usage in camel case, naming it", async () => {
    await stack.configure({ ...input, leaf: { ...input.leaf, allowedUses: ["certSigning"] } });
    await assert.rejects(stack.preview(), (error) => {
      assert.ok(error instanceof PulumiError);
      assert.match(error.output, /allowedUses\[0\]/);
      assert.match(error.output, /certSigning/);
      return true;
    });
  });

  it("refuses a resource type that the stand-in does not know, and says what to do", async function () {
    if (!tools().plugins.some(({ name, source }) => name === "tls" && source === "stand-in")) this.skip();
    await stack.configure({ ...input, unknownType: "tls:index/other:Other" });
    await assert.rejects(stack.preview(), (error) => {
      assert.ok(error instanceof PulumiError);
      assert.match(error.output, /the lab's stand-in .* does not know the resource type tls:index\/other:Other/);
      assert.match(error.output, /pulumi plugin install resource tls 5\.5\.1/);
      return true;
    });
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { diagnosticsIn } from "../../../engine/diagnostics";
import { policyOptions } from "../../../engine/policy-packs";
import { ConfigurationError } from "../../../topology";

describe("policyOptions", () => {
  let pack: string;

  before(() => {
    pack = mkdtempSync(join(tmpdir(), "isthmus-pack-"));
    writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    writeFileSync(join(pack, "settings.json"), "{}");
  });
  after(() => rmSync(pack, { recursive: true }));

  it("gives Pulumi, which works in the project's directory, whole paths", () => {
    assert.deepEqual(policyOptions([{ path: relative(process.cwd(), pack) }]), { policyPacks: [pack] });
    assert.deepEqual(policyOptions([]), {});
    assert.deepEqual(policyOptions(), {});
  });

  it("takes a pack that is a program", () => {
    const program = join(pack, "settings.json");
    assert.deepEqual(policyOptions([{ path: program }]), { policyPacks: [program] });
  });

  it("keeps each pack's settings with it", () => {
    const configuration = join(pack, "settings.json");
    assert.deepEqual(policyOptions([{ path: pack }, { path: pack, configuration }]), {
      policyPacks: [pack, pack],
      policyPackConfigs: ["", configuration],
    });
  });

  it("finds all that is not there before anything is begun", () => {
    assert.throws(
      () => policyOptions([{ path: "nowhere", configuration: "nothing.json" }]),
      (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["policy pack nowhere", "policy pack configuration nothing.json"],
        );
        return true;
      },
    );
  });
});

describe("diagnosticsIn", () => {
  it("has what a policy forbids, with the resource, and not what it advises", () => {
    const output = `Policies:
    ❌ isthmus@v0.3.0 (local: /policy)
        - [mandatory]  key-size  (tls:index:PrivateKey: mesh-east-intermediate-key)
          Keys of root and intermediate CAs have a minimum size.
          rsaBits: expected an RSA key of at least 3072 bits, found 2048 bits. Make a larger one.
        - [advisory]  strict-mtls  (pulumi:pulumi:Stack: isthmus-prod)
          In production a stack that installs istiod also demands mutual TLS in the whole mesh.
          expected a PeerAuthentication

Diagnostics:
  pulumi:pulumi:Stack (isthmus-prod):
    error: preview failed
`;
    assert.deepEqual(diagnosticsIn(output), [
      {
        resource: "mesh-east-intermediate-key",
        message:
          "policy key-size: rsaBits: expected an RSA key of at least 3072 bits, found 2048 bits. Make a larger one.",
      },
    ]);
  });
});

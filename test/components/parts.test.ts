import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../../access";
import { MeshPart } from "../../components";
import { lacksOf, nextParts, type PartProgress } from "../../operations/parts/schedule";
import {
  clusterStackOutputs,
  parsePartOutputs,
  partDigest,
  trustStack,
  type ClusterStackOutputs,
  type PartOutputs,
} from "../../stacks";
import { elsewhereOf, offersIn } from "../../stacks/parts/other-parts";
import { partsOf, trustPart, withMutualTls, type MeshConfig, type MeshPlan } from "../../topology";
import { record, reveal, type MockOutputs, type RecordedResource } from "../support/mocks";
import { planOf, sharedExternalControlPlane, topologies, twoPrimaries } from "../support/plans";
import { addressOf, provided, updateOf } from "./support";

const accessTo = (name: string): ClusterAccess => ({
  name,
  kubeconfig: `kubeconfig of ${name}`,
  server: `https://${name}.example:6443`,
  forOthers: { server: `https://${name}.example:6443` },
});

/** A mesh in stacks of its parts, made under mocks in the order in which operations would make it. */
class PartsUnderMocks {
  readonly outputs = new Map<string, PartOutputs>();
  readonly resources = new Map<string, RecordedResource[]>();
  readonly runs: string[] = [];

  /** Brings all parts to what a plan says, one at a time. */
  async up(configured: MeshPlan): Promise<void> {
    const plan = withMutualTls(configured, this.outputs.get(trustPart)?.mesh ?? {});
    const progress = new Map<string, PartProgress>();
    const digestOf = (part: string): string =>
      partDigest({
        plan,
        part,
        access: part === trustPart ? undefined : accessTo(part),
        files: undefined,
        offers: offersIn(this.outputs),
      });
    for (;;) {
      const states = new Map([...this.outputs].map(([part, { part: state }]) => [part, state]));
      const { begin, waits } = nextParts({ plan, states, progress, digestOf, extent: "changed" });
      const [part] = begin;
      if (part === undefined) {
        assert.deepEqual([...waits], []);
        return;
      }
      progress.set(part, { status: "done", begunWith: digestOf(part) });
      this.runs.push(part);
      assert.ok(this.runs.length < 100, this.runs.join(" "));
      await this.run(plan, part);
      assert.equal(this.outputs.get(part)?.part.digest, progress.get(part)?.begunWith, part);
    }
  }

  async run(plan: MeshPlan, part: string): Promise<void> {
    let exported: unknown;
    const resources = await record("update", provided, async () => {
      exported = await valueOf(part === trustPart ? trustStack(plan, "prod", undefined) : this.cluster(plan, part));
    });
    this.resources.set(part, resources);
    this.outputs.set(part, parsePartOutputs(exported));
  }

  cluster(plan: MeshPlan, part: string): ClusterStackOutputs {
    const elsewhere = elsewhereOf(plan, this.outputs);
    const made = new MeshPart("mesh", {
      plan,
      cluster: part,
      elsewhere,
      access: {
        provider: new kubernetes.Provider(part, { clusterIdentifier: part }),
        server: `https://${part}.example:6443`,
        addresses: () => Promise.resolve([addressOf(part)]),
      },
    });
    const { id, mtls, trustDomain } = plan;
    const mesh = { id, trustDomain, rootFingerprint: elsewhere.rootFingerprint, mtls };
    return clusterStackOutputs(made, mesh, {
      plan,
      part,
      environment: "prod",
      access: accessTo(part),
      files: undefined,
      offers: offersIn(this.outputs),
    });
  }
}

function valueOf(outputs: object): Promise<unknown> {
  return new Promise((resolve) => (pulumi.output(outputs) as pulumi.Output<unknown>).apply(resolve));
}

/** Resources by name, with what the engine is told of them. */
function told(resources: readonly RecordedResource[]): Map<string, unknown> {
  return new Map(
    resources
      .filter(({ type }) => type !== "isthmus:index:Mesh")
      .map(({ type, name, inputs }) => [name, { type, inputs: reveal(inputs) }]),
  );
}

describe("A mesh in stacks of its parts", () => {
  for (const [topology, described] of Object.entries(topologies)) {
    const config: MeshConfig = { ...described, mtls: "strict", namespaces: { shop: { mtls: "permissive" } } };

    it(`makes the same as in one stack: ${topology}`, async () => {
      const parts = new PartsUnderMocks();
      await parts.up(planOf(config));
      const union = [...parts.resources.values()].flat();
      assert.deepEqual(told(union), told(await updateOf(config)));
      const count = union.filter(({ type }) => type !== "isthmus:index:Mesh").length;
      assert.equal(count, told(union).size, "no part makes what another one has");
    });

    it(`updates no part more than twice to make it: ${topology}`, async () => {
      const parts = new PartsUnderMocks();
      const plan = planOf(config);
      await parts.up(plan);
      for (const part of partsOf(plan)) {
        assert.ok(parts.runs.filter((run) => run === part).length <= 2, parts.runs.join(" "));
      }
    });

    it(`leaves all but the trust alone when nothing changed: ${topology}`, async () => {
      const parts = new PartsUnderMocks();
      await parts.up(planOf(config));
      parts.runs.length = 0;
      await parts.up(planOf(config));
      assert.deepEqual(parts.runs, [trustPart]);
    });
  }

  it("updates one cluster alone when only that one changes", async () => {
    const parts = new PartsUnderMocks();
    await parts.up(planOf(topologies["three primaries and two remotes"] as MeshConfig));
    parts.runs.length = 0;
    const config = structuredClone(topologies["three primaries and two remotes"]) as MeshConfig;
    const changed = {
      ...config,
      mtls: "strict",
      clusters: { ...config.clusters, p3: { ...config.clusters["p3"], values: { istiod: { replicaCount: 2 } } } },
    } as MeshConfig;
    await parts.up(planOf(changed));
    assert.deepEqual(parts.runs, [trustPart, "p3"]);
    assert.deepEqual(told([...parts.resources.values()].flat()), told(await updateOf(changed)));
  });

  it("makes a cluster that joins before those that will read it", async () => {
    const parts = new PartsUnderMocks();
    await parts.up(planOf(twoPrimaries));
    parts.runs.length = 0;
    const north = { network: "north", access: { context: "north" } };
    const plan = planOf({ ...twoPrimaries, clusters: { ...twoPrimaries.clusters, north } });
    await parts.up(plan);
    assert.deepEqual(parts.runs, [trustPart, "north", "east", "west"]);
    for (const part of partsOf(plan)) assert.deepEqual(lacksOf({ plan, states: statesOf(parts) }, part), []);
  });

  it("takes an istiod's address away only when no remote cluster uses it any more", async () => {
    const remote = topologies["a primary and a remote on two networks"] as MeshConfig;
    const parts = new PartsUnderMocks();
    await parts.up(planOf(remote));
    parts.runs.length = 0;
    const { edge, west } = remote.clusters as Record<"edge" | "west", MeshConfig["clusters"][string]>;
    await parts.up(planOf({ ...remote, clusters: { edge: { ...edge, controlPlane: "edge" }, west } }));
    assert.ok(parts.runs.indexOf("edge") < parts.runs.indexOf("west"), parts.runs.join(" "));
  });

  it("follows the domain of Services of an external control plane where its configuration lies", async () => {
    const parts = new PartsUnderMocks();
    await parts.up(planOf(sharedExternalControlPlane));
    const control = {
      ...sharedExternalControlPlane.externalControlPlanes.control,
      values: { istiod: { global: { proxy: { clusterDomain: "corp.example" } } } },
    };
    const changed = { ...sharedExternalControlPlane, mtls: "strict" as const, externalControlPlanes: { control } };
    await parts.up(planOf(changed));
    assert.deepEqual(told([...parts.resources.values()].flat()), told(await updateOf(changed)));
  });

  it("says that a part is made, and what it has for others, when all of it is there and not before", async () => {
    const plan = planOf(twoPrimaries);
    const parts = new PartsUnderMocks();
    await parts.up(plan);
    const outputs = async (mode: "update" | "preview", mocked: MockOutputs): Promise<ClusterStackOutputs["part"]> => {
      let part: ClusterStackOutputs["part"] | undefined;
      await record(mode, mocked, () => {
        part = parts.cluster(plan, "east").part;
      });
      assert.ok(part !== undefined);
      return part;
    };
    const isKnown = (value: unknown): Promise<boolean> =>
      (pulumi.output(value) as unknown as { isKnown: Promise<boolean> }).isKnown;
    for (const [mode, mocked, expected] of [
      ["update", provided, true],
      ["preview", () => ({ id: "" }), false],
    ] as const) {
      const { digest, offers } = await outputs(mode, mocked);
      assert.equal(await isKnown(digest), expected, mode);
      assert.deepEqual(Object.keys(offers).sort(), ["istiod", "reader", "reads.west"]);
      for (const [offer, value] of Object.entries(offers))
        assert.equal(await isKnown(value), expected, `${mode} ${offer}`);
    }
  });

  it("offers no reading of a cluster whose kubeconfig is not there yet", async () => {
    const plan = planOf(twoPrimaries);
    const parts = new PartsUnderMocks();
    await parts.run(plan, trustPart);
    await parts.run(plan, "east");
    assert.deepEqual(Object.keys(parts.outputs.get("east")?.part.offers ?? {}).sort(), ["istiod", "reader"]);
    await parts.run(plan, "west");
    await parts.run(plan, "east");
    assert.deepEqual(Object.keys(parts.outputs.get("east")?.part.offers ?? {}).sort(), [
      "istiod",
      "reader",
      "reads.west",
    ]);
  });

  it("waits for the charts of an external control plane's configuration cluster before it writes there", async () => {
    const parts = new PartsUnderMocks();
    await parts.up(planOf(sharedExternalControlPlane));
    const gateway = parts.resources.get("east")?.find(({ type }) => type === "isthmus:index:CrossNetworkGateway");
    assert.ok(gateway?.waitsFor.includes("mesh-east-control-plane-base"), gateway?.waitsFor.join(" "));
  });
});

function statesOf(parts: PartsUnderMocks): Map<string, PartOutputs["part"]> {
  return new Map([...parts.outputs].map(([part, outputs]) => [part, outputs.part]));
}

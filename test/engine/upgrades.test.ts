import assert from "node:assert/strict";
import { refusingServer } from "../recorded/deployment";
import { recordedStacks, recordedVersions } from "../recorded/recordings";
import type { Step } from "./support";
import { TakenOverStack } from "./taken-over-stack";
import { describeEngine } from "./tools";

/** What today's program changes in a stack that a release left: in every cluster of the mesh the same, and beside that. */
interface Updates {
  readonly clusters: readonly string[];
  readonly steps: readonly string[];
  readonly others?: readonly string[];
}

const updates: Readonly<Record<string, Updates>> = {
  // The Service of the gateway was the release's and becomes a resource: it is adopted, as test/lab saw it, and Helm is
  // told to let it be. Its configuration becomes a component of its own: nothing of that is in a cluster.
  "0.1.0/dev": {
    clusters: ["east", "west"],
    steps: [
      "create CrossNetworkGateway mesh-CLUSTER-cross-network",
      "create Service mesh-CLUSTER-gateway-service",
      "update Namespace mesh-CLUSTER-system-namespace: metadata.annotations",
      "update Release mesh-CLUSTER-gateway-release: takeOwnership, values.env, values.networkGateway, values.service",
      ...["base", "istiod"].map((chart) => ownershipOf(`mesh-CLUSTER-control-plane-${chart}`)),
      "update kubernetes CLUSTER: enablePatchForce, upsertExistingObjects, version",
    ],
  },
  "0.2.0/dev": { clusters: ["east", "west"], steps: keptByHelm() },
  "0.2.0/external-control-plane": {
    clusters: ["east", "west"],
    steps: keptByHelm().filter(
      (step) => !["base", "istiod"].map((chart) => ownershipOf(`mesh-CLUSTER-control-plane-${chart}`)).includes(step),
    ),
    // The configuration cluster gets the default validator, the other one the ConfigMap that names its trust domain, and istiod
    // learns of a changed kubeconfig from now on.
    others: [
      `${ownershipOf("mesh-control-control-plane-istiod")}, values.podAnnotations`,
      `${ownershipOf("mesh-east-control-plane-base")}, values.defaultRevision`,
      ownershipOf("mesh-east-control-plane-istiod"),
      ownershipOf("mesh-west-control-plane-base"),
      `${ownershipOf("mesh-west-control-plane-istiod")}, values.configMap, values.meshConfig`,
      "update kubernetes control: version",
    ],
  },
};

function keptByHelm(): readonly string[] {
  return [
    'update Service mesh-CLUSTER-gateway-service: metadata.annotations["helm.sh/resource-policy"]',
    ...["control-plane-base", "control-plane-istiod", "gateway-release"].map((part) =>
      ownershipOf(`mesh-CLUSTER-${part}`),
    ),
    "update kubernetes CLUSTER: version",
  ];
}

/** The plugin writes down since 4.33 that a release takes over no objects of others. */
function ownershipOf(release: string): string {
  return `update Release ${release}: takeOwnership`;
}

/** A setting of the providers that the test itself makes another. */
const ours = "skipUpdateUnreachable";

/** What is planned, one line a resource, sorted. */
function summaries(steps: readonly Step[]): string[] {
  return steps
    .flatMap(({ op, type, name, diffReasons, detailedDiff }) => {
      const properties = Object.keys(detailedDiff).length > 0 ? Object.keys(detailedDiff) : diffReasons;
      const others = properties.filter((property) => property !== ours).sort();
      if (op === "update" && others.length === 0) return [];
      return [`${op} ${type.split(":").at(-1)} ${name}${others.length > 0 ? `: ${others.join(", ")}` : ""}`];
    })
    .sort();
}

describeEngine("a stack that an earlier release left", (tools) => {
  for (const version of recordedVersions()) {
    for (const name of recordedStacks(version)) {
      describe(`${version}, ${name}`, () => {
        let stack: TakenOverStack;

        before(async () => {
          stack = await TakenOverStack.create(version, name, tools());
        });
        after(() => stack.dispose());

        it("is taken over: nothing is deleted or replaced, and no more is updated than is known", async () => {
          const planned = await stack.changes();
          assert.deepEqual(
            planned.filter(({ op }) => !["create", "update"].includes(op)).map(({ op, name }) => `${op} ${name}`),
            [],
          );
          const { clusters, steps, others = [] } = updates[`${version}/${name}`] ?? { clusters: [], steps: [] };
          const expected = clusters.flatMap((cluster) => steps.map((step) => step.replace("CLUSTER", cluster)));
          assert.deepEqual(summaries(planned), [...expected, ...others].sort());
        });

        it("is recorded without a token, a key or an address of a cluster", async () => {
          const texts = decodedTexts(JSON.parse(await stack.plainState())).join("\n");
          assert.match(texts, /PRIVATE KEY/, "the secrets are looked into");
          assert.doesNotMatch(texts, /eyJ[\w-]+\.[\w-]+\./);
          assert.doesNotMatch(texts, /client-key-data|client-certificate-data/);
          assert.deepEqual([...new Set(texts.match(/https:\/\/[^\s"',]+/g))], [refusingServer]);
        });
      });
    }
  }
});

/** Every text of a state, what is in its secrets too; what stands in base64, as Kubernetes has it, is decoded. */
function decodedTexts(value: unknown): string[] {
  if (typeof value === "string") return [value, Buffer.from(value, "base64").toString("latin1")];
  if (typeof value !== "object" || value === null) return [];
  if ("plaintext" in value) return decodedTexts(JSON.parse(String(value.plaintext)));
  return Object.values(value).flatMap(decodedTexts);
}

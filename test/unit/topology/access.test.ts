import assert from "node:assert/strict";
import { keysOfPath, sitesOf, type MeshConfig } from "../../../topology";
import { planOf } from "../../support/plans";
import { meshOf } from "./meshes";
import { onlyProblem, problemsOf } from "./problems";

type Access = MeshConfig["clusters"][string]["access"];

const withAccess = (access: unknown): MeshConfig => meshOf({ east: { access: access as Access } });

const path = "isthmus:mesh.clusters.east.access";
const oneOf = "expected one of `context`, `kubeconfigSecret`, and `stack` with `output`";
const keep =
  "Keep it as a secret under a key of its own, `pulumi config set --secret isthmus:eastKubeconfig` for one, and name that key as `kubeconfigSecret`.";

describe("how a cluster is reached", () => {
  it("is planned by where its kubeconfig is kept, and where the configuration says so", () => {
    const config = meshOf(
      {
        a: { access: { context: "k" } },
        b: { access: { kubeconfigSecret: "kubeconfigs.b" } },
        c: { access: { stack: "organization/clusters/prod", output: "kubeconfigs.c", context: "admin" } },
      },
      { kubeconfig: "mesh.yaml" },
    );
    const clusters = "isthmus:mesh.clusters";
    assert.deepEqual(
      sitesOf(planOf(config)).map(({ access }) => access),
      [
        {
          source: "file",
          path: `${clusters}.a.access.context`,
          context: "k",
          kubeconfig: "mesh.yaml",
          kubeconfigPath: "isthmus:mesh.kubeconfig",
        },
        { source: "secret", path: `${clusters}.b.access.kubeconfigSecret`, key: "kubeconfigs.b" },
        {
          source: "output",
          path: `${clusters}.c.access.output`,
          stackPath: `${clusters}.c.access.stack`,
          stack: "organization/clusters/prod",
          output: "kubeconfigs.c",
          context: "admin",
        },
      ],
    );
  });

  for (const [what, access, problem] of [
    ["nothing", {}, `${path}: ${oneOf}, found an empty mapping. Write \`{ context: my-context }\`.`],
    [
      "a file beside a secret",
      { context: "k", kubeconfig: "config", kubeconfigSecret: "eastKubeconfig" },
      `${path}: ${oneOf}, found a mapping with the keys context, kubeconfig, kubeconfigSecret. Keep one of \`kubeconfig\` and \`kubeconfigSecret\`, and no more.`,
    ],
    [
      "a secret beside an output",
      { kubeconfigSecret: "eastKubeconfig", stack: "prod", output: "east" },
      `${path}: ${oneOf}, found a mapping with the keys kubeconfigSecret, stack, output. Keep one of \`kubeconfigSecret\` and \`stack\` with \`output\`, and no more.`,
    ],
    [
      "an output without its stack",
      { output: "east" },
      `${path}.stack: expected the name of another stack: of this project, or in full as organization/project/stack, found nothing. Add it, for example \`stack: organization/clusters/production\`.`,
    ],
    [
      "a misspelt source beside a context",
      { context: "k", outptu: "east", stack: "prod" },
      `${path}.outptu: expected one of the keys stack, output, context, found an unknown key. Did you mean \`output\`?`,
    ],
    [
      "a misspelt secret beside a context",
      { context: "k", kubeconfigSecert: "east" },
      `${path}.kubeconfigSecert: expected one of the keys kubeconfigSecret, context, found an unknown key. Did you mean \`kubeconfigSecret\`?`,
    ],
    [
      "an unknown source alone",
      { kubeconfigSecert: "east" },
      `${path}.kubeconfigSecert: expected one of the keys context, kubeconfig, kubeconfigSecret, stack, output, found an unknown key. Did you mean \`kubeconfigSecret\`?`,
    ],
    [
      "a secret's key with the namespace",
      { kubeconfigSecret: "isthmus:eastKubeconfig" },
      `${path}.kubeconfigSecret: expected the key of a secret in the stack's configuration, without \`isthmus:\`, found "isthmus:eastKubeconfig". Take out \`isthmus:\`.`,
    ],
    [
      "a stack's name in two parts",
      { stack: "clusters/prod", output: "east" },
      `${path}.stack: expected the name of another stack: of this project, or in full as organization/project/stack, found "clusters/prod". Write all three parts: \`organization/clusters/prod\`, with the organization's name on Pulumi Cloud.`,
    ],
    [
      "an output with a gap in its path",
      { stack: "prod", output: "kubeconfigs..east" },
      `${path}.output: expected the name of an output, with the keys below it, found "kubeconfigs..east". Write a value such as \`kubeconfigs.east\`.`,
    ],
    [
      "an encrypted kubeconfig where a file belongs",
      { context: "k", kubeconfig: { secure: "v1:abc" } },
      `${path}.kubeconfig: expected the path of a kubeconfig file, found an encrypted value. ${keep}`,
    ],
    [
      "an encrypted kubeconfig where its key belongs",
      { kubeconfigSecret: { secure: "v1:abc" } },
      `${path}.kubeconfigSecret: expected the key of a secret in the stack's configuration, without \`isthmus:\`, found an encrypted value. ${keep}`,
    ],
    [
      "a kubeconfig itself, which is not shown",
      { context: "k", kubeconfig: "kind: Config\nusers: [{ name: me, user: { token: hunter2 } }]" },
      `${path}.kubeconfig: expected the path of a kubeconfig file, found a string of 60 characters. ${keep}`,
    ],
    [
      "a kubeconfig itself in JSON",
      { kubeconfigSecret: '{"kind":"Config","users":[{"user":{"token":"hunter2"}}]}' },
      `${path}.kubeconfigSecret: expected the key of a secret in the stack's configuration, without \`isthmus:\`, found a string of 56 characters. ${keep}`,
    ],
  ] as const) {
    it(`cannot be said by ${what}`, () => {
      assert.equal(onlyProblem(withAccess(access)), problem);
    });
  }

  it("is each cluster's own: one secret, or one output, with one context, serves one cluster", () => {
    const secret = { kubeconfigSecret: "shared" };
    const output = { stack: "prod", output: "shared" };
    const of = (...accesses: Access[]): MeshConfig =>
      meshOf(Object.fromEntries(accesses.map((access, index) => [`c${index}`, { access }])));
    assert.deepEqual(problemsOf(of(secret, { ...secret, context: "b" }, output, { ...output, stack: "dev" })), []);
    for (const [access, key] of [
      [secret, "kubeconfigSecret"],
      [output, "output"],
    ] as const) {
      assert.equal(
        onlyProblem(of(access, access)),
        `isthmus:mesh.clusters.c1.access.${key}: expected a kubeconfig of its own, found the kubeconfig of cluster c0, "shared". Name the kubeconfig of c1, or remove one of the two: one cluster can join a mesh only once.`,
      );
    }
  });
});

describe("keysOfPath", () => {
  it("reads what Pulumi writes", () => {
    assert.deepEqual(keysOfPath("east"), ["east"]);
    assert.deepEqual(keysOfPath('kubeconfigs["eu.east"].list[10].a-b'), ["kubeconfigs", "eu.east", "list", 10, "a-b"]);
  });
});

import assert from "node:assert/strict";
import { stringify } from "yaml";
import { unknownOutput, type ResolvedAccess } from "../../../access";
import { ConfigurationError, formatProblem, type MeshConfig } from "../../../topology";
import { sourcesOf } from "../../support/kubeconfig-sources";
import { kubeconfig, meshOf, ResolveBench, token } from "./resolve-support";

type Access = MeshConfig["clusters"][string]["access"];

const meshWith = (...accesses: Access[]): MeshConfig => ({
  id: "mesh1",
  istio: { version: "1.31.1" },
  clusters: Object.fromEntries(accesses.map((access, index) => [`c${index}`, { network: "a", access }])),
});

const east = { ...kubeconfig("k"), "current-context": "k" };
const yaml = stringify(east);

describe("resolveAccess reads a kubeconfig that is a secret of the stack's configuration", () => {
  const bench = new ResolveBench();
  const path = "isthmus:mesh.clusters.c0.access";

  const resolve = (access: Access, secrets: Readonly<Record<string, string>>): Promise<ResolvedAccess> => {
    bench.sources = sourcesOf(secrets);
    return bench.resolve(meshWith(access));
  };

  it("as text, by its current context or by a named one", async () => {
    for (const access of [{ kubeconfigSecret: "east" }, { kubeconfigSecret: "east", context: "k" }]) {
      const { clusters, problems } = await resolve(access, { east: yaml });
      assert.deepEqual(problems, []);
      assert.equal(clusters.get("c0")?.server, "https://k:6443");
      assert.match(clusters.get("c0")?.kubeconfig ?? "", new RegExp(token));
    }
  });

  it("below a key, and as a mapping", async () => {
    const { clusters } = await resolve(
      { kubeconfigSecret: "kubeconfigs.east" },
      { kubeconfigs: JSON.stringify({ east: yaml }) },
    );
    assert.equal(clusters.get("c0")?.server, "https://k:6443");
    assert.equal(
      (await resolve({ kubeconfigSecret: "east" }, { east: JSON.stringify(east) })).clusters.get("c0")?.server,
      "https://k:6443",
    );
  });

  const howToSet = "`pulumi config set --secret isthmus:east`, with the kubeconfig on standard input.";
  for (const [what, access, secrets, problem] of [
    [
      "that is not there",
      { kubeconfigSecret: "east" },
      {},
      `${path}.kubeconfigSecret: expected a secret isthmus:east in the stack's configuration, found nothing. Set it: ${howToSet}`,
    ],
    [
      "that is not there below its key",
      { kubeconfigSecret: "kubeconfigs.eats" },
      { kubeconfigs: JSON.stringify({ east: yaml }) },
      `${path}.kubeconfigSecret: expected a secret of the stack's configuration, found no \`eats\`. Did you mean \`east\`? There are east. Set it: \`pulumi config set --secret --path isthmus:kubeconfigs.eats\`, with the kubeconfig on standard input.`,
    ],
    [
      "that stands there in plain text",
      { kubeconfigSecret: "plain" },
      { plain: yaml },
      `${path}.kubeconfigSecret: expected a secret isthmus:plain, which is encrypted in the stack's file, found it in plain text. Set it: \`pulumi config set --secret isthmus:plain\`, with the kubeconfig on standard input. What stood there in plain text is known to all who read the file: give the cluster's user another credential.`,
    ],
    [
      "that is something else",
      { kubeconfigSecret: "east" },
      { east: token },
      `${path}.kubeconfigSecret: expected a kubeconfig, found the secret isthmus:east, which holds no mapping. Name another.`,
    ],
    [
      "that is no YAML",
      { kubeconfigSecret: "east" },
      { east: `users:\n- {token: ${token}` },
      `${path}.kubeconfigSecret: expected a kubeconfig in YAML or JSON, found the secret isthmus:east, which is neither: line 2 (bad indent). Mend it there, or name another.`,
    ],
    [
      "that has no contexts",
      { kubeconfigSecret: "east" },
      { east: stringify({ password: token }) },
      `${path}.kubeconfigSecret: expected a kubeconfig, found the secret isthmus:east, which has no contexts. Name another.`,
    ],
    [
      "that says no current context",
      { kubeconfigSecret: "east" },
      { east: stringify(kubeconfig("k")) },
      `${path}.kubeconfigSecret: expected a kubeconfig that says its current context, found the secret isthmus:east, which does not. Name the context as ${path}.context. It has "k".`,
    ],
    [
      "that lacks the context",
      { kubeconfigSecret: "east", context: "kk" },
      { east: yaml },
      `${path}.context: expected a context of the secret isthmus:east, found "kk", which is not there. Did you mean "k"? It has "k".`,
    ],
  ] as const) {
    it(`and says what is wrong with one ${what}`, async () => {
      assert.deepEqual((await resolve(access, secrets)).problems.map(formatProblem), [problem]);
    });
  }
});

describe("resolveAccess reads a kubeconfig that is an output of another stack", () => {
  const bench = new ResolveBench();
  const path = "isthmus:mesh.clusters.c0.access";
  const stack = "organization/clusters/prod";

  const resolve = (outputs: Readonly<Record<string, unknown>>, ...accesses: Access[]): Promise<ResolvedAccess> => {
    bench.sources = sourcesOf({}, { [stack]: outputs });
    return bench.resolve(meshWith(...accesses));
  };

  it("as text or as a mapping, at the top or below it", async () => {
    for (const [output, outputs] of [
      ["kubeconfig", { kubeconfig: yaml }],
      ["kubeconfigs.east", { kubeconfigs: { east } }],
      ["list[0]", { list: [JSON.stringify(east)] }],
    ] as const) {
      const { clusters, problems } = await resolve(outputs, { stack, output });
      assert.deepEqual(problems, [], output);
      assert.equal(clusters.get("c0")?.server, "https://k:6443", output);
    }
  });

  it("asking each stack once", async () => {
    let asked = 0;
    bench.sources = {
      ...sourcesOf({}),
      outputs: () => {
        asked++;
        return Promise.resolve({ a: yaml, b: yaml });
      },
    };
    await bench.resolve(meshWith({ stack, output: "a" }, { stack, output: "b" }));
    assert.equal(asked, 1);
  });

  const shown = (output: string): string => `the output ${output} of stack ${stack}`;
  for (const [what, access, outputs, problem] of [
    [
      "that is not there",
      { stack, output: "kubeconfig" },
      { kubeconfigs: {}, vpc: 1 },
      `${path}.output: expected an output of stack ${stack}, found no \`kubeconfig\`. Did you mean \`kubeconfigs\`? There are kubeconfigs, vpc.`,
    ],
    [
      "of a stack without any",
      { stack, output: "kubeconfig" },
      {},
      `${path}.output: expected an output of stack ${stack}, found no \`kubeconfig\`. There are none.`,
    ],
    [
      "that is not there below another",
      { stack, output: "kubeconfigs.west" },
      { kubeconfigs: { east: yaml } },
      `${path}.output: expected an output of stack ${stack}, found no \`west\`. There are east.`,
    ],
    [
      "that is not known yet",
      { stack, output: "kubeconfig" },
      { kubeconfig: unknownOutput },
      `${path}.output: expected a kubeconfig, found ${shown("kubeconfig")}, which is not known yet. Let an update of that stack end without an error, \`pulumi up --stack ${stack}\`, then run again.`,
    ],
    [
      "that could not be decrypted",
      { stack, output: "kubeconfigs.east" },
      { kubeconfigs: { east: {} } },
      `${path}.output: expected a kubeconfig, found ${shown("kubeconfigs.east")}, which is empty, or a secret that cannot be decrypted here. Give this run what that stack is encrypted with as well: the same passphrase (PULUMI_CONFIG_PASSPHRASE), or a key that this user may use.`,
    ],
    [
      "below one that could not be decrypted",
      { stack, output: "kubeconfigs.east" },
      { kubeconfigs: {} },
      `${path}.output: expected a kubeconfig, found ${shown("kubeconfigs.east")}, which is empty, or a secret that cannot be decrypted here. Give this run what that stack is encrypted with as well: the same passphrase (PULUMI_CONFIG_PASSPHRASE), or a key that this user may use.`,
    ],
    [
      "that is a number",
      { stack, output: "port" },
      { port: 6443 },
      `${path}.output: expected a kubeconfig, found ${shown("port")}, which holds no mapping. Name another.`,
    ],
    [
      "that is another mapping",
      { stack, output: "vpc" },
      { vpc: { password: token } },
      `${path}.output: expected a kubeconfig, found ${shown("vpc")}, which has no contexts. Name another.`,
    ],
  ] as const) {
    it(`and says what is wrong with one ${what}`, async () => {
      assert.deepEqual((await resolve(outputs, access)).problems.map(formatProblem), [problem]);
    });
  }

  it("and says of one that cannot be read what is wrong, without holding up others", async () => {
    const problem = { path: "backend s3://there", expected: "an answer", found: "none", fix: "Log in." };
    bench.sources = { ...bench.sources, outputs: () => Promise.reject(new ConfigurationError([problem])) };
    await bench.write(".kube/config", kubeconfig("west"));
    const config = meshOf({ west: "west" });
    config.clusters["east"] = { network: "a", access: { stack, output: "kubeconfig" } };
    const { clusters, problems, unresolved } = await bench.resolve(config);
    assert.deepEqual([...clusters.keys()], ["west"]);
    assert.deepEqual(problems, [problem]);
    assert.deepEqual([...unresolved], [["east", problem]]);
  });

  it("and says once that there is no such stack, and all else at once", async () => {
    const { problems } = await resolve(
      {},
      { stack: "pord", output: "a" },
      { stack: "pord", output: "b" },
      { stack, output: "c" },
    );
    assert.deepEqual(problems.map(formatProblem), [
      `${path}.stack: expected a stack of this backend, found none of the name pord. Mend the name, which for a stack of another project is organization/project/stack: \`pulumi stack ls --all\` shows them.`,
      `isthmus:mesh.clusters.c2.access.output: expected an output of stack ${stack}, found no \`c\`. There are none.`,
    ]);
  });
});

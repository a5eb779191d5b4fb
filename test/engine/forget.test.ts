import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { findForgettable, forget, UnfinishedUpdate, up, type StackOptions } from "../../operations/stack";
import type { ExportedState } from "../../engine/state";
import { clustersIn } from "../../operations/stack/cluster-state";
import { ConfigurationError, type MeshConfig } from "../../topology";
import { planOf, twoPrimaries } from "../support/plans";
import { commandLine } from "../support/program";
import { forEachBackend, pidOfNobody } from "./backends";
import { describeEngine, engineVariables, linkInstalledPlugins } from "./tools";

const repository = resolve(__dirname, "../..");

/**
 * What needs no cluster of a mesh of those that the variable CLUSTERS names: providers, whose clusters refuse connections,
 * intermediate CAs, and a last part that depends on all that is there.
 */
const program = `
const pulumi = require("@pulumi/pulumi");
const kubernetes = require("@pulumi/kubernetes");
const tls = require("@pulumi/tls");
const kubeconfig = (name) => JSON.stringify({
  apiVersion: "v1", kind: "Config", "current-context": name,
  clusters: [{ name, cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name, user: { token: "of no worth" } }],
  contexts: [{ name, context: { cluster: name, user: name } }],
});
const mesh = new pulumi.ComponentResource("isthmus:index:Mesh", "mesh");
const names = process.env.CLUSTERS.split(",");
const keys = names.map((name) => {
  new kubernetes.Provider(name, { kubeconfig: pulumi.secret(kubeconfig(name)), clusterIdentifier: name });
  const ca = new pulumi.ComponentResource("isthmus:index:IntermediateCa", "mesh-" + name + "-intermediate", {}, { parent: mesh });
  new pulumi.ComponentResource("isthmus:index:SystemNamespace", "mesh-" + name + "-system", {}, { parent: mesh });
  return new tls.PrivateKey("mesh-" + name + "-intermediate-key", { algorithm: "ED25519" }, { parent: ca });
});
new tls.PrivateKey("last", { algorithm: "ED25519" }, { parent: mesh, dependsOn: keys });
exports.clusters = Object.fromEntries(names.map((name) => [name, { network: name }]));
`;

describeEngine("a cluster that is gone for good", (tools) => {
  forEachBackend((backend) => {
    let directory: string;
    let savedVariables: NodeJS.ProcessEnv;

    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "isthmus-forget-"));
      savedVariables = { ...process.env };
      Object.assign(process.env, {
        PATH: [tools().bin, process.env["PATH"]].join(delimiter),
        ...engineVariables(directory),
        ...backend().variables,
        CLUSTERS: "east,west",
      });
      delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
      delete process.env["PULUMI_K8S_DELETE_UNREACHABLE"];
      await linkInstalledPlugins(tools().plugins, join(directory, "home"));
      await symlink(join(repository, "node_modules"), join(directory, "node_modules"));
      await writeFile(join(directory, "Pulumi.yaml"), "name: forget-test\nruntime: nodejs\nmain: index.js\n");
      await writeFile(join(directory, "package.json"), "{}");
      await writeFile(join(directory, "index.js"), program);
      for (const chart of ["base", "istiod", "gateway"]) {
        await mkdir(join(directory, "charts", chart), { recursive: true });
        await writeFile(join(directory, "charts", chart, "Chart.yaml"), `name: ${chart}\n`);
      }
    });

    after(async () => {
      process.env = savedVariables;
      await rm(directory, { recursive: true });
    });

    /** A configuration without clusters, so that none is looked for. */
    const options = (): StackOptions => ({
      projectDirectory: directory,
      stack: "test",
      plan: { ...planOf(twoPrimaries), clusters: [] },
    });

    const selected = async (): Promise<Stack> =>
      Stack.select("test", await LocalWorkspace.create({ workDir: directory }));

    async function exported(): Promise<ExportedState> {
      return (await (await selected()).exportStack()).deployment as ExportedState;
    }

    /** Puts into the state what a cluster would have been needed for. */
    async function addObjects(cluster: string): Promise<void> {
      const stack = await selected();
      const state = await stack.exportStack();
      const deployment = state.deployment as {
        resources: (Record<string, unknown> & { urn: string; id?: string })[];
      };
      const named = (name: string): { urn: string; id?: string } =>
        deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`)) as never;
      const provider = named(cluster);
      const parent = named(`mesh-${cluster}-system`);
      const object = (type: string, name: string, inputs: object): (typeof deployment.resources)[number] => ({
        urn: `urn:pulumi:test::forget-test::isthmus:index:Mesh$isthmus:index:SystemNamespace$${type}::mesh-${cluster}-system-${name}`,
        custom: true,
        id: `default/${name}`,
        type,
        inputs,
        outputs: inputs,
        parent: parent.urn,
        provider: `${provider.urn}::${provider.id ?? ""}`,
      });
      const metadata = { name: "settings", namespace: "default" };
      deployment.resources.push(
        object("kubernetes:core/v1:ConfigMap", "settings", { apiVersion: "v1", kind: "ConfigMap", metadata }),
        object("kubernetes:helm.sh/v3:Release", "istiod", { chart: "istiod", name: "istiod", namespace: "default" }),
      );
      await stack.importStack(state);
    }

    /** Sets the mesh's configuration, beside what Pulumi has written into the stack's file. */
    async function configure(config: MeshConfig): Promise<void> {
      const file = join(directory, "Pulumi.test.yaml");
      const content = (existsSync(file) ? parse(await readFile(file, "utf8")) : {}) as object;
      await writeFile(file, stringify({ ...content, config: { "isthmus:mesh": config } }));
    }

    /** Not in one breath: a backend may be in this process. */
    function isthmus(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
      const command = [commandLine, ...args];
      return new Promise((fulfil) => {
        execFile(process.execPath, command, { cwd: directory }, (error, stdout, stderr) => {
          fulfil({ code: error === null ? 0 : Number(error.code), stdout, stderr });
        });
      });
    }

    it("is no cluster of a stack that is not there", async () => {
      await assert.rejects(findForgettable(options(), "west"), /stack test: expected a stack that was updated before/);
    });

    it("keeps an update from deleting what it had, which names the way out", async () => {
      await up(options());
      await addObjects("west");
      process.env["CLUSTERS"] = "east";
      // With it the provider forgets objects, but still no Helm releases.
      process.env["PULUMI_K8S_DELETE_UNREACHABLE"] = "true";
      await assert.rejects(up(options()), (error: unknown) => {
        assert.ok(error instanceof UnfinishedUpdate, String(error));
        assert.deepEqual(error.clusters, ["west"]);
        assert.match(
          error.message,
          /unreachable.*\. If cluster west is gone for good: `isthmus forget west --stack test`$/,
        );
        return true;
      });
      assert.deepEqual(clustersIn(await exported()), ["east", "west"]);
    });

    it("is not forgotten by mistake", async () => {
      const before = await exported();
      const configured = { ...options(), plan: planOf(twoPrimaries) };
      await assert.rejects(forget(configured, "west"), ConfigurationError);
      await assert.rejects(
        forget(options(), "wset"),
        /expected one that stack test has \(east, west\).*Did you mean west\?/,
      );
      await configure(twoPrimaries);
      const { code, stderr } = await isthmus("forget", "west", "--stack", "test", "--yes");
      assert.equal(code, 2);
      assert.match(stderr, /^isthmus: isthmus:mesh\.clusters\.west: .*Remove it from the configuration first.*\n$/);
      assert.deepEqual(await exported(), before);
    });

    it("is forgotten with all that it had, and not while another is at work; the next update has nothing to delete", async () => {
      const count = await findForgettable(options(), "west");
      const { east } = twoPrimaries.clusters;
      await configure({ ...twoPrimaries, clusters: { east } });
      const unasked = await isthmus("forget", "west", "--stack", "test");
      assert.equal(unasked.code, 2);
      assert.match(
        unasked.stderr,
        new RegExp(`It was to forget the ${count} resources of cluster west .*: .* say --yes`),
      );

      // Nobody here has noted that holder: it counts as at work.
      await backend().lock("forget-test", "test", { pid: pidOfNobody });
      const held = await isthmus("forget", "west", "--stack", "test", "--yes");
      assert.equal(held.code, 1);
      assert.match(held.stderr, /somebody.*since.*pulumi cancel --stack test/);
      assert.deepEqual(clustersIn(await exported()), ["east", "west"]);
      await backend().unlock("forget-test", "test");

      const { code, stdout, stderr } = await isthmus("forget", "west", "--stack", "test", "--yes", "-o", "json");
      assert.equal(code, 0, stderr);
      assert.deepEqual(JSON.parse(stdout), { stack: "test", cluster: "west", forgotten: count });

      const state = await exported();
      assert.deepEqual(clustersIn(state), ["east"]);
      // As a name: four letters that stand in ciphertext by chance are none.
      assert.doesNotMatch(JSON.stringify(state), /(?<![A-Za-z0-9+])west(?![A-Za-z0-9+])/);
      const { changes, outputs } = await up(options());
      assert.equal(changes["delete"], undefined);
      assert.deepEqual(Object.keys(changes), ["same"]);
      assert.deepEqual(outputs, { clusters: { east: { network: "east" } } });
    });
  });
});

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { stringify } from "yaml";
import { linkLanguageHost } from "../../lab/language-host";
import { linkStandIns } from "../../lab/plugins";
import { describeEngine, linkInstalledPlugins } from "../engine/tools";
import { blockWith } from "./code-blocks";
import { packedPackage, run, runWell, type Ran } from "./packed";

const token = "t0ken-of-a-test";

/** Kubeconfig whose contexts lead to a port of this machine that nobody listens on. */
function refusing(...contexts: readonly string[]): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "nowhere", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "nobody", user: { token } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: "nowhere", user: "nobody" } })),
  });
}

/** The types of the events that the ten lines print. */
function eventsIn(output: string): string[] {
  return [...output.matchAll(/^[\d.]+ ([a-z-]+)$/gm)].map(([, type = ""]) => type);
}

describeEngine("the npm package, embedded", (tools) => {
  let project: string;
  let home: string;

  before(async function () {
    this.timeout(300_000);
    ({ project } = await packedPackage());
    home = await mkdtemp(join(tmpdir(), "isthmus-package-home-"));
    await mkdir(join(home, "state"));
    const { plugins, toolbox } = tools();
    await linkInstalledPlugins(plugins, join(home, "pulumi"));
    // The tools' own directory is for the checkout: its language host may know of tsx.
    await linkLanguageHost(toolbox.bin, join(home, "bin"), ["-typescript=false"]);
    await linkStandIns(plugins, toolbox, join(home, "bin"));
    await writeFile(join(home, "kubeconfig"), refusing("gke-frankfurt", "eks-dublin"));
  });
  after(() => rm(home, { recursive: true }));

  /** Pulumi of the tests, with a state of their own, and no tsx anywhere. */
  const variables = (): Record<string, string> => ({
    PATH: [join(home, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
    HOME: home,
    KUBECONFIG: join(home, "kubeconfig"),
    PULUMI_HOME: join(home, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(home, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "of no worth",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_PATH: "",
  });

  /** A directory of a user below the project that the package is installed in. */
  async function directoryOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const directory = join(project, name);
    await mkdir(directory);
    for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
    return directory;
  }

  const withoutTraceOrToken = ({ stdout, stderr }: Ran): void => {
    assert.doesNotMatch(stdout + stderr, new RegExp(token));
    assert.doesNotMatch(stderr, /Cannot find|ERR_MODULE/);
  };

  describe("by the ten lines of the README", () => {
    const lines = blockWith("README.md", "ts", "MeshDeployment");
    const asCommonJs = `${lines.replace(/^import (\{.*?\}) from (".*?");$/m, "const $1 = require($2);\nvoid (async () => {")}\n})();\n`;
    /** The same lines, for what else can be done with a mesh. */
    const previewing = (text: string): string =>
      text.replace(".up(", ".preview(").replace("outputs.mesh?.rootFingerprint", "mesh.plan.id");

    it("are ten lines", () => {
      assert.equal(lines.trimEnd().split("\n").length, 10);
    });

    for (const [format, extension, text] of [
      ["an ES module", "mjs", lines],
      ["CommonJS", "cjs", asCommonJs],
    ] as const) {
      it(`in ${format}: before anything is changed an update says which clusters do not answer`, async () => {
        const directory = await directoryOf(`up-${extension}`, { [`embed.${extension}`]: text });
        const ran = await run(directory, ["node", `embed.${extension}`], variables());
        assert.equal(ran.code, 1);
        assert.deepEqual(
          eventsIn(ran.stdout).filter((type) => type.startsWith("operation-")),
          ["operation-started", "operation-ended"],
        );
        for (const cluster of ["frankfurt", "dublin"]) {
          assert.match(
            ran.stderr,
            new RegExp(
              `isthmus:mesh\\.clusters\\.${cluster}\\.access\\.context: expected .* found a refused connection`,
            ),
          );
        }
        withoutTraceOrToken(ran);
      });

      it(`in ${format}: a preview says what there would be`, async () => {
        const directory = await directoryOf(`preview-${extension}`, { [`embed.${extension}`]: previewing(text) });
        const ran = await run(directory, ["node", `embed.${extension}`], variables());
        assert.equal(ran.code, 0, ran.stdout + ran.stderr);
        const events = eventsIn(ran.stdout);
        assert.equal(events.at(-1), "operation-ended");
        assert.ok(events.filter((type) => type === "step-planned").length > 20, ran.stdout);
        assert.match(ran.stdout, /^production$/m);
        withoutTraceOrToken(ran);
      });
    }
  });

  describe("in a project without code of its own", () => {
    const mesh = {
      id: "mesh1",
      istio: { version: "1.31.1", transforms: "./transforms.ts" },
      clusters: { east: { network: "east", access: { context: "gke-frankfurt" } } },
    };
    const projectFile = blockWith("docs/embedding.md", "yaml", "main: index.js");
    const line = blockWith("docs/embedding.md", "js", "isthmus/program");
    const files = {
      "Pulumi.yaml": projectFile,
      "Pulumi.prod.yaml": stringify({ config: { "isthmus:mesh": mesh } }),
      "transforms.ts": `import type { ReleaseTransform } from "isthmus/components";
        export const istiod: ReleaseTransform = (args) => ({ ...args, maxHistory: 7 });`,
    };

    for (const [what, more] of [
      ["CommonJS", { "index.js": line, "package.json": "{}" }],
      [
        "an ES module",
        { "index.js": 'export { default } from "isthmus/program";\n', "package.json": '{ "type": "module" }' },
      ],
    ] as const) {
      it(`is previewed by the command line, and by Pulumi itself: ${what}`, async () => {
        const directory = await directoryOf(`program-${what.replaceAll(" ", "-")}`, { ...files, ...more });
        const isthmus = await run(
          directory,
          ["node", join(project, "node_modules/isthmus/bin/isthmus.js"), "preview", "--stack", "prod", "-o", "json"],
          variables(),
        );
        // An update would refuse clusters that do not answer, and the preview says so, beside what would change.
        assert.equal(isthmus.code, 2, isthmus.stderr);
        const { changes, outcome } = JSON.parse(isthmus.stdout) as {
          changes: Record<string, number>;
          outcome: string;
        };
        assert.equal(outcome, "refused");
        // It made no stack; the other of the two projects shares the backend.
        await runWell(directory, ["pulumi", "stack", "select", "--create", "prod", "--non-interactive"], variables());
        const pulumi = await runWell(
          directory,
          ["pulumi", "preview", "--stack", "prod", "--non-interactive", "--json"],
          variables(),
        );
        const { changeSummary, steps } = JSON.parse(pulumi) as {
          changeSummary: Record<string, number>;
          steps: { newState?: { urn: string; propertyDependencies: object } }[];
        };
        assert.deepEqual(changeSummary, changes);
        assert.ok((changes["create"] ?? 0) > 10);
        const istiod = steps.find(({ newState }) => newState?.urn.endsWith("::mesh-east-control-plane-istiod"));
        // Of a cluster that does not answer a preview says the names of the inputs alone.
        assert.ok(
          "maxHistory" in (istiod?.newState?.propertyDependencies ?? {}),
          "the user's transform, in TypeScript",
        );
        withoutTraceOrToken(isthmus);
      });
    }
  });

  describe("in a program that makes the clusters itself", () => {
    const projectFile = (name: string): string =>
      stringify({ name, runtime: { name: "nodejs", options: { typescript: false } } });
    /** Stands for a cluster: what its kubeconfig says is known when a resource is there. */
    const clusters = `
      const tls = require("@pulumi/tls");
      exports.cluster = (name) => {
        const made = new tls.PrivateKey(name + "-cluster", { algorithm: "ED25519" });
        const kubeconfig = made.publicKeyFingerprintSha256.apply((fingerprint) =>
          ${JSON.stringify(refusing("admin"))}.replace(${JSON.stringify(token)}, "t0ken-" + fingerprint) +
            "current-context: admin\\n");
        return { kubeconfig, id: made.id };
      };`;

    /** The pulumi command in a directory. */
    const pulumi = (directory: string, ...args: string[]): Promise<Ran> =>
      run(directory, ["pulumi", ...args, "--stack", "test", "--non-interactive", "--color", "never"], variables());

    const stateOf = async (): Promise<string> => {
      const names = await readdir(join(home, "state"), { recursive: true, withFileTypes: true });
      const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
    };

    it("plans the whole mesh before there is a cluster, makes what needs none, and says which do not answer", async () => {
      const directory = await directoryOf("clusters", {
        "Pulumi.yaml": projectFile("clusters"),
        "package.json": "{}",
        "clusters.js": clusters,
        "index.js": `
          const { cluster } = require("./clusters");
          const { Mesh, meshCluster, planProgramMesh } = require("isthmus/components");
          const plan = planProgramMesh({
            id: "mesh1",
            istio: { version: "1.31.1" },
            clusters: { east: { network: "east" }, west: { network: "west" } },
          });
          const made = { east: cluster("east"), west: cluster("west") };
          const of = (name) => meshCluster(name, { kubeconfig: made[name].kubeconfig, clusterIdentifier: made[name].id });
          exports.root = new Mesh("mesh", { plan, clusters: { east: of("east"), west: of("west") } }).rootFingerprint;`,
      });
      assert.equal((await pulumi(directory, "stack", "init")).code, 0);
      const preview = await pulumi(directory, "preview", "--json");
      assert.equal(preview.code, 0, preview.stdout + preview.stderr);
      const { steps } = JSON.parse(preview.stdout) as { steps: { op: string; urn: string }[] };
      const names = steps.map(({ urn }) => urn.split("::").at(-1));
      for (const name of ["mesh-root-certificate", "mesh-east-gateway-release", "mesh-west-remote-clusters-secret"]) {
        assert.ok(names.includes(name), name);
      }

      const up = await pulumi(directory, "up", "--yes", "--skip-preview", "--continue-on-error");
      assert.notEqual(up.code, 0);
      for (const made of ["mesh-root-certificate", "mesh-east-intermediate-certificate"]) {
        assert.match(up.stdout, new RegExp(`${made} created`));
      }
      assert.match(up.stdout + up.stderr, /127\.0\.0\.1:1/);
      assert.doesNotMatch(up.stdout + up.stderr, /t0ken-/);
      assert.doesNotMatch(up.stdout + up.stderr, /^\s+at .*isthmus.*\.js:\d+/m);
      assert.doesNotMatch(await stateOf(), /t0ken-|PRIVATE KEY/);
      const destroy = await pulumi(directory, "destroy", "--yes", "--skip-preview");
      assert.equal(destroy.code, 0, destroy.stdout + destroy.stderr);
    });

    it("makes certificate authorities alone, of a root of its own too", async () => {
      const directory = await directoryOf("authorities", {
        "Pulumi.yaml": projectFile("authorities"),
        "package.json": '{ "type": "module" }',
        "index.js": `
          import * as tls from "@pulumi/tls";
          import { IntermediateCa, RootCa } from "isthmus/components";
          const common = { meshId: "mesh1", keyAlgorithm: "ecdsa-p256" };
          const root = new RootCa("root", { ...common, lifetimeDays: 3650 });
          const validity = { lifetimeDays: 365, renewBeforeDays: 90 };
          const east = new IntermediateCa("east", {
            ...common, ...validity, cluster: "east",
            rootCertificatePem: root.certificatePem, rootPrivateKeyPem: root.privateKeyPem,
          });
          const key = new tls.PrivateKey("company", { algorithm: "ECDSA", ecdsaCurve: "P256" });
          const company = new tls.SelfSignedCert("company", {
            privateKeyPem: key.privateKeyPem, isCaCertificate: true, validityPeriodHours: 87600,
            allowedUses: ["cert_signing"], subject: { commonName: "Company" },
          });
          const west = new IntermediateCa("west", {
            ...common, ...validity, cluster: "west",
            rootCertificatePem: company.certPem, rootPrivateKeyPem: key.privateKeyPem,
          });
          export const certificates = {
            root: root.certificatePem, east: east.certificatePem, company: company.certPem, west: west.certificatePem,
          };`,
      });
      assert.equal((await pulumi(directory, "stack", "init")).code, 0);
      const up = await pulumi(directory, "up", "--yes", "--skip-preview");
      assert.equal(up.code, 0, up.stdout + up.stderr);
      const { certificates } = JSON.parse((await pulumi(directory, "stack", "output", "--json")).stdout) as {
        certificates: Record<"root" | "east" | "company" | "west", string>;
      };
      const [root, east, company, west] = [
        new X509Certificate(certificates.root),
        new X509Certificate(certificates.east),
        new X509Certificate(certificates.company),
        new X509Certificate(certificates.west),
      ];
      assert.ok(east.verify(root.publicKey) && west.verify(company.publicKey));
      assert.ok(!west.verify(root.publicKey));
      assert.doesNotMatch(await stateOf(), /PRIVATE KEY/);
      assert.equal((await pulumi(directory, "destroy", "--yes", "--skip-preview")).code, 0);
    });
  });
});

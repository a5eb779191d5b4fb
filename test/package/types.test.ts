import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "../support/isthmus";
import { codeBlocks } from "./code-blocks";
import { packedPackage, run } from "./packed";

/** What somebody's TypeScript is compiled as. */
interface Kind {
  readonly type: "module" | "commonjs";
  readonly options: Readonly<Record<string, string | boolean>>;
}

const kinds: Readonly<Record<string, Kind>> = {
  // The only one that checks our own declarations as well, which takes twice as long.
  "an ES module of Node": {
    type: "module",
    options: { module: "nodenext", moduleResolution: "nodenext", skipLibCheck: false },
  },
  "CommonJS of Node": { type: "commonjs", options: { module: "node16", moduleResolution: "node16" } },
  "what a bundler takes": { type: "module", options: { module: "esnext", moduleResolution: "bundler" } },
  // As Pulumi's own templates have it.
  "CommonJS before Node had entry points": {
    type: "commonjs",
    options: { module: "commonjs", moduleResolution: "node10" },
  },
};

const examples = ["README.md", "docs/embedding.md"].flatMap((page) => codeBlocks(page, "ts"));

/** What the examples in the documentation take for given: clusters that the same program makes. */
const clusters = `
import * as pulumi from "@pulumi/pulumi";
declare const made: { readonly kubeconfig: pulumi.Output<string>; readonly id: pulumi.Output<string> };
export const frankfurt = made, dublin = made;
`;

/** Everything once, and mistakes that only real types refuse. */
const consumer = `
import { ConfigurationError, MeshDeployment, type MeshConfig, type MeshEvent, type MeshOutputs } from "isthmus";
import { Mesh, meshCluster, planProgramMesh, RootCa, type MeshPlan, type ProgramMeshConfig } from "isthmus/components";
import program from "isthmus/program";
import * as pulumi from "@pulumi/pulumi";

const clusters = { east: { network: "east", access: { context: "east" } } };
const configuration: MeshConfig = { id: "mesh1", istio: { version: "1.31.1" }, clusters };
// @ts-expect-error A cluster has a network.
const noNetwork: MeshConfig = { ...configuration, clusters: { east: { access: { context: "east" } } } };
// @ts-expect-error A program says itself how its clusters are reached.
const twice: ProgramMeshConfig = { ...configuration, clusters: { east: { network: "east", access: { context: "" } } } };

export async function bringUp(): Promise<MeshOutputs> {
  const mesh = await MeshDeployment.open({ stack: "dev", configuration });
  // @ts-expect-error There is no such option.
  await mesh.preview({ onEvents: () => undefined });
  const { outputs } = await mesh.up({ onEvent: (event: MeshEvent) => void event.seconds });
  return outputs;
}

export function build(kubeconfig: pulumi.Output<string>): Mesh {
  const plan: MeshPlan = planProgramMesh({ ...configuration, clusters: { east: { network: "east" } } });
  const root = new RootCa("root", { meshId: plan.id, lifetimeDays: 1, keyAlgorithm: "ecdsa-p256" });
  const certificate: pulumi.Output<string> = root.certificatePem;
  // @ts-expect-error A certificate is an output.
  const text: string = root.certificatePem;
  const east = meshCluster("east", { kubeconfig });
  return new Mesh("mesh", { plan, clusters: { east } }, { dependsOn: [root] });
}

export const outputs: Promise<unknown> = program();
export const problems = (error: ConfigurationError): string[] => error.problems.map(({ path }) => path);
export { noNetwork, twice };
`;

describe("the types of the npm package", function () {
  this.timeout(300_000);

  for (const [what, { type, options }] of Object.entries(kinds)) {
    it(`hold for ${what}, in the documentation's examples too`, async () => {
      const { project } = await packedPackage();
      const directory = join(project, "types", what.replaceAll(" ", "-"));
      await mkdir(directory, { recursive: true });
      const compilerOptions = {
        ...{ strict: true, noEmit: true, target: "es2023", lib: ["es2023"], types: ["node"] },
        ...{ esModuleInterop: true, resolveJsonModule: true, skipLibCheck: true },
        ...options,
      };
      const taken = examples.filter((text) => type === "module" || !/^[^/\n]*\bawait\b/m.test(text));
      const files = {
        "package.json": JSON.stringify({ type }),
        "tsconfig.json": JSON.stringify({ compilerOptions, include: ["*.ts"] }),
        "clusters.ts": clusters,
        "consumer.ts": consumer,
        ...Object.fromEntries(taken.map((text, index) => [`example-${index}.ts`, `${text}export {};\n`])),
      };
      for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
      const { code, stdout } = await run(directory, [join(repository, "node_modules/.bin/tsc"), "-p", directory]);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: "" });
      assert.ok(taken.length >= 2);
    });
  }
});

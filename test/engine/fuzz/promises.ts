import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { nameOf, revealed, type ExportedState, type StateResource } from "../../../engine/state";
import type { MeshSummary } from "../../../operations/deployment";
import { up } from "../../../operations/stack";
import type { TestBackend } from "../backends";
import type { PaperConfig } from "../paper/mesh";
import type { EngineTools } from "../tools";
import { CaseMesh } from "./case-mesh";
import { comparable, differences } from "./comparison";
import { foundIn } from "./secret-forms";

/** A promise of the product that a case breaks. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

/** What the last update must have come to, all but the first of which it ended well. @throws BrokenPromise */
export async function ensurePromises(
  mesh: CaseMesh,
  config: PaperConfig,
  tools: EngineTools,
  backend: TestBackend,
): Promise<void> {
  ensureNone("others' objects were touched", mesh.touched());
  const states = await statesOf(mesh);
  const pending = states.flatMap(({ pending_operations: operations = [] }) => operations);
  ensureNone(
    "the state has pending operations",
    pending.map(({ type, resource }) => `${type} ${resource.urn}`),
  );
  ensureNone("the state and the clusters differ", orphans(mesh, states));
  await ensureNoChange(mesh);
  await ensureSecret(mesh, states, backend);
  ensureNone("it is not as from nothing", await differencesFromNothing(mesh, config, tools));
}

/** Takes the mesh down. @throws BrokenPromise when something of it is left. */
export async function ensureGone(mesh: CaseMesh, backend: TestBackend): Promise<void> {
  const stacks = await stackNames(mesh);
  const { code, stderr } = await mesh.run("destroy", "--yes");
  if (code !== 0) throw new BrokenPromise(`destroy ended with ${code}: ${stderr}`);
  ensureNone("others' objects were touched by destroy", mesh.touched());
  ensureNone(
    "destroy left objects",
    mesh.ours().map(({ server, type, id }) => `${server} ${type} ${id}`),
  );
  const locks = await Promise.all(["paper", ...stacks].map((stack) => backend.locks("isthmus", stack)));
  ensureNone("there are locks left", locks.flat());
}

function ensureNone(what: string, found: readonly string[]): void {
  if (found.length > 0) throw new BrokenPromise(`${what}: ${found.slice(0, 12).join("; ")}`);
}

/** A preview that has nothing to change. */
async function ensureNoChange(mesh: CaseMesh): Promise<void> {
  const { code, stdout, stderr } = await mesh.run("preview", "-o", "json");
  if (code !== 0) throw new BrokenPromise(`the preview ended with ${code}: ${stderr}`);
  const { outcome, changes } = JSON.parse(stdout) as Pick<MeshSummary, "outcome" | "changes">;
  if (outcome !== "none") throw new BrokenPromise(`the preview (${outcome}) is to change ${JSON.stringify(changes)}`);
}

async function stackNames({ paper }: CaseMesh): Promise<string[]> {
  const workspace = await LocalWorkspace.create({ workDir: paper.directory });
  return (await workspace.listStacks()).map(({ name }) => name);
}

/** The states of all stacks, with their secrets. */
async function statesOf(mesh: CaseMesh): Promise<ExportedState[]> {
  const states: ExportedState[] = [];
  for (const name of await stackNames(mesh)) {
    const stack = await Stack.select(name, await LocalWorkspace.create({ workDir: mesh.paper.directory }));
    states.push(((await stack.exportStack()).deployment ?? {}) as ExportedState);
  }
  return states;
}

/** Objects that no state has, or more than one, and those in a state that are nowhere. */
function orphans(mesh: CaseMesh, states: readonly ExportedState[]): string[] {
  const recorded = states.flatMap((state) => {
    const resources = state.resources ?? [];
    const servers = new Map(
      resources.flatMap((one) => (isProvider(one) ? [[`${one.urn}::${one.id ?? ""}`, serverOf(one)]] : [])),
    );
    return resources
      .filter(({ type, id }) => type.startsWith("kubernetes:") && id !== undefined)
      .map(({ provider = "", type, id = "" }) => `${servers.get(provider) ?? "no cluster"} ${type} ${id}`);
  });
  const present = mesh.ours().map(({ server, type, id }) => `${server} ${type} ${id}`);
  const twice = recorded.filter((key, index) => recorded.indexOf(key) !== index);
  return [
    ...present.filter((key) => !recorded.includes(key)).map((key) => `in no state: ${key}`),
    ...recorded.filter((key) => !present.includes(key)).map((key) => `in no cluster: ${key}`),
    ...twice.map((key) => `recorded twice: ${key}`),
  ];
}

function isProvider({ type }: StateResource): boolean {
  return type === "pulumi:providers:kubernetes";
}

function serverOf({ inputs }: StateResource): string {
  const kubeconfig = parse(String(revealed(inputs?.["kubeconfig"]))) as
    { readonly clusters?: readonly { readonly cluster: { readonly server: string } }[] } | undefined;
  const server = kubeconfig?.clusters?.[0]?.cluster.server;
  return server === undefined ? "" : new URL(server).host;
}

/** Keys and tokens are nowhere to be read: not in the backend, nor in what was said, nor in files that are left. */
async function ensureSecret(mesh: CaseMesh, states: readonly ExportedState[], backend: TestBackend): Promise<void> {
  const text = JSON.stringify(
    states.map(({ resources = [] }) => resources.map(({ inputs, outputs }) => revealed([inputs, outputs]))),
  );
  const keys = text.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----/g) ?? [];
  const tokens = states
    .flatMap(({ resources = [] }) => resources)
    .filter(({ inputs }) => inputs?.["type"] === "kubernetes.io/service-account-token")
    .map(({ urn }) => `token of ${nameOf(urn)}`);
  const secrets = [...new Set([...keys, ...tokens])];
  if (secrets.length === 0) throw new BrokenPromise("there are no secrets to look for");
  const places = new Map([
    ["the backend", await backend.content()],
    ["what was said", mesh.said.join("\n")],
    ...(await filesOf(mesh.paper.directory)),
  ]);
  // Those of a test are of no worth: they may be shown.
  const found = [...places].flatMap(([place, content]) => foundIn(content, secrets).map((one) => `${one} in ${place}`));
  ensureNone("secrets are to be read", found);
}

/** Files of the project, without those of the clusters, of the user, and what is linked. */
async function filesOf(directory: string): Promise<[string, string][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !file.startsWith(join(directory, "world")) && file !== join(directory, "kubeconfig"));
  return Promise.all(files.map(async (file) => [file, await readFile(file, "latin1")] as [string, string]));
}

/** How the clusters differ from those of a mesh that was made with the same configuration, in one stack. */
async function differencesFromNothing(mesh: CaseMesh, config: PaperConfig, tools: EngineTools): Promise<string[]> {
  const fresh = await CaseMesh.create(tools);
  try {
    await up(await fresh.paper.options({ ...config, stacks: "one" }));
    return differences(comparable(mesh.ours(), mesh.contexts), comparable(fresh.ours(), fresh.contexts));
  } finally {
    await fresh.dispose();
  }
}

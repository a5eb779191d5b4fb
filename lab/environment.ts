import { lstat, mkdir, readlink, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Problem } from "../topology/problem";
import { labSubnets } from "./addresses";
import { ensureCertificates } from "./certificates";
import type { Cluster } from "./cluster";
import { renderKubeconfig } from "./kubeconfig";
import { labPaths, stateDirectory } from "./paths";
import { writeWhole } from "./process";
import type { Toolbox } from "./tools";

/** What a person or a script uses of the lab: the programs by their names. Pulumi's come with its plugins. */
const userPrograms = ["kubectl", "helm", "istioctl"];

/**
 * The passphrase of the stacks that run on the lab. Their secrets are worth nothing outside it; the stack file that the
 * repository has is encrypted with it.
 */
const labPassphrase = "isthmus-lab";

/** Writes what connects the lab to its users: kubeconfig, programs, charts, environment. */
export async function writeEnvironment(clusters: readonly Cluster[], toolbox: Toolbox, state: string): Promise<void> {
  const paths = labPaths(state);
  await writeWhole(paths.kubeconfig, await labKubeconfig(clusters));
  await mkdir(paths.pulumi, { recursive: true, mode: 0o700 });
  await replaceLink(toolbox.charts, paths.charts);
  await linkPrograms(toolbox.bin, paths.bin);
  await writeWhole(paths.environment, environmentScript(state));
}

async function labKubeconfig(clusters: readonly Cluster[]): Promise<string> {
  const entries = clusters.map(async ({ plan, paths }) => {
    const { authority, admin } = await ensureCertificates(plan, paths.certificates);
    return { context: plan.context, server: plan.apiServer, authority, credentials: admin };
  });
  return renderKubeconfig(await Promise.all(entries));
}

async function linkPrograms(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const program of userPrograms) await replaceLink(join(from, program), join(to, program));
}

/** No proxy knows the lab. */
const noProxy = Object.values(labSubnets).join();

/** Environment variables that make a program work on the lab. The path goes before the caller's own. */
export function labEnvironment(state: string = stateDirectory()): Record<string, string> {
  const paths = labPaths(state);
  return {
    PATH: `${paths.bin}:${process.env["PATH"] ?? ""}`,
    PULUMI_BACKEND_URL: `file://${paths.pulumi}`,
    PULUMI_CONFIG_PASSPHRASE: labPassphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    KUBECONFIG: paths.kubeconfig,
    NO_PROXY: joined(noProxy, process.env["NO_PROXY"]),
    no_proxy: joined(noProxy, process.env["no_proxy"]),
  };
}

const joined = (first: string, more: string | undefined): string =>
  more === undefined || more === "" ? first : `${first},${more}`;

/** The same for a shell to source. */
export function environmentScript(state: string): string {
  const { bin, pulumi, kubeconfig } = labPaths(state);
  return `export PATH=${quote(bin)}:"$PATH"
export PULUMI_BACKEND_URL=${quote(`file://${pulumi}`)}
export PULUMI_CONFIG_PASSPHRASE=${quote(labPassphrase)}
export PULUMI_SKIP_UPDATE_CHECK=true
export KUBECONFIG=${quote(kubeconfig)}
export NO_PROXY=${noProxy}"\${NO_PROXY:+,$NO_PROXY}"
export no_proxy=${noProxy}"\${no_proxy:+,$no_proxy}"
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const projectLink = (projectDirectory: string): string => join(projectDirectory, ".lab");

/** @returns what is in the way of the link. */
export async function checkProject(projectDirectory: string): Promise<Problem[]> {
  const link = projectLink(projectDirectory);
  const stats = await lstat(link).catch(() => undefined);
  if (stats === undefined || stats.isSymbolicLink()) return [];
  const expected = "nothing, or a link to the lab";
  return [{ path: link, expected, found: "something that the lab did not make", fix: "Move it elsewhere." }];
}

/** Lets the stack file say `.lab/kubeconfig`, wherever the lab is. */
export async function linkProject(projectDirectory: string, state: string): Promise<void> {
  await replaceLink(state, projectLink(projectDirectory));
}

/** Removes `.lab` if it points to the lab. */
export async function unlinkProject(projectDirectory: string, state: string): Promise<void> {
  const link = projectLink(projectDirectory);
  const target = await readlink(link).catch(() => undefined);
  if (target !== undefined && resolve(projectDirectory, target) === state) await rm(link);
}

async function replaceLink(target: string, link: string): Promise<void> {
  const current = await readlink(link).catch(() => undefined);
  if (current === target) return;
  await rm(link, { force: true });
  await symlink(target, link);
}

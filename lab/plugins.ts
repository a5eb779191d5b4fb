import { constants } from "node:fs";
import { access, mkdir, readdir, rename, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { version as kubernetesVersion } from "@pulumi/kubernetes/package.json";
import { version as tlsVersion } from "@pulumi/tls/package.json";
import { ConfigurationError } from "../topology";
import { linkLanguageHost } from "./language-host";
import { labPaths } from "./paths";
import { choosePlugins, describeChoice, pluginSettings } from "./plugin-choice";
import type { Plugin, PluginAvailability, PluginChoice, PluginSetting } from "./plugin-choice";
import { askDownloadServer, downloadPlugin, FailedDownloads } from "./plugin-download";
import type { Progress } from "./progress";
import type { Toolbox } from "./tools";

/** The provider plugins that the program uses, in the versions of the SDKs in package.json. */
export const providerPlugins: readonly Plugin[] = [
  { name: "kubernetes", version: kubernetesVersion },
  { name: "tls", version: tlsVersion },
];

/** The part of the toolbox that has to do with Pulumi. */
export type PulumiTools = Pick<Toolbox, "bin" | "standInPlugins">;

/** Where a lab's plugins come from and go to. */
export interface LinkPluginsOptions {
  readonly stateDirectory: string;
  readonly toolbox: PulumiTools;
  readonly setting: PluginSetting;
  readonly progress: Progress;
}

/**
 * The setting `ISTHMUS_LAB_PLUGINS`; default `auto`.
 * @throws ConfigurationError for anything that is no setting.
 */
export function pluginSetting(environment: NodeJS.ProcessEnv = process.env): PluginSetting {
  const given = environment["ISTHMUS_LAB_PLUGINS"] ?? "";
  if (given === "") return "auto";
  const setting = pluginSettings.find((known) => known === given);
  if (setting !== undefined) return setting;
  throw new ConfigurationError([
    {
      path: "ISTHMUS_LAB_PLUGINS",
      expected: `one of ${pluginSettings.join(", ")}`,
      found: `"${given}"`,
      fix: "Unset it, or set it to one of these.",
    },
  ]);
}

/**
 * Decides which provider plugins the lab uses, downloads what is to be downloaded, and puts the chosen stand-ins, and
 * no others, into the lab's directory of programs: a plugin on PATH has precedence over every installed one.
 * @throws ConfigurationError if the setting cannot be met.
 */
export async function linkPlugins(options: LinkPluginsOptions): Promise<PluginChoice> {
  const { stateDirectory, toolbox, setting, progress } = options;
  const failures = await FailedDownloads.read(stateDirectory);
  if (setting === "official") failures.forget();
  let choice = choosePlugins(setting, await availability(toolbox, failures));
  const downloads = choice.filter(({ source }) => source === "download");
  if (downloads.length > 0) {
    const reasons = await Promise.all(downloads.map((plugin) => download(plugin, options)));
    for (const [index, plugin] of downloads.entries()) await failures.note(plugin, reasons[index]);
    choice = choosePlugins(setting, await availability(toolbox, failures));
  }
  const { bin } = labPaths(stateDirectory);
  await linkStandIns(choice, toolbox, bin);
  await linkLanguageHost(toolbox.bin, bin);
  progress.note(describeChoice(choice));
  return choice;
}

/** @returns why it failed; undefined once the plugin is installed. */
async function download(plugin: Plugin, { toolbox, progress }: LinkPluginsOptions): Promise<string | undefined> {
  const unreachable = await askDownloadServer(plugin);
  if (unreachable !== undefined) return unreachable;
  return progress.step(`Downloading the Pulumi provider ${plugin.name} ${plugin.version}`, () =>
    downloadPlugin(plugin, join(toolbox.bin, "pulumi")),
  );
}

/**
 * The plugins that can be had without a download: for tests, which never ask the network.
 * @throws ConfigurationError if the setting cannot be met.
 */
export async function presentPlugins(toolbox: PulumiTools, setting: PluginSetting): Promise<PluginChoice> {
  const plugins = await availability(toolbox);
  return choosePlugins(
    setting,
    plugins.map((plugin) => ({ ...plugin, downloadFailure: "tests download nothing" })),
  );
}

/** Puts those, and what runs programs, into a directory for PATH. @throws ConfigurationError if the setting cannot be met. */
export async function linkPresentPlugins(
  toolbox: PulumiTools,
  setting: PluginSetting,
  bin: string,
): Promise<PluginChoice> {
  await linkLanguageHost(toolbox.bin, bin);
  const plugins = await presentPlugins(toolbox, setting);
  await linkStandIns(plugins, toolbox, bin);
  return plugins;
}

async function availability(toolbox: PulumiTools, failures?: FailedDownloads): Promise<PluginAvailability[]> {
  return Promise.all(
    providerPlugins.map(async (plugin) => ({
      ...plugin,
      installed: await isInstalled(plugin),
      downloadFailure: failures?.reason(plugin),
      standIn: await isProgram(join(toolbox.standInPlugins, programName(plugin))),
    })),
  );
}

/** Puts the stand-ins that were chosen into a directory for PATH, and takes all others out of it. */
export async function linkStandIns(choice: PluginChoice, toolbox: PulumiTools, bin: string): Promise<void> {
  await mkdir(bin, { recursive: true });
  const wanted = choice.filter(({ source }) => source === "stand-in").map(programName);
  for (const entry of await readdir(bin)) {
    if (entry.startsWith("pulumi-resource-") && !wanted.includes(entry)) await rm(join(bin, entry), { force: true });
  }
  for (const name of wanted) {
    const fresh = join(bin, `.${name}.new`);
    await rm(fresh, { force: true });
    await symlink(join(toolbox.standInPlugins, name), fresh);
    await rename(fresh, join(bin, name));
  }
}

/** Where Pulumi keeps the plugins that it installed (its sdk/go/common/workspace, GetPluginDir). */
export function installedPluginsDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment["PULUMI_HOME"] || join(homedir(), ".pulumi"), "plugins");
}

/** The directory of an installed plugin; one beside which a file `.partial` lies was not installed to the end. */
async function isInstalled(plugin: Plugin): Promise<boolean> {
  const directory = join(installedPluginsDirectory(), `resource-${plugin.name}-v${plugin.version}`);
  if (await exists(`${directory}.partial`, constants.F_OK)) return false;
  return isProgram(join(directory, programName(plugin)));
}

function programName(plugin: Plugin): string {
  return `pulumi-resource-${plugin.name}`;
}

function isProgram(path: string): Promise<boolean> {
  return exists(path, constants.X_OK);
}

async function exists(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

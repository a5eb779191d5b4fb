import { ConfigurationError, type Problem } from "../topology";

/** Which provider plugins the lab uses: the first that can be had, or what the user insists on. */
export const pluginSettings = ["auto", "official", "stand-in"] as const;
export type PluginSetting = (typeof pluginSettings)[number];

/** A provider plugin, in the version of the SDK that asks for it. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
}

/** A plugin and the ways to it. */
export interface PluginAvailability extends Plugin {
  /** Whether Pulumi has the official one installed. */
  readonly installed: boolean;
  /** Why the official one could not be downloaded; undefined where that is yet to be tried. */
  readonly downloadFailure?: string | undefined;
  /** Whether the lab has a stand-in for it. */
  readonly standIn: boolean;
}

/** Where a plugin comes from; `download` is a decision that has to be carried out, and decided on again. */
export type PluginSource = "installed" | "download" | "stand-in";

/** A plugin that was decided on. */
export interface ChosenPlugin extends Plugin {
  readonly source: PluginSource;
}

export type PluginChoice = readonly ChosenPlugin[];

/**
 * The installed official plugin, else the downloadable official one, else the lab's stand-in; the setting leaves out
 * one side or the other. Each plugin is decided on by itself.
 * @throws ConfigurationError with every plugin that the setting rules out.
 */
export function choosePlugins(setting: PluginSetting, plugins: readonly PluginAvailability[]): PluginChoice {
  const problems: Problem[] = [];
  const choice: ChosenPlugin[] = [];
  for (const plugin of plugins) {
    const source = chooseSource(setting, plugin);
    if (source === undefined) problems.push(unavailable(setting, plugin));
    else choice.push({ name: plugin.name, version: plugin.version, source });
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return choice;
}

function chooseSource(setting: PluginSetting, plugin: PluginAvailability): PluginSource | undefined {
  if (setting !== "stand-in") {
    if (plugin.installed) return "installed";
    if (plugin.downloadFailure === undefined) return "download";
  }
  return setting !== "official" && plugin.standIn ? "stand-in" : undefined;
}

function unavailable(setting: PluginSetting, plugin: PluginAvailability): Problem {
  const { name, version, downloadFailure } = plugin;
  const standIn = `Build the lab's tools anew (\`npx isthmus lab tools\`) for its stand-in`;
  if (setting === "stand-in") {
    return {
      path: "ISTHMUS_LAB_PLUGINS",
      expected: `a stand-in for the Pulumi provider ${name}`,
      found: "none among the lab's tools",
      fix: `${standIn}, or unset ISTHMUS_LAB_PLUGINS.`,
    };
  }
  const install = `install the official one (\`pulumi plugin install resource ${name} ${version}\`)`;
  return {
    path: "ISTHMUS_LAB_PLUGINS",
    expected: `the official Pulumi provider ${name} ${version}${setting === "auto" ? ", or a stand-in for it" : ""}`,
    found: `none installed, and none to be downloaded (${downloadFailure ?? "not tried"})`,
    fix:
      setting === "auto"
        ? `${standIn}, or ${install}.`
        : `${install.replace("i", "I")}, or unset ISTHMUS_LAB_PLUGINS for the lab's stand-in.`,
  };
}

/** The one line that says which plugins are in use. */
export function describeChoice(choice: PluginChoice): string {
  const words = { installed: "official", download: "official, to be downloaded", "stand-in": "the lab's stand-in" };
  const plugins = choice.map(({ name, version, source }) => `${name} ${version} (${words[source]})`);
  return `Pulumi provider plugins: ${plugins.join(", ")}`;
}

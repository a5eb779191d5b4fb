import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PluginChoice } from "../../lab/plugin-choice";
import { installedPluginsDirectory, linkPresentPlugins, pluginSetting } from "../../lab/plugins";
import type { Toolbox } from "../../lab/tools";
import { missingGroups, planTools } from "../../lab/tools/plan";

/** What programs run with, ready to use. */
export interface EngineTools {
  /** Directory for PATH: the CLI, its language host, the stand-ins in use. */
  readonly bin: string;
  readonly plugins: PluginChoice;
  /** Where they are from. */
  readonly toolbox: Toolbox;
}

/**
 * A suite that needs the real Pulumi engine. Where the lab's tools are not built, it is skipped and says so.
 * @param suite gets a function that gives the tools inside a hook or test.
 */
export function describeEngine(title: string, suite: (tools: () => EngineTools) => void): void {
  const plan = planTools();
  const missing = missingGroups(plan).map((group) => group.title);
  if (missing.length > 0) {
    describe(title, () => {
      it(`is skipped: not built are ${missing.join("; ")}; \`npx isthmus lab tools\` builds them`);
    });
    return;
  }
  const toolbox = plan.toolbox();
  describe(title, function () {
    // One command of the CLI takes a second or two; on a machine that builds something beside us, many times that.
    this.timeout(600_000);
    let tools: EngineTools;
    before(async () => {
      tools = await prepare(toolbox);
    });
    suite(() => tools);
  });
}

/**
 * The tools for a program that is no suite.
 * @throws Error where the lab's tools are not built.
 */
export function engineTools(): Promise<EngineTools> {
  return prepare(planTools().toolbox());
}

let prepared: Promise<EngineTools> | undefined;

/** Once a process: all suites share the directory, which goes when the process ends. */
function prepare(toolbox: Toolbox): Promise<EngineTools> {
  prepared ??= (async () => {
    const bin = mkdtempSync(join(tmpdir(), "isthmus-engine-bin-"));
    process.once("exit", () => {
      rmSync(bin, { recursive: true, force: true });
    });
    const plugins = await linkPresentPlugins(toolbox, pluginSetting(), bin);
    return { bin, plugins, toolbox };
  })();
  return prepared;
}

/**
 * Environment variables of an engine of its own: all that it keeps is below a directory, with a backend of files in
 * `state`, and it fetches nothing.
 */
export function engineVariables(directory: string): Record<string, string> {
  return {
    PULUMI_HOME: join(directory, "home"),
    PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "of no worth",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** Shows the official plugins that are in use to a Pulumi with another home. */
export async function linkInstalledPlugins(plugins: PluginChoice, home: string): Promise<void> {
  await mkdir(join(home, "plugins"), { recursive: true });
  for (const { name, version, source } of plugins) {
    const directory = `resource-${name}-v${version}`;
    if (source !== "installed") continue;
    await symlink(join(installedPluginsDirectory(), directory), join(home, "plugins", directory));
  }
}

import { mkdtempSync, rmSync } from "node:fs";
import { constants, accessSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { linkLanguageHost } from "../../lab/language-host";
import { labPaths } from "../../lab/paths";
import type { PluginChoice } from "../../lab/plugin-choice";
import { installedPluginsDirectory, linkStandIns, pluginSetting, presentPlugins } from "../../lab/plugins";

/** What programs run with, ready to use. */
export interface EngineTools {
  /** Directory for PATH: the CLI, its language host, the stand-ins in use. */
  readonly bin: string;
  readonly plugins: PluginChoice;
}

/**
 * A suite that needs the real Pulumi engine. Where its programs are not there, it is skipped and says what is missing.
 * @param suite gets a function that gives the tools inside a hook or test.
 */
export function describeEngine(title: string, suite: (tools: () => EngineTools) => void): void {
  const directories = findPrograms();
  if (typeof directories === "string") {
    describe(title, () => {
      it(`is skipped: ${directories}`);
    });
    return;
  }
  describe(title, function () {
    // One command of the CLI takes a second or two; what builds or tests beside us may make that many.
    this.timeout(180_000);
    let tools: EngineTools;
    before(async () => {
      tools = await prepare(directories);
    });
    suite(() => tools);
  });
}

interface ProgramDirectories {
  readonly bin: string;
  readonly standInPlugins: string;
}

function findPrograms(): ProgramDirectories | string {
  const path = [labPaths().bin, ...(process.env["PATH"] ?? "").split(delimiter)];
  const bin = path.find((directory) => ["pulumi", "pulumi-language-nodejs"].every((name) => has(directory, name)));
  if (bin === undefined) return "no Pulumi CLI with its Node.js language host; build the tools by `isthmus lab tools`";
  return { bin, standInPlugins: path.find((directory) => has(directory, "pulumi-resource-tls")) ?? bin };
}

function has(directory: string, program: string): boolean {
  try {
    accessSync(join(directory, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

let prepared: Promise<EngineTools> | undefined;

/** Once a process: all suites share the directory, which goes when the process ends. */
function prepare(directories: ProgramDirectories): Promise<EngineTools> {
  prepared ??= (async () => {
    const bin = mkdtempSync(join(tmpdir(), "isthmus-engine-bin-"));
    process.once("exit", () => {
      rmSync(bin, { recursive: true, force: true });
    });
    await linkLanguageHost(directories.bin, bin);
    const plugins = await presentPlugins(directories, pluginSetting());
    await linkStandIns(plugins, directories, bin);
    return { bin, plugins };
  })();
  return prepared;
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

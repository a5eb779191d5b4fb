import { importsEnvironments, loadStackConfiguration } from "../../access";
import { exitCode } from "../../engine/exit-code";
import { pulumiCommand } from "../../engine/pulumi";
import { PulumiError } from "../../engine/pulumi-error";
import { EngineSignal, RunRecords } from "../../engine/run";
import { ConfigurationError, meshKey } from "../../topology";

/**
 * What a stack's configuration has under `isthmus:mesh`: its file's, or what Pulumi makes of that and the environments
 * (ESC) that the file imports. Undefined where there is nothing.
 * @param directory Of the project.
 * @throws ConfigurationError where the stack, which alone can open environments, is not there.
 * @throws PulumiError when Pulumi cannot read it.
 */
export async function meshConfiguration(
  directory: string,
  stack: string,
  variables: NodeJS.ProcessEnv,
): Promise<unknown> {
  if (!(await importsEnvironments(directory, stack))) return loadStackConfiguration(directory, stack);
  const setting = (await configurationByPulumi(directory, stack, variables))[meshKey];
  if (setting === undefined) return undefined;
  if (setting.secret) {
    throw new ConfigurationError([
      {
        path: meshKey,
        expected: "a mapping in plain text",
        found: "a secret",
        fix: "Take `fn::secret` off it in the environment: it holds no secret, only names of what does.",
      },
    ]);
  }
  return setting.objectValue ?? setting.value;
}

/** A value as `pulumi config --json` tells it. */
interface Setting {
  readonly value?: string;
  /** Where it is a mapping or a list. */
  readonly objectValue?: unknown;
  readonly secret: boolean;
}

async function configurationByPulumi(
  directory: string,
  stack: string,
  variables: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, Setting>>> {
  const backend = variables["PULUMI_BACKEND_URL"] ?? "";
  const records = new RunRecords({ backend, project: directory, stack }, variables);
  const pulumi = await pulumiCommand(variables, { records, engine: new EngineSignal() });
  // Without their secrets environments are looked at and not opened: what they compute is not known then.
  const args = ["config", "--json", "--show-secrets", "--stack", stack];
  try {
    const { stdout } = await pulumi.run(args, directory, {});
    return JSON.parse(stdout) as Readonly<Record<string, Setting>>;
  } catch (error) {
    if (!(error instanceof PulumiError && error.exitCode === exitCode.stackNotFound)) throw error;
    throw new ConfigurationError([
      {
        path: `stack ${stack}`,
        expected: "the stack whose file imports environments (ESC), which only a stack can open",
        found: "none of that name",
        fix: `Make it: \`pulumi stack init ${stack}\`.`,
      },
    ]);
  }
}

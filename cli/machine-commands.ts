import { InvalidArgumentError, Option, type Command } from "commander";
import { documentationPage } from "../operations/deployment/documentation";
import { parseSeconds, withStackOptions } from "./options";
import type * as MachineFilesVerb from "./verbs/machine-files";

/**
 * Adds `isthmus machine` and its verbs.
 * @param load As `require`: a verb's module is loaded when the verb is used.
 */
export function addMachine(isthmus: Command, load: (module: string) => unknown): void {
  const machine = isthmus.command("machine").description("machines outside Kubernetes that belong to the mesh");
  withStackOptions(machine.command("files"))
    .description("write what a machine needs to join: cluster.env, mesh.yaml, root-cert.pem, istio-token and hosts")
    .argument("<name>", "a machine of isthmus:mesh.machines, which `isthmus up` has made")
    .option("--out <directory>", "that gets them (default: one of the machine's name)")
    .addOption(tokenLifetimeOption())
    .addHelpText("after", aboutFiles)
    .action((name: string, flags: MachineFilesVerb.MachineFilesFlags) =>
      (load("./verbs/machine-files") as typeof MachineFilesVerb).machineFilesVerb(name, flags),
    );
}

function tokenLifetimeOption(): Option {
  return new Option(
    "--token-lifetime <duration>",
    "how long the token is good for that gets the first certificate: 10m or longer (default: 1h)",
  ).argParser((text) => {
    const seconds = parseSeconds(text);
    if (seconds >= 600 && seconds <= 86_400) return seconds;
    throw new InvalidArgumentError("Give a duration from 10m to 24h.");
  });
}

const aboutFiles = `
The token is a secret, in a file for its owner alone. Nothing is overwritten, and nothing in the clusters is changed.
${documentationPage("machines.md")} says where on the machine each file goes.`;

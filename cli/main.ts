import { createRequire } from "node:module";
import { Command, CommanderError, Option } from "commander";
import { version } from "../package.json";
import { exitCodes, formatOf, reportFailure } from "./failure";
import {
  contextsOption,
  parallelOption,
  parseNames,
  parseSeconds,
  withOperationOptions,
  withOutputOption,
  withPictureOptions,
  withPolicyOptions,
  withStackOptions,
  withYesOption,
  type OperationFlags,
  type OutputFlags,
  type StackFlags,
} from "./options";
import { print, tolerateGoneReaders } from "./output";
import { addMachine } from "./machine-commands";
import { addReport } from "./report-command";
import { addRotate } from "./rotate-commands";
import { addTrust } from "./trust-commands";
import { documentationPage } from "../operations/deployment/documentation";
import type * as CheckVerb from "./verbs/check";
import type * as DemoVerb from "./verbs/demo";
import type * as DestroyVerb from "./verbs/destroy";
import type * as DoctorVerb from "./verbs/doctor";
import type * as DriftVerb from "./verbs/drift";
import type * as ForgetVerb from "./verbs/forget";
import type * as GraphVerb from "./verbs/graph";
import type * as LabVerbs from "./verbs/lab";
import type * as LabPresence from "./verbs/lab-presence";
import type * as PreviewVerb from "./verbs/preview";
import type * as RefreshVerb from "./verbs/refresh";
import type * as ServicesVerb from "./verbs/services";
import type * as StateMoveVerb from "./verbs/state-move";
import type * as StatusVerb from "./verbs/status";
import type * as UpVerb from "./verbs/up";
import type * as VerifyVerb from "./verbs/verify";

/** A verb's module is loaded when the verb is used: `isthmus --help` need not wait for Pulumi and Kubernetes. */
const load = createRequire(__filename);

/** The command line: its verbs and their options. What a verb does is in verbs/. */
export function program(): Command {
  const isthmus = new Command("isthmus")
    .description("Kubernetes clusters joined into one Istio mesh.")
    .version(version, "-v, --version")
    .showHelpAfterError("(isthmus --help shows the verbs)")
    .addHelpText("after", aboutAll);

  isthmus
    .command("version", { hidden: true })
    .description("what --version says")
    .action(() => {
      print([version]);
    });

  withYesOption(withPolicyOptions(withOperationOptions(isthmus.command("up"))))
    .description("bring the mesh to what the stack's configuration says")
    .option("--refresh", "first bring the stack's state to what the clusters have")
    .option("--all", "of stacks per cluster (`stacks: per-cluster`), update those too that nothing changed for")
    .addOption(parallelOption())
    .addHelpText("after", aboutUp)
    .action((flags: UpVerb.UpFlags) => (load("./verbs/up") as typeof UpVerb).upVerb(flags));

  withPolicyOptions(withOperationOptions(isthmus.command("preview"), ["markdown"]))
    .description("say what `isthmus up` would change, and what is risky about it; changes nothing")
    .addOption(
      new Option("--fail-on <what>", "exit with 3 where the change interrupts traffic, or may").choices([
        "interruption",
      ]),
    )
    .option("--manifests", "have the helm on the PATH render the releases that change, and compare their objects")
    .option("--allow-interruption", "let such a change pass all the same")
    .addHelpText(
      "after",
      `\n${documentationPage("pull-requests.md")} says what counts, and how a pull request gets it as a comment.`,
    )
    .action((flags: PreviewVerb.PreviewFlags) => (load("./verbs/preview") as typeof PreviewVerb).previewVerb(flags));

  const state = isthmus.command("state").description("where the mesh's state is kept");
  withYesOption(withOperationOptions(state.command("move")))
    .description(
      "move the state from one stack into one for each cluster, or back, as `stacks` says; touches no cluster",
    )
    .action((flags: StateMoveVerb.StateMoveFlags) =>
      (load("./verbs/state-move") as typeof StateMoveVerb).stateMoveVerb(flags),
    );

  withOperationOptions(isthmus.command("refresh"))
    .description("bring the stack's state to what the clusters have; changes no cluster")
    .action((flags: OperationFlags) => (load("./verbs/refresh") as typeof RefreshVerb).refreshVerb(flags));

  withOperationOptions(isthmus.command("check"), ["junit"])
    .description("look whether the mesh can be installed, by its configuration and its clusters; changes nothing")
    .option(
      "--from-inside",
      "have a pod in each cluster look as well whether it reaches the others; it is removed again",
    )
    .option("--client-image <image>", "image with curl and sleep of those pods (default: isthmus:mesh.sample)")
    .addHelpText("after", aboutCheck)
    .action((flags: CheckVerb.CheckFlags) => (load("./verbs/check") as typeof CheckVerb).checkVerb(flags));

  withOperationOptions(isthmus.command("verify"), ["junit"])
    .description("look whether the mesh is in good order, with real calls between all clusters")
    .option("--client-image <image>", "image with curl and sleep that makes the calls (default: isthmus:mesh.sample)")
    .option(
      "--helloworld-image <image>",
      "image of Istio's helloworld that answers them (default: isthmus:mesh.sample, else from the hub of Istio's images)",
    )
    .option(
      "--only <checks>",
      "ids of the checks that count, with commas between; what they need is run too",
      parseNames,
    )
    .option("--skip <checks>", "ids of checks to leave out, with all that need them", parseNames)
    .option("--cluster <clusters>", "names of clusters: what concerns none of them is left out", parseNames)
    .option("--read-only", "make nothing in any cluster, and leave out what needs the sample")
    .addOption(
      new Option(
        "--calls-for <duration>",
        "go on calling for so long, such as 30s, once every cluster was reached: every call must be answered",
      ).argParser(parseSeconds),
    )
    .addOption(
      new Option(
        "--wait <duration>",
        "how long every check looks again while it does not hold, such as 0s or 5m (default: each its own time)",
      ).argParser(parseSeconds),
    )
    .addOption(contextsOption())
    .addHelpText("after", aboutVerify)
    .action((flags: VerifyVerb.VerifyFlags) => (load("./verbs/verify") as typeof VerifyVerb).verifyVerb(flags));

  withOperationOptions(isthmus.command("status"))
    .description("look how the mesh stands: clusters, istiods, gateways and what ends; makes no calls, changes nothing")
    .addHelpText("after", aboutStatus)
    .action((flags: OperationFlags) => (load("./verbs/status") as typeof StatusVerb).statusVerb(flags));

  withPictureOptions(isthmus.command("graph"))
    .description("draw the mesh as the configuration has it: networks, clusters, who serves and who reads whom")
    .action((flags: GraphVerb.GraphFlags) => (load("./verbs/graph") as typeof GraphVerb).graphVerb(flags));

  withOperationOptions(isthmus.command("doctor"))
    .description("say what is wrong with the mesh, its first cause first, what shows it and what mends it")
    .option("--bundle <file>", "write what was found in the clusters into a file, without secrets; compressed as .gz")
    .addOption(new Option("--from <file>", "judge by such a file, without the clusters").conflicts(["bundle"]))
    .addOption(contextsOption().conflicts(["from"]))
    .addHelpText("after", aboutDoctor)
    .action((flags: DoctorVerb.DoctorFlags) => (load("./verbs/doctor") as typeof DoctorVerb).doctorVerb(flags));

  addReport(isthmus, load);

  withOperationOptions(isthmus.command("services"))
    .description("say where every global service stands, and who is called from where")
    .action((flags: OperationFlags) => (load("./verbs/services") as typeof ServicesVerb).servicesVerb(flags));

  withYesOption(withOperationOptions(isthmus.command("drift"), ["markdown"]))
    .description("compare what stands in the clusters with what was applied, the objects of Helm releases too")
    .option("--repair", "put back what differs in objects that were applied")
    .addHelpText("after", aboutDrift)
    .action((flags: DriftVerb.DriftFlags) => (load("./verbs/drift") as typeof DriftVerb).driftVerb(flags));

  withYesOption(withOperationOptions(isthmus.command("destroy")))
    .description("remove the mesh from its clusters, and what istiod itself left in them")
    .option("--crds", "remove Istio's custom resource definitions too, with every Istio resource in the clusters")
    .addHelpText("after", aboutDestroy)
    .action((flags: DestroyVerb.DestroyFlags) => (load("./verbs/destroy") as typeof DestroyVerb).destroyVerb(flags));

  withYesOption(withOperationOptions(isthmus.command("forget")))
    .description("take a cluster that is gone for good out of the stack's state; touches no cluster")
    .argument("<cluster>", "a cluster that is no longer in the configuration")
    .addHelpText("after", aboutForget)
    .action((cluster: string, flags: ForgetVerb.ForgetFlags) =>
      (load("./verbs/forget") as typeof ForgetVerb).forgetVerb(cluster, flags),
    );

  addTrust(isthmus, load);
  addRotate(isthmus, load);
  addMachine(isthmus, load);
  addLab(isthmus);

  withOperationOptions(isthmus.command("demo", { hidden: true }))
    .description("lab up, up and verify in a row, then a summary; `make demo` calls it")
    .hook("preAction", ensureLab)
    .action((flags: OperationFlags) => (load("./verbs/demo") as typeof DemoVerb).demoVerb(flags));
  return isthmus;
}

function addLab(isthmus: Command): void {
  const verbs = (): typeof LabVerbs => load("./verbs/lab") as typeof LabVerbs;
  const lab = isthmus
    .command("lab")
    .description("real Kubernetes clusters on this machine, for trying and testing (Linux, root; in a checkout)")
    .hook("preAction", ensureLab);
  withStackOptions(lab.command("up"))
    .description("start the clusters that the stack's configuration names, or mend what is missing")
    .addHelpText("after", "\nThe first time builds Kubernetes and Istio from source; what it builds is kept for later.")
    .action((flags: StackFlags) => verbs().labUpVerb(flags));
  withOutputOption(lab.command("down"))
    .description("stop the clusters and remove every trace of them; the cache of built tools stays")
    .action((flags: OutputFlags) => verbs().labDownVerb(flags));
  withOutputOption(lab.command("status"))
    .description("say which clusters run; exits with 1 when something is missing")
    .action((flags: OutputFlags) => verbs().labStatusVerb(flags));
  withOutputOption(lab.command("cert-manager"))
    .description("install cert-manager into the clusters that stand; the first time builds it")
    .action((flags: OutputFlags) => verbs().labCertManagerVerb(flags));
  withOutputOption(lab.command("tools"))
    .description("build the programs and images that the lab runs, without starting it")
    .action((flags: OutputFlags) => verbs().labToolsVerb(flags));
}

const ensureLab = (): void => (load("./verbs/lab-presence") as typeof LabPresence).ensureLab();

const aboutAll = `
Exit codes:
  0    fine
  1    something is wrong with the mesh, or went wrong on the way
  2    wrong usage or configuration; nothing was changed
  3    the change may interrupt traffic (preview --fail-on interruption alone)
  130  interrupted

With -o json a verb prints one JSON document on standard output, and nothing else there; progress and words go to
standard error. With -o ndjson every event is a line of JSON on standard output, and the last line has the document.
${documentationPage("cli.md")} has the documents and the events.`;

const aboutUp = `
At a terminal it shows first what the change means, as \`isthmus preview\` does, and asks; --yes does neither. Without a
terminal (standard input and standard error) what takes something away, or may interrupt traffic, needs --yes, and ends
with 2 otherwise. What is wrong with the clusters is said before anything is changed.`;

const aboutCheck = `
Looks at all that \`isthmus up\` looks at before it changes anything, without Pulumi and without a backend. Exits with 1
when something is found that keeps the mesh from being installed. Makes nothing without --from-inside.
${documentationPage("check.md")} says what each row means.`;

const aboutVerify = `
A sample application runs for some seconds in a namespace of its own, isthmus-verify-…, and is removed again.
Exits with 1 when a check fails.
${documentationPage("checks.md")} says what each check means and what to do.`;

const aboutStatus = `
A cluster that does not answer within five seconds holds up no other. Exits with 1 when something is not in order, or a
cluster does not answer. \`isthmus verify\` goes further, with real calls.`;

const aboutDoctor = `
Makes no call between the clusters and changes nothing. Exits with 1 when something is found.
${documentationPage("doctor.md")} says what it looks for, and what a bundle holds.`;

const aboutDrift = `
Changes nothing without --repair. Exits with 1 when something differs, or a cluster could not be asked.
${documentationPage("drift.md")} says what counts and what does not.`;

const aboutDestroy = `
Beside what the stack made, the ConfigMaps go that istiod wrote into every namespace, unless another istiod runs in the
cluster. Istio's custom resource definitions stay without --crds: they may hold what others made.`;

const aboutForget = `
For a cluster that no longer exists, from which \`isthmus up\` can therefore remove nothing. One that still answers is
removed by \`isthmus up\` alone; if it is forgotten instead, everything stays in it.
${documentationPage("cli.md")} says what that is.`;

/**
 * Runs a command line.
 * @param argv As process.argv.
 * @returns The exit code.
 */
export async function main(argv: readonly string[]): Promise<number> {
  tolerateGoneReaders();
  const isthmus = program();
  forEachCommand(isthmus, (command) => command.exitOverride());
  try {
    await isthmus.parseAsync([...argv]);
    return Number(process.exitCode ?? exitCodes.fine);
  } catch (error) {
    // Commander has printed its own words already, help included.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.fine;
    return reportFailure(error, formatOf(argv));
  }
}

function forEachCommand(command: Command, action: (command: Command) => void): void {
  action(command);
  for (const child of command.commands) forEachCommand(child, action);
}

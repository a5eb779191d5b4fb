import { Option, type Command } from "commander";
import { documentationPage } from "../operations/deployment/documentation";
import { contextsOption, withOperationOptions } from "./options";
import type * as ReportVerb from "./verbs/report";

/**
 * Adds `isthmus report`.
 * @param load As `require`: a verb's module is loaded when the verb is used.
 */
export function addReport(isthmus: Command, load: (module: string) => unknown): void {
  withOperationOptions(isthmus.command("report"))
    .description("put all that can be seen of the mesh on one page: its picture, calls, what is wrong, what ends")
    .requiredOption("--html <file>", "the page, which needs nothing beside")
    .option("--read-only", "make nothing in any cluster, and call nobody")
    .addOption(new Option("--client-image <image>", "image that makes the calls, as of verify").conflicts("readOnly"))
    .addOption(
      new Option("--helloworld-image <image>", "image that answers the calls, as of verify").conflicts("readOnly"),
    )
    .addOption(contextsOption())
    .addOption(
      new Option("--from <file>", "make it from what `doctor --bundle` wrote, without the clusters").conflicts([
        "readOnly",
        "clientImage",
        "helloworldImage",
        "contexts",
      ]),
    )
    .addHelpText("after", aboutReport)
    .action((flags: ReportVerb.ReportFlags) => (load("./verbs/report") as typeof ReportVerb).reportVerb(flags));
}

const aboutReport = `
Looks as doctor and verify do: the sample that makes the calls is removed again. Exits with 1 when something is wrong; the
page is written all the same. It is for its owner alone (mode 0600), and has no secret in it.
${documentationPage("report.md")} says what stands on it.`;

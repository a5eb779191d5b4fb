import type { Command } from "commander";
import { documentationPage } from "../operations/deployment/documentation";
import { parallelOption, withOperationOptions, withYesOption } from "./options";
import type * as RotateTokensVerb from "./verbs/rotate-tokens";

/**
 * Adds `isthmus rotate` and its verbs.
 * @param load As `require`: a verb's module is loaded when the verb is used.
 */
export function addRotate(isthmus: Command, load: (module: string) => unknown): void {
  const rotate = isthmus.command("rotate").description("credentials of a mesh that stands, without losing a call");
  withYesOption(withOperationOptions(rotate.command("tokens")))
    .description("replace the tokens by which clusters are read: a dry run without --yes, where there is no terminal")
    .option("--cluster <name...>", "only these, of the clusters that others read (default: all)")
    .option("--due", "only those older than maximumAgeDays of the configuration's readerTokens; for a scheduled job")
    .addOption(parallelOption())
    .addHelpText("after", aboutTokens)
    .action((flags: RotateTokensVerb.RotateTokensFlags) =>
      (load("./verbs/rotate-tokens") as typeof RotateTokensVerb).rotateTokensVerb(flags),
    );
}

const aboutTokens = `
Three updates, each with an edit of the stack's file before it: another token is made, the istiods are given it, and the
former one is revoked once every istiod has been seen to go by the other. It can be killed and run again at any moment: it
ends first what is under way. ${documentationPage("trust.md#tokens-by-which-clusters-are-read")} leads through it.`;

import { Option, type Command } from "commander";
import type { Format } from "./failure";

/** What every verb is told. */
export interface OutputFlags {
  readonly output: Format;
}

/** What every verb about a stack is told. */
export interface StackFlags extends OutputFlags {
  readonly stack: string;
}

/** How results can be printed, beside for people and for scripts. */
export type MoreFormats = readonly "markdown"[];

/** Adds `--stack` and `-o` to a verb. */
export function withStackOptions(command: Command, more: MoreFormats = []): Command {
  return withOutputOption(
    command.addOption(
      new Option("--stack <name>", "the stack, whose configuration is in Pulumi.<name>.yaml")
        .env("ISTHMUS_STACK")
        .default("dev"),
    ),
    more,
  );
}

/** Adds `-o` to a verb. */
export function withOutputOption(command: Command, more: MoreFormats = []): Command {
  return command.addOption(
    new Option("-o, --output <format>", ["table for people, json for scripts", ...more.map(aboutFormat)].join(", "))
      .choices(["table", "json", ...more])
      .default("table"),
  );
}

function aboutFormat(format: MoreFormats[number]): string {
  return `${format} for an issue or a comment`;
}

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

/** Adds `--stack` and `-o` to a verb. */
export function withStackOptions(command: Command): Command {
  return withOutputOption(
    command.addOption(
      new Option("--stack <name>", "the stack, whose configuration is in Pulumi.<name>.yaml")
        .env("ISTHMUS_STACK")
        .default("dev"),
    ),
  );
}

/** Adds `-o` to a verb. */
export function withOutputOption(command: Command): Command {
  return command.addOption(
    new Option("-o, --output <format>", "table for people, json for scripts")
      .choices(["table", "json"])
      .default("table"),
  );
}

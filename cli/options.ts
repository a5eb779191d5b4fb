import { InvalidArgumentError, Option, type Command } from "commander";
import type { Format } from "./output";

/** What every verb is told. */
export interface OutputFlags {
  readonly output: Format;
}

/** What every verb about a stack is told. */
export interface StackFlags extends OutputFlags {
  readonly stack: string;
}

/** What every verb that works on a mesh, and so may take its time, is told. */
export interface OperationFlags extends StackFlags {
  readonly quiet?: boolean;
}

/** What a verb is told whose change may be judged. */
export interface PolicyFlags {
  readonly policyPack?: string;
  readonly policyPackConfig?: string;
}

/** How some results can be printed beside. */
export type MoreFormats = readonly ("markdown" | "junit")[];

/** What `-o` takes, and how the help says it. */
const formats: Readonly<Record<Format | MoreFormats[number], string>> = {
  table: "table for people",
  json: "json for scripts",
  ndjson: "ndjson for programs that follow it: every event as a line of JSON, then the result",
  markdown: "markdown for an issue or a comment",
  junit: "junit for a CI that shows tests: JUnit's XML",
};

/** Formats of a picture. */
const pictureFormats = {
  mermaid: "mermaid for a page that draws it",
  svg: "svg for every other page",
  json: formats.json,
} as const;

/** How a picture is printed. */
export type PictureFormat = keyof typeof pictureFormats;

/** Adds `--stack`, `-o` with every format that events have, and `--quiet` to a verb. */
export function withOperationOptions(command: Command, more: MoreFormats = []): Command {
  return withFormats(withStackOption(command), ["table", "json", "ndjson", ...more]).option(
    "-q, --quiet",
    "say nothing but the result and errors",
  );
}

/** Adds `--policy-pack` and `--policy-pack-config` to a verb. */
export function withPolicyOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--policy-pack <directory>", "a Pulumi policy pack that judges the change").env("ISTHMUS_POLICY_PACK"),
    )
    .addOption(
      new Option("--policy-pack-config <file>", "JSON with the levels and settings of its rules").env(
        "ISTHMUS_POLICY_PACK_CONFIG",
      ),
    );
}

/** Adds `--stack` and `-o` to a verb. */
export function withStackOptions(command: Command): Command {
  return withOutputOption(withStackOption(command));
}

/** Adds `-o` to a verb. */
export function withOutputOption(command: Command): Command {
  return withFormats(command, ["table", "json"]);
}

/** Adds `--stack` and `-o` with the formats of a picture to a verb. */
export function withPictureOptions(command: Command): Command {
  const words = Object.values(pictureFormats).join(", ");
  const option = new Option("-o, --output <format>", words).choices(Object.keys(pictureFormats)).default("mermaid");
  return withStackOption(command).addOption(option);
}

function withStackOption(command: Command): Command {
  return command.addOption(
    new Option("--stack <name>", "the stack, whose configuration is in Pulumi.<name>.yaml")
      .env("ISTHMUS_STACK")
      .default("dev"),
  );
}

function withFormats(command: Command, choices: readonly (keyof typeof formats)[]): Command {
  const words = choices.map((choice) => formats[choice]).join(", ");
  return command.addOption(new Option("-o, --output <format>", words).choices(choices).default("table"));
}

/** Adds `--yes` to a verb that asks. */
export function withYesOption(command: Command): Command {
  return command.option("-y, --yes", "do not ask; needed where there is no terminal to ask at");
}

const secondsIn = { s: 1, m: 60, h: 3600 } as const;

/**
 * A duration as it is given to an option, `30m` for one, in seconds.
 * @throws InvalidArgumentError for any other text.
 */
export function parseSeconds(text: string): number {
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Number(count) * secondsIn[unit as keyof typeof secondsIn];
  throw new InvalidArgumentError("Give a number with s, m or h after it, such as 30m.");
}

/** Names as they are given to an option that takes several, with commas between: `east,west`. */
export function parseNames(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(",").filter((name) => name !== "")];
}

/** `--contexts`, of a mesh that no stack has. */
export function contextsOption(): Option {
  return new Option(
    "--contexts <names>",
    "contexts of the kubeconfig, with commas between, of a mesh that no stack has: its plan is read from its clusters",
  ).argParser(parseNames);
}

/** How many stacks are worked on at once, where a mesh is cut into several. */
export function parallelOption(): Option {
  return new Option("--parallel <stacks>", "of stacks per cluster, how many are worked on at the same time")
    .default(4)
    .argParser((text) => {
      const count = Number(text);
      if (Number.isInteger(count) && count > 0) return count;
      throw new InvalidArgumentError("Give a whole number from 1 on.");
    });
}

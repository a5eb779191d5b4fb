import { join } from "node:path";
import { repository } from "./isthmus";
import { build } from "./build";

/** What starts the command line, for Node.js. */
export const commandLine = join(build ?? repository, "bin/isthmus.js");

/** The Pulumi program, for a project's main file to require. */
export const programModule = build === undefined ? join(repository, "index.ts") : join(build, "dist/index.js");

/** How Node.js runs that program, as in the project's own Pulumi.yaml. */
export const programRuntime = {
  name: "nodejs",
  options: { typescript: false, ...(build === undefined ? { nodeargs: "--require tsx/cjs" } : {}) },
} as const;

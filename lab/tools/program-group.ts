import { readdir, symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Group } from "./cache";
import { runCommand } from "./command";
import { findProgram } from "./installed";
import { systemPackages } from "./system-programs";

/** One directory of links to every program, so that one entry of PATH will do. */
export function programGroup(directories: readonly string[]): Group {
  return {
    name: "programs",
    title: "one directory for all programs",
    key: directories,
    build: async ({ directory, target }) => {
      for (const source of directories) {
        for (const entry of await readdir(source, { withFileTypes: true })) {
          if (entry.isDirectory() || findProgram(entry.name, source) !== join(source, entry.name)) continue;
          await symlink(join(relative(target, source), entry.name), join(directory, entry.name));
        }
      }
      for (const { version } of systemPackages) await runCommand([join(directory, version[0]), version[1]]);
      return {};
    },
  };
}

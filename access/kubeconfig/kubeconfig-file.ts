import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { describeFileError, errorCode } from "../file-problem";
import { Merged, type Kubeconfig, type KubeconfigFailure } from "./kubeconfig";

/** The environment that kubectl looks at. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/**
 * Reads the kubeconfig that a configuration names, else `KUBECONFIG` (a list of files, of which missing ones are passed
 * over), else `~/.kube/config`.
 */
export async function readKubeconfig(
  named: string | undefined,
  projectDirectory: string,
  environment: Environment,
): Promise<Kubeconfig | KubeconfigFailure> {
  const home = environment["HOME"] ?? homedir();
  if (named !== undefined) {
    const file = resolve(projectDirectory, named.startsWith("~/") ? join(home, named.slice(2)) : named);
    return mergeFiles(named, [file], "required");
  }
  const list = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (list.length > 0) return mergeFiles("KUBECONFIG", [...new Set(list.map((file) => resolve(file)))], "optional");
  return mergeFiles("~/.kube/config", [join(home, ".kube", "config")], "required");
}

async function mergeFiles(
  source: string,
  files: readonly string[],
  presence: "required" | "optional",
): Promise<Kubeconfig | KubeconfigFailure> {
  const merged = new Merged(source);
  for (const file of files) {
    const shown = presence === "required" ? source : file;
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if (presence === "optional" && errorCode(error) === "ENOENT") continue;
      return { expected: "a kubeconfig file", found: `${describeFileError(error)} at ${shown}`, fix: fileFix(source) };
    }
    const failure = merged.addText(text, {
      what: "a kubeconfig file",
      shown,
      mend: "Mend the file, or name another.",
      replace: "Name another file.",
      directory: dirname(file),
    });
    if (failure !== undefined) return failure;
  }
  return merged;
}

function fileFix(source: string): string {
  if (source === "~/.kube/config") return "Create it, or name a kubeconfig file here or in KUBECONFIG.";
  return "Create it, or name the file that has the clusters' contexts.";
}

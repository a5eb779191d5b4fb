import { spawn } from "node:child_process";
import { once } from "node:events";
import { withoutUserInfo } from "../../topology";
import type { Properties } from "./properties";

/** A Helm release, as far as its manifests depend on it. */
export interface ReleaseInputs {
  readonly name: string;
  readonly namespace: string;
  /** A path, a URL of a registry, or the name of a chart in the repository. */
  readonly chart: string;
  /** Empty for whichever there is. */
  readonly version: string;
  readonly repository?: string;
  readonly values: Properties;
}

/** What renders charts. */
export interface Helm {
  /** @throws HelmError when it does not. */
  template(release: ReleaseInputs): Promise<string>;
}

/** Helm is not there, or does not render a chart. */
export class HelmError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HelmError";
  }
}

/** How long one chart may take, in milliseconds: one from a repository is downloaded first. */
const timeoutMs = 30_000;

/**
 * The `helm` on the PATH.
 * @param directory Where charts' relative paths start.
 */
export function helmOnPath(directory: string, variables: NodeJS.ProcessEnv): Helm {
  return {
    template: async ({ chart, name, namespace, repository, values, version }) => {
      // Helm takes them from its command line alone, which every user of the machine can read.
      if ([chart, repository ?? ""].some((url) => withoutUserInfo(url) !== url)) {
        throw new HelmError(
          "the URL of its chart has a user or a password in it, which are on no command line of ours",
        );
      }
      const args = ["template", name, chart, "--namespace", namespace, "--values", "-"];
      if (repository !== undefined) args.push("--repo", repository);
      const isOnDisk = chart.startsWith(".") || chart.startsWith("/");
      if (version !== "" && !isOnDisk) args.push("--version", version);
      const child = spawn("helm", args, { cwd: directory, env: variables, timeout: timeoutMs });
      const output = { stdout: "", stderr: "" };
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
      // One that ends early reads no more; why is in how it ends.
      child.stdin.on("error", () => undefined).end(JSON.stringify(values));
      try {
        const [code] = (await once(child, "close")) as [number | null];
        if (code === 0) return output.stdout;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new HelmError("there is no helm on the PATH");
        throw error;
      }
      const [first = "it did not end in time"] = output.stderr.split("\n").filter((line) => line.startsWith("Error"));
      throw new HelmError(`helm does not render it (${first})`);
    },
  };
}

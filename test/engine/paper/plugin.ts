import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

let bundled: Promise<string> | undefined;

/**
 * The paper provider as one file, which starts in a fifth of the time that its source takes: each cluster of each run has a
 * process of its own. Once a process; it goes when the process ends.
 */
export function bundledProvider(): Promise<string> {
  bundled ??= (async () => {
    const directory = mkdtempSync(join(tmpdir(), "isthmus-paper-provider-"));
    process.once("exit", () => {
      rmSync(directory, { recursive: true, force: true });
    });
    const outfile = join(directory, "paper-provider.js");
    await build({
      entryPoints: [join(__dirname, "provider.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      logLevel: "error",
    });
    return outfile;
  })();
  return bundled;
}

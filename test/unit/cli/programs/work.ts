import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { displayFor } from "../../../../cli/display";
import { reportFailure } from "../../../../cli/failure";
import { interruptible } from "../../../../cli/interruption";
import { tolerateGoneReaders } from "../../../../cli/output";

/**
 * Works as `isthmus up` does, with something in Pulumi's place: it talks all the time, in a process group of its own, and
 * when it is asked to end it says some more and ends. `forever`: it does not end. What came of it is in a file.
 */
const [directory = "", end = ""] = process.argv.slice(2);

const engine = `
  let left = Infinity;
  process.on("SIGINT", () => { if (${JSON.stringify(end)} !== "forever") left = 50; });
  setInterval(() => { console.log("working"); if (--left <= 0) process.exit(0); }, 10);`;

tolerateGoneReaders();
const display = displayFor({ output: "table" });
const words = { onStop: "Stopping.", onceMore: "Once more ends it at once.", advice: "Run it again." };
interruptible(
  async ({ signal, killSignal }) => {
    const temporary = await mkdtemp(join(directory, "temporary-"));
    try {
      const child = spawn(process.execPath, ["-e", engine], { stdio: ["ignore", "pipe", "inherit"], detached: true });
      child.stdout.setEncoding("utf8").on("data", (text: string) => display.note(text.trimEnd()));
      signal.addEventListener("abort", () => child.kill("SIGINT"));
      killSignal.addEventListener("abort", () => child.kill("SIGKILL"));
      const [code] = (await once(child, "close")) as [number | null];
      await writeFile(join(directory, "end"), code === 0 ? "in good order" : "killed");
    } finally {
      await rm(temporary, { recursive: true });
    }
  },
  words,
  (text) => display.note(text),
).catch((error: unknown) => {
  process.exitCode = reportFailure(error, "table");
});

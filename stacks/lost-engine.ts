/** What writing fails with when nobody reads any more: the engine is gone, or the terminal that it had. */
const goneReader: readonly string[] = ["EPIPE", "EIO", "ENXIO", "ECONNRESET"];

/**
 * Ends this process as soon as what it writes can reach nobody: then the engine that it works for was killed. Pulumi's SDK
 * tells of an error by writing (cmd/run, uncaughtHandler); where the writing is the error it would go on for ever, with a
 * processor and more memory every second.
 */
export function endWithEngine(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (goneReader.includes(error.code ?? "")) process.exit(1);
      throw error;
    });
  }
}

/**
 * Ends this process as soon as what it writes can reach nobody: then the engine that it works for was killed. Pulumi's SDK
 * tells of an error by writing (cmd/run, uncaughtHandler); where the writing is the error it would go on for ever, with a
 * processor and more memory every second.
 */
export function endWithEngine(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(1);
      throw error;
    });
  }
}

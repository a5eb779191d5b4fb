import { longCommands, type Runner } from "../pulumi";
import { PulumiError } from "../pulumi-error";
import { isTornRead } from "../state";
import { removeTornAttributes } from "./torn-attributes";

/**
 * The same command, but for that it removes what a kill cut off in the backend when it runs into it, and tries once more.
 * @param backend Directory of a backend of files; undefined for others, which write in one piece.
 */
export function withMendedBackend<T extends Runner>(
  command: T,
  backend: string | undefined,
  onProgress: (words: string) => void = () => undefined,
): T {
  const run = command.run.bind(command);
  const feed = command.feed.bind(command);
  const mended = async (error: unknown): Promise<boolean> => {
    if (backend === undefined || !(error instanceof PulumiError) || !isTornRead(`${error.stdout}\n${error.stderr}`))
      return false;
    const count = await removeTornAttributes(backend);
    if (count > 0) onProgress("removed what a killed update left half-written in the backend");
    // Another process may have been writing it, and is done now.
    return count > 0 || !longCommands.includes(error.command);
  };
  const twice = async <R>(once: () => Promise<R>): Promise<R> => {
    try {
      return await once();
    } catch (error) {
      if (await mended(error)) return once();
      throw error;
    }
  };
  return Object.assign(command, {
    run: (...args: Parameters<Runner["run"]>) => twice(() => run(...args)),
    feed: (...args: Parameters<Runner["feed"]>) => twice(() => feed(...args)),
  });
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repository } from "./isthmus";

/** A command that runs on a terminal of its own. */
export interface TerminalCommand {
  /** Types, once these words are shown for the first time since the last. */
  type(after: RegExp, keys: string): Promise<void>;
  /** Hangs the terminal up, as a lost connection does, once these words are shown. */
  hangUp(after: RegExp): Promise<void>;
  /** All that was shown, and the exit code; 128 + N after a signal N. */
  readonly finished: Promise<{ readonly code: number; readonly shown: string }>;
}

/** Ctrl-C and Ctrl-D, as a terminal sends them. */
export const keys = { interrupt: "\x03", endOfInput: "\x04" } as const;

/** Starts a command on a pseudo-terminal, which Python has and Node.js has not. */
export function onTerminal(command: readonly string[], env: NodeJS.ProcessEnv = process.env): TerminalCommand {
  const child = spawn("python3", [join(__dirname, "on-terminal.py"), ...command], {
    cwd: repository,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let shown = "";
  let read = 0;
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
      for (const listener of listeners) listener();
    });
  }
  // One that has ended takes no more keys.
  child.stdin.on("error", () => undefined);
  const finished = once(child, "close").then(([code]) => ({ code: code as number, shown }));
  const seen = (words: RegExp): Promise<void> =>
    new Promise((fulfil, reject) => {
      const look = (): void => {
        const match = words.exec(shown.slice(read));
        if (match === null) return;
        read += match.index + match[0].length;
        listeners.delete(look);
        fulfil();
      };
      listeners.add(look);
      look();
      void finished.then(() => reject(new Error(`${command.join(" ")} never showed ${String(words)}:\n${shown}`)));
    });
  return {
    type: async (after, text) => {
      await seen(after);
      child.stdin.write(text);
    },
    hangUp: async (after) => {
      await seen(after);
      child.stdin.end();
    },
    finished,
  };
}

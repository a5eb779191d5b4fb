import type { MeshEventBody } from "../events";

/** Cuts a text that comes in pieces into lines. */
export function linesOf(take: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}

/** What the engine's events say better, at the end of an update that failed. */
const saidElsewhere = /^error: (?:update|preview|refresh|destroy) failed$/;

/**
 * What a line says that Pulumi's CLI writes and no event of the engine has: a link to the update, and, on standard error,
 * what is wrong before the engine starts. Pure.
 */
export function eventOfLine(line: string, stream: "output" | "error output"): MeshEventBody | undefined {
  const words = line.trim();
  if (stream === "output") {
    return /^View (?:Live|in Browser)\b.*https?:/.test(words) ? { type: "notice", message: words } : undefined;
  }
  if (words === "" || saidElsewhere.test(words)) return undefined;
  const [, severity, message] = /^(error|warning): (.+)$/.exec(words) ?? [];
  if (message === undefined) return { type: "notice", message: words };
  return { type: "diagnostic", severity: severity === "error" ? "error" : "warning", message };
}

/** What our own words say: those that begin with `warning:` are one. Pure. */
export function eventOfWords(words: string): MeshEventBody {
  const [, warning] = /^warning: ([^]+)$/.exec(words) ?? [];
  if (warning !== undefined) return { type: "diagnostic", severity: "warning", message: warning };
  return { type: "notice", message: words };
}

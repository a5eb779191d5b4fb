import type { MeshEvent } from "../../operations/events";
import type { Format } from "../output";
import { styleOf } from "../verify-table";
import { LiveDisplay } from "./live";
import { PlainDisplay } from "./plain";
import { standardError, type Display, type Screen } from "./screen";
import { diagnosticWords } from "./words";

export type { Display } from "./screen";

/** What a verb was told of how it is to show itself. */
export interface DisplayFlags {
  readonly output: Format | "markdown";
  readonly quiet?: boolean;
}

/** The terminal that a display is chosen by. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** On fewer columns not even a cluster's name and what it is at fit in a line. */
const fewestColumns = 40;

/**
 * The kind of display: events as lines of JSON where they are asked for, errors alone with `--quiet`, lines that are
 * redrawn at a terminal that can, and lines that stay anywhere else. Pure.
 */
export function displayKind(
  { output, quiet }: DisplayFlags,
  terminal: Terminal,
  variables: NodeJS.ProcessEnv,
): "ndjson" | "quiet" | "live" | "plain" {
  if (output === "ndjson") return "ndjson";
  if (quiet === true) return "quiet";
  const isDumb = variables["TERM"] === "dumb" || Boolean(variables["CI"]);
  return terminal.isTTY === true && !isDumb && (terminal.columns ?? 80) >= fewestColumns ? "live" : "plain";
}

/** The display of a verb. */
export function displayFor(flags: DisplayFlags): Display {
  switch (displayKind(flags, process.stderr, process.env)) {
    case "ndjson":
      return new EventLines((text) => process.stdout.write(text), standardError);
    case "quiet":
      return new QuietDisplay(standardError);
    case "live":
      return new LiveDisplay(standardError, styleOf(process.stderr, process.env));
    case "plain":
      return new PlainDisplay(standardError);
  }
}

/** A display of which nothing is redrawn. */
abstract class SteadyDisplay implements Display {
  constructor(private readonly words: Screen) {}

  abstract take(event: MeshEvent): void;

  note(words: string): void {
    this.words.write(`${words}\n`);
  }

  pause(): void {
    // It writes nothing by itself.
  }

  resume(): void {
    // As above.
  }

  close(): void {
    // As above.
  }
}

/** Every event as a line of JSON. */
export class EventLines extends SteadyDisplay {
  constructor(
    private readonly write: (text: string) => void,
    screen: Screen,
  ) {
    super(screen);
  }

  take(event: MeshEvent): void {
    this.write(`${JSON.stringify(event)}\n`);
  }
}

/** Errors, and nothing else. */
export class QuietDisplay extends SteadyDisplay {
  private readonly said = new Set<string>();

  constructor(private readonly screen: Screen) {
    super(screen);
  }

  take(event: MeshEvent): void {
    if (event.type !== "diagnostic" || event.severity !== "error") return;
    const [first = "", ...more] = diagnosticWords(event);
    const text = [`${event.cluster === undefined ? "" : `${event.cluster}  `}${first}`, ...more, ""].join("\n");
    if (this.said.has(text)) return;
    this.said.add(text);
    this.screen.write(text);
  }
}

import type { MeshEvent } from "../../operations/events";

/** Where a display writes, and what time it is; tests give their own. */
export interface Screen {
  write(text: string): void;
  /** Width and height, in characters. */
  size(): { readonly columns: number; readonly rows: number };
  /** Milliseconds of a clock that only goes forward. */
  nowMs(): number;
}

/** Shows to a person, or a program, how far an operation is. */
export interface Display {
  take(event: MeshEvent): void;
  /** One line that is no event, such as what Ctrl-C does. */
  note(words: string): void;
  /** Leaves the terminal to something else, until {@link resume}. */
  pause(): void;
  resume(): void;
  /** Takes away what is redrawn, before something else is written. */
  close(): void;
}

/** Standard error, which is never part of a result. */
export const standardError: Screen = {
  write: (text) => process.stderr.write(text),
  size: () => ({ columns: process.stderr.columns || 80, rows: process.stderr.rows || 24 }),
  nowMs: () => performance.now(),
};

import type { MadeFile } from "../operations/authority";
import { printResult, type Format } from "./output";

/** Says which files were made: a line for each. */
export function printMade(format: Format, files: readonly MadeFile[]): void {
  printResult(format, { files }, () => madeLines(files));
}

/** A line for each file: where it is, what it holds, until when, and by what it is known. Pure. */
export function madeLines(files: readonly MadeFile[]): string[] {
  const widest = Math.max(...files.map(({ path }) => path.length));
  return files.map(({ path, holds, notAfter, fingerprint }) => {
    const facts = [
      holds,
      ...(notAfter === undefined ? [] : [`until ${notAfter.slice(0, 10)}`]),
      ...(fingerprint === undefined ? [] : [`SHA-256 ${fingerprint}`]),
    ];
    return `${path.padEnd(widest)}  ${facts.join(", ")}`;
  });
}

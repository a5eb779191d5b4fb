import { findProgram } from "./installed";
import { runCommand } from "./command";

/** What a dynamically linked program needs to start. */
export interface SharedLibraries {
  /** Absolute paths of the libraries and of the loader. */
  readonly files: readonly string[];
  /** Names of libraries that were not found. */
  readonly missing: readonly string[];
}

/**
 * Asks the loader which libraries a program would get.
 * @param searchPath directories to look in before the system's own.
 */
export async function sharedLibraries(program: string, searchPath: readonly string[] = []): Promise<SharedLibraries> {
  const ldd = findProgram("ldd") ?? "ldd";
  const environment = searchPath.length === 0 ? {} : { LD_LIBRARY_PATH: searchPath.join(":") };
  try {
    const { output } = await runCommand([ldd, program], { environment: { ...environment, LC_ALL: "C" } });
    return parseLdd(output);
  } catch (error) {
    if (error instanceof Error && error.message.includes("not a dynamic executable")) return { files: [], missing: [] };
    throw error;
  }
}

/** Reads what ldd(1) prints: `libm.so.6 => /lib/libm.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`, `libx.so.1 => not found`. */
export function parseLdd(output: string): SharedLibraries {
  const files: string[] = [];
  const missing: string[] = [];
  for (const line of output.split("\n")) {
    const notFound = /^\s*(\S+) => not found/.exec(line)?.[1];
    if (notFound !== undefined) missing.push(notFound);
    const found = /^\s*(?:\S+ => )?(\/\S+) \(0x/.exec(line)?.[1];
    if (found !== undefined) files.push(found);
  }
  return { files, missing };
}

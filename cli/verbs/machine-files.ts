import { printMade } from "../made-files";
import type { StackFlags } from "../options";
import { openMesh, operate } from "../session";

/** What `isthmus machine files` is told. */
export interface MachineFilesFlags extends StackFlags {
  readonly out?: string;
  /** In seconds. */
  readonly tokenLifetime?: number;
}

/** `isthmus machine files` */
export async function machineFilesVerb(name: string, flags: MachineFilesFlags): Promise<void> {
  const { out = name, output, tokenLifetime, stack } = flags;
  const mesh = await openMesh(stack);
  const words = { onStop: "Stopping.", advice: "No file was written." };
  const files = await operate({ ...flags, quiet: true }, words, (options) =>
    mesh.machineFiles(name, {
      ...options,
      out,
      ...(tokenLifetime === undefined ? {} : { tokenLifetimeSeconds: tokenLifetime }),
    }),
  );
  printMade(output, files);
}

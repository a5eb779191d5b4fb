import { writeRequests } from "../../operations/authority";
import { printMade } from "../made-files";
import type { OutputFlags, StackFlags } from "../options";
import { openMesh } from "../session";

/** What `isthmus trust requests` is told. */
export type RequestsFlags = OutputFlags & StackFlags;

/** `isthmus trust requests` */
export async function trustRequestsVerb(directory: string, flags: RequestsFlags): Promise<void> {
  const outputs = await (await openMesh(flags.stack)).outputs();
  printMade(flags.output, await writeRequests(outputs?.trust?.requests ?? {}, directory));
}

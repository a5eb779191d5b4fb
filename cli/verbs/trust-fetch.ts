import { fetchRoot } from "../../operations/authority/fetched-root";
import { printMade } from "../made-files";
import type { OutputFlags } from "../options";

/** What `isthmus trust fetch-root` is told. */
export interface FetchFlags extends OutputFlags {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** `isthmus trust fetch-root` */
export async function trustFetchVerb(directory: string, { output, ...flags }: FetchFlags): Promise<void> {
  printMade(output, await fetchRoot({ ...flags, directory }));
}

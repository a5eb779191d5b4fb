import { meshMermaid } from "../../operations/deployment";
import { printJson } from "../output";
import { openMesh } from "../session";

/** What `isthmus graph` is told. */
export interface GraphFlags {
  readonly stack: string;
  readonly output: "mermaid" | "json";
}

/** `isthmus graph` */
export async function graphVerb({ output, stack }: GraphFlags): Promise<void> {
  const graph = (await openMesh(stack)).graph();
  if (output === "json") printJson(graph);
  else process.stdout.write(meshMermaid(graph));
}

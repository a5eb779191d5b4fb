import { meshMermaid, meshSvg, type MeshGraph } from "../../operations/deployment";
import type { PictureFormat } from "../options";
import { printJson } from "../output";
import { openMesh } from "../session";

/** What `isthmus graph` is told. */
export interface GraphFlags {
  readonly stack: string;
  readonly output: PictureFormat;
}

const drawings: Readonly<Record<Exclude<PictureFormat, "json">, (graph: MeshGraph) => string | Promise<string>>> = {
  mermaid: meshMermaid,
  svg: meshSvg,
};

/** `isthmus graph` */
export async function graphVerb({ output, stack }: GraphFlags): Promise<void> {
  const graph = (await openMesh(stack)).graph();
  if (output === "json") printJson(graph);
  else process.stdout.write(await drawings[output](graph));
}

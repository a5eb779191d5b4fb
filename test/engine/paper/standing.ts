import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { MeshConfig } from "../../../topology";
import type { EngineTools } from "../tools";
import { publishRoots } from "./istiod";
import { paperCluster, PaperMesh } from "./mesh";

/** A mesh of these primaries, brought up by the command line, whose istiods have told their workloads the roots. */
export async function standingMesh(tools: EngineTools, sites: readonly string[]): Promise<PaperMesh> {
  const mesh = await PaperMesh.create(tools);
  const clusters = Object.fromEntries(sites.map((site) => [site, paperCluster(site)]));
  const { code, stderr } = await mesh.isthmus({ id: "mesh1", clusters }, "up", "--yes");
  assert.equal(code, 0, stderr);
  for (const site of sites) publishRoots(mesh, site);
  return mesh;
}

/** What the file of a mesh on paper says of its trust. */
export async function trustOf(mesh: PaperMesh): Promise<MeshConfig["trust"]> {
  const text = await readFile(join(mesh.directory, "Pulumi.paper.yaml"), "utf8");
  return (parse(text) as { config: { "isthmus:mesh": MeshConfig } }).config["isthmus:mesh"].trust;
}

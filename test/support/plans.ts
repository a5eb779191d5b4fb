import { parseMesh, planMesh, type MeshConfig, type MeshPlan } from "../../topology";

/** A valid mesh of two primaries on two networks, as the development stack declares it. */
export const twoPrimaries = {
  id: "mesh1",
  istio: { version: "1.31.1", charts: { directory: "charts" } },
  clusters: {
    east: { network: "east", access: { context: "lab-east" } },
    west: { network: "west", access: { context: "lab-west" } },
  },
} satisfies MeshConfig;

/** The plan of a configuration that is known to be valid. */
export function planOf(config: MeshConfig): MeshPlan {
  return planMesh(parseMesh(config));
}

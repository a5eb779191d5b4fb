import type { faultIds } from "../../topology";

/** What can be wrong with a mesh. */
export type FaultId = (typeof faultIds)[number];

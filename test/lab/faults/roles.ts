import { byHand, type LabFault } from "./fault";
import { keep } from "./objects";

/**
 * A fault of a role or its binding in west, which is mended by making it anew as the chart has it. What the chart has is kept
 * before: the lab has no chart repository that `helm upgrade` could ask.
 */
export function roleFault(
  fault: Omit<LabFault, "mend">,
  kind: "clusterrole" | "clusterrolebinding",
  name: string,
): LabFault {
  let restore: (() => Promise<void>) | undefined;
  return {
    ...fault,
    inject: async () => {
      restore = await keep("west", kind, name);
      await fault.inject();
    },
    mend: byHand(/helm upgrade/, "the role of the chart made anew", async () => restore?.()),
  };
}

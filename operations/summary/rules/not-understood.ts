import type { Finding } from "../comparison";
import type { Step } from "../read-preview";
import { because } from "./verb";

/**
 * The risk of what no rule understands: nobody has looked whether traffic goes on, so nobody says that it does. Pure.
 * @param what The change, as a sentence without its end.
 */
export function notUnderstood(what: string, step: Pick<Step, "op" | "replacePaths">): NonNullable<Finding["risk"]> {
  return {
    id: step.op === "replace" ? "other-replaced" : "not-understood",
    severity: "medium",
    traffic: "not-known",
    words: `${what}${step.op === "replace" ? because({ ...step } as Step) : ""}: what follows from that for calls is not known.`,
    advice: "See what depends on it.",
  };
}

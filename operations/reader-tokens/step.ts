import type { ReaderTokensPlan } from "../../topology";
import { datedName } from "../dated-name";
import type { TokenStep } from "./report";

/** The next step of a rotation that the file is in the middle of; undefined where it names one token. Pure. */
export function stepOnward(tokens: ReaderTokensPlan): TokenStep | undefined {
  const newest = tokens.tokens.at(-1);
  if (newest === undefined || tokens.tokens.length < 2) return undefined;
  if (tokens.used !== newest) {
    return {
      kind: "use",
      what: `give the istiods elsewhere ${newest} in place of ${tokens.used}`,
      why: "Both are valid; an istiod goes on with the one until it has read the cluster anew with the other.",
      tokens: tokens.tokens,
      used: newest,
    };
  }
  const former = tokens.tokens.filter((name) => name !== newest);
  return {
    kind: "revoke",
    what: `revoke ${former.join(", ")}`,
    why: `Every istiod has been seen to go by ${newest}.`,
    tokens: [newest],
    used: newest,
  };
}

/**
 * The first step of a rotation. Pure.
 * @param standing Names of tokens that stand, which no other may have.
 */
export function firstStep(tokens: ReaderTokensPlan, standing: readonly string[], now: Date): TokenStep {
  const name = datedName([...tokens.tokens, ...standing], now);
  return {
    kind: "add",
    what: `make the token ${name} beside ${tokens.used}`,
    why: "No istiod is given it yet.",
    tokens: [...tokens.tokens, name],
    used: tokens.used,
  };
}

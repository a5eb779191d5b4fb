import { ConfigurationError, configurationPath, listed, type IntermediateKeysPlan } from "../../../topology";
import { datedName } from "../../dated-name";
import type { RevocationStep } from "./report";

/** How a cluster's keys and the lists stand in the mesh's file. */
export interface KeysStanding {
  readonly cluster: string;
  readonly keys: IntermediateKeysPlan;
  /** `none`: no proxy looks at lists yet. `all`: they have one of the CA that is to come. `lacking`: they have not. */
  readonly lists: "none" | "lacking" | "all";
}

/**
 * All steps from what the file says to the end, where the former key is revoked. Where no proxy looks at lists yet the new
 * key is used at once; else the new CA must be among them first, for a proxy with lists takes no certificate of a CA that it
 * has none of. Pure.
 * @param now By whose day a new key is called.
 * @throws ConfigurationError where the file names more than two keys, of which nobody can say what is to become of them.
 */
export function revocationSteps(standing: KeysStanding, now: Date): RevocationStep[] {
  const { keys } = standing.keys;
  if (keys.length > 2) throw new ConfigurationError([tooManyKeys(standing)]);
  const step = nextStep(standing, now);
  if (step.kind === "revoke") return [step];
  const lists = step.kind === "cover" ? "all" : step.kind === "add" ? "lacking" : standing.lists;
  return [step, ...revocationSteps({ ...standing, keys: step.keys, lists }, now)];
}

/** Whether the file is in the middle of a change of keys. */
export function isUnderWay({ keys }: IntermediateKeysPlan): boolean {
  return keys.length > 1;
}

function nextStep({ cluster, keys: { keys, used }, lists }: KeysStanding, now: Date): RevocationStep {
  const [former = "", newest] = keys;
  if (newest === undefined) {
    const name = datedName(keys, now);
    return lists === "none" ? using(cluster, [former, name], name, "nothing") : adding(cluster, [former, name], used);
  }
  if (used !== newest)
    return lists === "lacking"
      ? covering(cluster, keys, used)
      : using(cluster, keys, newest, lists === "none" ? "nothing" : "all");
  return {
    kind: "revoke",
    awaits: "all",
    keys: { keys: [newest], used: newest },
    what: `Revoke the certificate of ${cluster}'s key ${former}, and drop that key.`,
    why: `No workload presents a certificate that was signed with it; every other CA has a list in which nothing of it is revoked.`,
  };
}

function adding(cluster: string, keys: readonly string[], used: string): RevocationStep {
  return {
    kind: "add",
    awaits: "nothing",
    keys: { keys, used },
    what: `Make another key and certificate for the istiod of ${cluster}, ${keys.at(-1) ?? ""}.`,
    why: "It signs nothing yet.",
  };
}

function covering(cluster: string, keys: readonly string[], used: string): RevocationStep {
  return {
    kind: "cover",
    awaits: "nothing",
    keys: { keys, used },
    what: `Give every proxy a revocation list of ${cluster}'s new CA, in which nothing is revoked.`,
    why: "Proxies look at lists already: without one they would take no certificate that it signs.",
  };
}

function using(
  cluster: string,
  keys: readonly string[],
  used: string,
  awaits: RevocationStep["awaits"],
): RevocationStep {
  return {
    kind: "use",
    awaits,
    keys: { keys, used },
    what: `Let the istiod of ${cluster} sign with another key, ${used}.`,
    why: "Both CAs are under a root that every proxy trusts.",
  };
}

function tooManyKeys({ cluster, keys: { keys } }: KeysStanding): ConfigurationError["problems"][number] {
  return {
    path: configurationPath("trust", "intermediateKeys", cluster, "keys"),
    expected: "one key, or two of which the last one takes the first one's place",
    found: `${String(keys.length)}: ${listed(keys)}`,
    fix: "Take out those that sign nothing, and run `isthmus up`.",
  };
}

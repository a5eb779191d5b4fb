import type { Fault } from "../finding";
import { there } from "../origins";
import { brokenChains, foreignKeys, incompleteAuthorities, lifetimes, missingAuthorities } from "../rules/authority";

/** What can be wrong with the CA that an istiod is given. */
export const authorityFaults: readonly Fault[] = [
  {
    id: "intermediate-missing",
    title: "an istiod is given no CA",
    follows: there("system-namespace-missing"),
    find: missingAuthorities,
  },
  { id: "intermediate-incomplete", title: "a CA is incomplete", follows: [], find: incompleteAuthorities },
  { id: "intermediate-key", title: "the key of a CA is another one's", follows: [], find: foreignKeys },
  {
    id: "certificate-lifetime",
    title: "a certificate of a CA is outside its lifetime",
    follows: [],
    find: lifetimes,
  },
  {
    id: "certificate-chain",
    title: "the chain of a CA does not lead to its root",
    follows: [],
    find: brokenChains,
  },
];

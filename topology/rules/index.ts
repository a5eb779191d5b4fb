import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { atLeastOneCluster, oneContextACluster, size } from "./clusters";
import { hostsThatStay, publishedCharts, publishedImages, supportedIstio } from "./istio";
import type { MeshDraft, Rule } from "./rule";
import { renewalEnds, renewalInTime, rootOutlivesIntermediates, trustDomainOfItsOwn } from "./trust";
import { ownedValuesUntouched, valuesNested } from "./values";

export type { MeshDraft, Rule } from "./rule";

/** Rules whose breach stops everything. */
export const rules: readonly Rule[] = [
  { id: "at-least-one-cluster", about: configurationPath("clusters"), check: atLeastOneCluster },
  { id: "one-context-a-cluster", check: oneContextACluster },
  { id: "root-outlives-intermediates", about: configurationPath("trust"), check: rootOutlivesIntermediates },
  { id: "renewal-ends", about: configurationPath("trust"), check: renewalEnds },
  { id: "supported-istio", check: supportedIstio },
  { id: "published-images", check: publishedImages },
  { id: "published-charts", check: publishedCharts },
  { id: "owned-values", check: ownedValuesUntouched },
  { id: "nested-values", check: valuesNested },
];

/** Rules whose breach works, but probably not as the user wants. */
export const cautions: readonly Rule[] = [
  { id: "renewal-in-time", about: configurationPath("trust"), check: renewalInTime },
  { id: "trust-domain-of-its-own", check: trustDomainOfItsOwn },
  { id: "hosts-that-stay", check: hostsThatStay },
  { id: "size", check: size },
];

/** The problems of every rule that the sound part of a configuration breaks. */
export function brokenRules(mesh: MeshDraft, problemPaths: readonly string[]): readonly Problem[] {
  return apply(rules, mesh, problemPaths);
}

/** What the user should know about a valid mesh before it is built, in the same four parts as a problem. */
export function meshWarnings(mesh: Mesh): readonly Problem[] {
  return apply(cautions, mesh, []);
}

function apply(table: readonly Rule[], mesh: MeshDraft, problemPaths: readonly string[]): readonly Problem[] {
  return table
    .filter(({ about }) => about === undefined || !problemPaths.some((path) => isAtOrBelow(path, about)))
    .flatMap(({ check }) => check(mesh));
}

function isAtOrBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}.`) || path.startsWith(`${root}[`);
}

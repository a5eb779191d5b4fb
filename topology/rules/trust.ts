import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { MeshDraft } from "./rule";

/** The lifetimes with their defaults, which the schema states as well: a test holds the two together. */
export const defaultLifetimes = { rootLifetimeDays: 1825, intermediateLifetimeDays: 365, renewBeforeDays: 90 } as const;

function lifetimes(mesh: MeshDraft): {
  rootLifetimeDays: number;
  intermediateLifetimeDays: number;
  renewBeforeDays: number;
} {
  return {
    rootLifetimeDays: mesh.trust?.rootLifetimeDays ?? defaultLifetimes.rootLifetimeDays,
    intermediateLifetimeDays: mesh.trust?.intermediateLifetimeDays ?? defaultLifetimes.intermediateLifetimeDays,
    renewBeforeDays: mesh.trust?.renewBeforeDays ?? defaultLifetimes.renewBeforeDays,
  };
}

export function rootOutlivesIntermediates(mesh: MeshDraft): readonly Problem[] {
  const { rootLifetimeDays, intermediateLifetimeDays } = lifetimes(mesh);
  if (rootLifetimeDays > intermediateLifetimeDays) return [];
  return [
    {
      path: configurationPath("trust", "rootLifetimeDays"),
      expected: `more days than the intermediates live, ${intermediateLifetimeDays}`,
      found: `the number ${rootLifetimeDays}`,
      fix: "Let the root live longer or the intermediates shorter: a chain ends when its root does.",
    },
  ];
}

export function renewalEnds(mesh: MeshDraft): readonly Problem[] {
  const { intermediateLifetimeDays, renewBeforeDays } = lifetimes(mesh);
  if (renewBeforeDays < intermediateLifetimeDays) return [];
  return [
    {
      path: configurationPath("trust", "renewBeforeDays"),
      expected: `fewer days than the intermediates live, ${intermediateLifetimeDays}`,
      found: `the number ${renewBeforeDays}`,
      fix: "Make it smaller: as it is, every `pulumi up` would renew every intermediate again.",
    },
  ];
}

export function renewalInTime(mesh: MeshDraft): readonly Problem[] {
  if (lifetimes(mesh).renewBeforeDays > 0) return [];
  return [
    {
      path: configurationPath("trust", "renewBeforeDays"),
      expected: "at least one day",
      found: "the number 0",
      fix: "Make it larger: with 0 an intermediate is renewed only after it has expired, when calls already fail.",
    },
  ];
}

export function trustDomainOfItsOwn(mesh: MeshDraft): readonly Problem[] {
  if (mesh.trustDomain !== "cluster.local") return [];
  return [
    {
      path: configurationPath("trustDomain"),
      expected: "a trust domain of the mesh's own",
      found: describeFound(mesh.trustDomain),
      fix: "Remove it to take `<id>.internal`: identities of two meshes in `cluster.local` cannot be told apart, and a later change issues every identity anew.",
    },
  ];
}

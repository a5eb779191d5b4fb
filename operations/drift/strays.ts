/** What stands in a cluster and that no stack applied. Pure. */

import {
  intermediateCaSecret,
  remoteSecretLabel,
  isMeshNamespace,
  isOwned,
  systemNamespace,
  type IntermediateOrigin,
} from "../../topology";
import { sampleLabels } from "../verify/sample-manifests";
import type { DriftFinding } from "./finding";
import { referenceTo, type ObjectReference } from "./object-reference";

/** An object as a list of the API server has it, with the kind that such a list leaves out. */
export interface ListedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** Why something that is marked as ours, and that no stack knows, may stand. */
export interface KeptStray {
  readonly id: string;
  readonly is: (object: ListedObject) => boolean;
  readonly reason: string;
}

/** Strays that are no drift. */
export const keptStrays: readonly KeptStray[] = [
  {
    id: "sample",
    is: ({ metadata }) => Object.entries(sampleLabels).every(([label, value]) => metadata?.labels?.[label] === value),
    reason: "The sample of `isthmus verify`, which removes it, or the next run does.",
  },
  {
    id: "kept-namespace",
    is: ({ kind, metadata }) => kind === "Namespace" && isMeshNamespace(metadata?.labels),
    reason: "A namespace that was taken out of the configuration is kept with what is in it.",
  },
];

/** Secrets of the system namespace by which istiod goes, whoever made them. */
const steering: readonly {
  readonly is: (object: ListedObject) => boolean;
  readonly found: string;
  readonly remedy: string;
}[] = [
  {
    is: ({ metadata }) => metadata?.labels?.[remoteSecretLabel] === "true",
    found: "a remote secret that is not ours: istiod reads the clusters that it names",
    remedy: "If nobody needs it, delete it. Clusters of the mesh belong into the configuration.",
  },
  {
    is: ({ metadata }) => metadata?.name === intermediateCaSecret,
    found: "a CA that is not ours: an istiod that starts here signs with it",
    remedy: "If nobody needs it, delete it.",
  },
];

/**
 * What nobody applied.
 * @param listed Objects that are marked as ours, and Secrets of the system namespace.
 * @param isApplied Whether a stack or a release of ours made an object.
 * @param intermediate Who keeps the CA of the cluster's istiod: only where the mesh does, another `cacerts` counts.
 */
export function straysAmong(
  cluster: string,
  listed: readonly ListedObject[],
  isApplied: (object: ObjectReference) => boolean,
  intermediate: IntermediateOrigin = "made",
): DriftFinding[] {
  return listed.flatMap((object): DriftFinding[] => {
    const reference = referenceTo(object);
    if (isApplied(reference)) return [];
    const about = { cluster, object: reference, path: "", expected: "nothing" };
    if (isOwned(object.metadata?.labels)) {
      if (keptStrays.some(({ is }) => is(object))) return [];
      const found = "it, marked as ours, and no stack knows it";
      const remedy =
        "If another stack made it, compare that one. Else delete it, or take the label app.kubernetes.io/managed-by from it.";
      return [{ ...about, kind: "stray", severity: "drift", found, remedy }];
    }
    const row = reference.namespace === systemNamespace ? steering.find(({ is }) => is(object)) : undefined;
    if (row === undefined) return [];
    if (intermediate !== "made" && object.metadata?.name === intermediateCaSecret) return [];
    return [{ ...about, kind: "foreign", severity: "warning", found: row.found, remedy: row.remedy }];
  });
}

import { intermediateOrigin, sitesOf, type MeshPlan, type Problem } from "../../topology";
import {
  connect,
  unresolvedClient,
  type ClusterClient,
  type ClusterReach,
  type Environment,
  type NamedReach,
} from "../../access";
import type { RawState } from "../../engine/state";
import { Manifests } from "./applied/manifest";
import { appliedIn } from "./applied/state";
import { ClusterComparison } from "./cluster";
import type { ClusterDrift } from "./finding";
import { limited } from "../limited";
import { repairObjects, type RepairResult } from "./repair";
import { report, type DriftReport } from "./report";

/** What {@link findDrift} is told. */
export interface DriftOptions {
  /** Name of the stack, or of the environment whose stacks make up the mesh: for the words. */
  readonly stack: string;
  readonly plan: MeshPlan;
  /** States of all stacks that make up the mesh, as Pulumi exports them with secrets shown. */
  readonly states: readonly RawState[];
  /** How each cluster is reached, by name. */
  readonly access: ReadonlyMap<string, ClusterReach>;
  /** Why others cannot be addressed at all. Default: all can. */
  readonly unresolved?: ReadonlyMap<string, Problem>;
  /** Where proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Environment;
  /** Clusters that are looked at at once. Default: 8, by which some 10 MiB of objects are in memory. */
  readonly atOnce?: number;
  /** Told in words of every cluster when it is done. */
  readonly onProgress?: (words: string) => void;
  /** How a cluster is reached. Default: {@link connect}. */
  readonly connectTo?: (reach: NamedReach, environment?: Environment) => ClusterClient;
  /** Ends it early, with the reason that the signal gives. */
  readonly signal?: AbortSignal;
}

/** A mesh that was compared with what was applied to it. */
export interface MeshComparison {
  readonly report: DriftReport;
  /**
   * Puts back what differs: fields of all objects that were applied, and those objects of Helm releases that are gone. An
   * object that has changed since it was compared is left alone, and so are objects of the stack itself that are gone
   * (`isthmus up --refresh` makes them again, with what depends on them), releases that somebody has upgraded, and
   * whatever was never applied.
   */
  readonly repair: () => Promise<RepairResult[]>;
}

/**
 * Compares what stands in the clusters with what was applied to them. Changes nothing. A cluster that does not answer is
 * a finding, and holds up no other.
 */
export async function findDrift(options: DriftOptions): Promise<DriftReport> {
  return (await compareMesh(options)).report;
}

/** The same for who may want to put it back. */
export async function compareMesh(options: DriftOptions): Promise<MeshComparison> {
  const {
    access,
    atOnce = 8,
    connectTo = connect,
    onProgress = () => undefined,
    plan,
    signal,
    stack,
    unresolved = new Map<string, Problem>(),
  } = options;
  const applied = appliedIn(options.states);
  const clientOf = (name: string): ClusterClient => {
    const problem = unresolved.get(name);
    if (problem !== undefined) return unresolvedClient(name, problem);
    const found = access.get(name);
    if (found === undefined) throw new RangeError(`no access to cluster ${name}`);
    return connectTo({ ...found, name }, options.environment);
  };
  const manifests = new Manifests();
  const clusters = await limited(atOnce, sitesOf(plan), async ({ name, path }) => {
    signal?.throwIfAborted();
    const client = clientOf(name);
    const intermediate = intermediateOrigin(plan, name);
    const drift = await new ClusterComparison(client, applied, { stack, site: path, manifests, intermediate }).run();
    onProgress(progressOf(drift));
    return { drift, client };
  });
  const described = sitesOf(plan).map(({ name }) => name);
  const known = [...applied.objects, ...applied.releases].map(({ cluster }) => cluster);
  const removed = [...new Set(known)].filter((name) => !described.includes(name)).sort();
  const all = [...clusters.map(({ drift }) => drift), ...removed.map((name) => noLongerDescribed(name, stack))];
  return {
    report: report(stack, all, applied.isUnfinished),
    repair: async () => {
      const results = await limited(atOnce, clusters, async ({ client, drift: { repairs } }) => {
        signal?.throwIfAborted();
        const done = await repairObjects(client, repairs);
        for (const result of done) onProgress(repairWords(result));
        return done;
      });
      return results.flat();
    },
  };
}

function repairWords({ cluster, object, trouble }: RepairResult): string {
  return `${cluster}: ${object} ${trouble === undefined ? "put back" : `not put back: ${trouble}`}`;
}

function progressOf({ cluster, findings, objects }: ClusterDrift): string {
  const drifted = findings.filter(({ severity }) => severity === "drift").length;
  if (findings.some(({ kind }) => kind === "unreachable")) return `${cluster}: cannot be asked`;
  return `${cluster}: ${objects} objects, ${drifted === 0 ? "as applied" : `${drifted} differences`}`;
}

/** By the configuration alone nobody knows how to reach it. */
function noLongerDescribed(cluster: string, stack: string): ClusterDrift {
  return {
    cluster,
    objects: 0,
    repairs: [],
    findings: [
      {
        cluster,
        kind: "unreachable",
        severity: "drift",
        path: "",
        expected: "a cluster of the configuration",
        found: "one that the stack still has and the configuration does not",
        remedy: `Run \`isthmus up --stack ${stack}\`: it takes the mesh out of it.`,
      },
    ],
  };
}

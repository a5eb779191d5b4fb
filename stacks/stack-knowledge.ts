import { knownAs, type KnowledgeReader, type KnownState, type StackKnowledge } from "../preflight";
import { firstRoot, meshName, rootCalled } from "../topology";
import { fingerprintsIn } from "../trust";
import { nameOf, type ExportedState, type StateResource } from "../engine/state";
import type { LastOutputs } from "./last-outputs";
import { isSystemNamespace, providerName } from "./recovery";

/** What the program's own stack knows; its state is read where the outputs do not tell enough. */
export function ownKnowledge(
  last: LastOutputs,
  readState: () => Promise<ExportedState>,
  part?: { readonly name: string; readonly roots: readonly string[] },
): KnowledgeReader {
  return async (source) => {
    const knowledge = knowledgeOf(last, source === "state" ? await readState() : undefined, part?.roots);
    return part === undefined ? knowledge : ofOnePart(knowledge, part.name);
  };
}

/**
 * What the stack of one part knows of its one cluster, whatever that was called: a renaming may have begun, or been taken
 * back. Pure.
 */
export function ofOnePart({ clusters, ...rest }: StackKnowledge, part: string): StackKnowledge {
  const [former] = [...clusters.keys()].filter((name) => name !== part);
  const known = knownAs({ clusters, ...rest }, { name: part, replaces: former });
  return { ...rest, clusters: new Map(known === undefined ? [] : [[part, known]]) };
}

/**
 * What a stack knows of its clusters, as its outputs and its state say. Pure.
 * @param state Undefined where it was not read.
 * @param roots Fingerprints of the mesh's roots that are known beside, from the stack of the trust for one.
 */
export function knowledgeOf(
  last: LastOutputs,
  state: ExportedState | undefined,
  roots: readonly string[] = [],
): StackKnowledge {
  const said = { ...last.controlPlanes, ...last.clusters };
  const { requests } = last.trust;
  const names = new Set([
    ...Object.keys(said),
    ...Object.keys(requests),
    ...(state === undefined ? [] : clustersOf(state)),
  ]);
  const { roots: lastRoots = [], rootFingerprint: ownRoot } = last.mesh;
  return {
    clusters: new Map(
      [...names].map((name) => {
        const uid = last.clusters[name]?.uid ?? last.controlPlanes[name]?.uid;
        const request = requests[name];
        const issuerRoot = last.controlPlanes[name]?.intermediate?.root;
        return [
          name,
          {
            belongs: Object.hasOwn(said, name),
            ...(uid === undefined ? {} : { uid }),
            ...(issuerRoot === undefined ? {} : { issuerRoot }),
            ...(request === undefined ? {} : { request }),
            ...(state === undefined ? {} : { state: stateOf(state, name) }),
          },
        ];
      }),
    ),
    roots: [
      ...new Set([
        ...(ownRoot === undefined ? [] : [ownRoot]),
        ...lastRoots.map(({ fingerprint }) => fingerprint),
        ...roots,
        ...rootsIn(state).map(({ fingerprint }) => fingerprint),
      ]),
    ],
    generatedRoots: new Map([...generatedIn(last), ...rootsIn(state)].map((root) => [root.name, root.fingerprint])),
  };
}

/** A root that the stack made. */
interface KnownRoot {
  readonly name: string;
  readonly fingerprint: string;
}

/** What the outputs say of them. Before there could be several they said of the only one no more than the fingerprint. */
function generatedIn({ mesh: { rootFingerprint, roots } }: LastOutputs): KnownRoot[] {
  if (roots === undefined)
    return rootFingerprint === undefined ? [] : [{ name: firstRoot, fingerprint: rootFingerprint }];
  return roots.flatMap(({ name, fingerprint }) => (name === undefined ? [] : [{ name, fingerprint }]));
}

/** Clusters that a state has objects of, or in which an update had begun something. */
function clustersOf(state: ExportedState): string[] {
  return resourcesIn(state).flatMap(({ provider }) => providerName(provider) ?? []);
}

function resourcesIn({ resources = [], pending_operations: operations = [] }: ExportedState): StateResource[] {
  return [...resources, ...operations.map(({ resource }) => resource)];
}

function stateOf(state: ExportedState, cluster: string): KnownState {
  const isOf = ({ provider }: StateResource): boolean => providerName(provider) === cluster;
  const made = (state.resources ?? []).find(
    // What was replaced waits there for its deletion, before or after what came in its place.
    (resource) => resource.delete !== true && isOf(resource) && isSystemNamespace(resource),
  );
  const begun = (state.pending_operations ?? []).some(({ resource }) => isOf(resource) && isSystemNamespace(resource));
  const systemUid = textAt(made?.outputs, "metadata", "uid");
  const [istioTag] = (state.resources ?? [])
    .filter((resource) => resource.delete !== true && isOf(resource))
    .flatMap(({ inputs }) => textAt(inputs, "values", "global", "tag") ?? []);
  return {
    holds: resourcesIn(state).some(isOf) ? "something" : "nothing",
    systemNamespace: made !== undefined ? "made" : begun ? "begun" : "none",
    ...(systemUid === undefined ? {} : { systemUid }),
    ...(istioTag === undefined ? {} : { istioTag }),
  };
}

/**
 * The roots that the state has: outputs are written when an update has ended, and the first one may have been killed. One
 * that was replaced and waits for its deletion comes before the one in its place.
 */
function rootsIn(state: ExportedState | undefined): KnownRoot[] {
  const found = (state?.resources ?? []).filter(
    ({ type, urn }) => type === "tls:index/selfSignedCert:SelfSignedCert" && urn.includes("$isthmus:index:RootCa$"),
  );
  const replaced = found.filter((resource) => resource.delete === true);
  return [...replaced, ...found.filter((resource) => resource.delete !== true)].flatMap(({ outputs, parent = "" }) => {
    const name = rootCalled(nameOf(parent), meshName) ?? firstRoot;
    return fingerprintsIn(textAt(outputs, "certPem") ?? "").map((fingerprint) => ({ name, fingerprint }));
  });
}

function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = keys.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
  return typeof found === "string" ? found : undefined;
}

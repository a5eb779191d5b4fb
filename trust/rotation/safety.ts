import { verifies, type Bundle, type Issuer } from "./handshake";
import {
  possibleBundles,
  possibleIssuers,
  type Change,
  type ClusterStanding,
  type MeshStanding,
  type Possible,
} from "./standing";

/** A handshake that fails: the smallest thing that shows why a change, or a mesh as it stands, loses calls. */
export interface Counterexample {
  /** Where the leaf is presented, and who signed it. */
  readonly presents: { readonly cluster: string; readonly issuer: Issuer };
  /** Where it is refused, and which roots are trusted there. */
  readonly refuses: { readonly cluster: string; readonly bundle: Bundle };
  /** The same as a sentence, key ids shortened to what tells them apart. */
  readonly words: string;
}

/** How key ids are called in words. Default: their first eight digits. */
export type Naming = (keyId: string) => string;

const shortened: Naming = (keyId) => keyId.slice(0, 11);

/**
 * Whether a change can lose calls, whatever lags meanwhile: a workload keeps its leaf until it renews it, a proxy its
 * bundle until it hears of another, each in its own time. Between every two clusters, and within each, every leaf that
 * may be presented is held against every bundle that it may meet. What fails without the change as well is not blamed on
 * it ({@link broken}), so that what mends a mesh is not refused.
 * @returns The simplest handshake that the change may break; undefined when it is safe.
 */
export function unsafe(mesh: MeshStanding, change: Change, naming: Naming = shortened): Counterexample | undefined {
  return simplest(
    meetings(mesh, change).filter((meeting) => fails(meeting) && !fails(withoutChange(meeting))),
    naming,
  );
}

/** Whether calls may be lost as the mesh stands, when nothing is changed. @returns The simplest handshake that fails. */
export function broken(mesh: MeshStanding, naming: Naming = shortened): Counterexample | undefined {
  return simplest(meetings(mesh, new Map()).filter(fails), naming);
}

/** A leaf of one cluster and a bundle of another, or of the same. */
interface Meeting {
  readonly presenting: ClusterStanding;
  readonly refusing: ClusterStanding;
  readonly leaf: Possible<Issuer>;
  readonly bundle: Possible<Bundle>;
}

function meetings(mesh: MeshStanding, change: Change): Meeting[] {
  return mesh.flatMap((presenting) =>
    mesh.flatMap((refusing) =>
      possibleIssuers(presenting, change).flatMap((leaf) =>
        possibleBundles(refusing, change).map((bundle) => ({ presenting, refusing, leaf, bundle })),
      ),
    ),
  );
}

function fails({ leaf, bundle }: Meeting): boolean {
  return !verifies(bundle.thing, leaf.thing);
}

/** The same two, with what their istiods give today in place of what they would give. */
function withoutChange(meeting: Meeting): Meeting {
  const { presenting, refusing, leaf, bundle } = meeting;
  const { issuer } = presenting.configuration;
  const { roots } = refusing.configuration;
  return {
    ...meeting,
    leaf: leaf.from === "changed" ? { thing: issuer, from: "configured" } : leaf,
    bundle: bundle.from === "changed" ? { thing: roots, from: "configured" } : bundle,
  };
}

/** What shows itself already convinces more than what may come, and two clusters more than one with itself. */
function simplest(failing: readonly Meeting[], naming: Naming): Counterexample | undefined {
  const [first] = [...failing].sort((one, other) => assumed(one) - assumed(other));
  return first === undefined ? undefined : counterexample(first, naming);
}

const assumptions = { seen: 0, configured: 1, changed: 2 } as const;

function assumed({ leaf, bundle, presenting, refusing }: Meeting): number {
  return 2 * (assumptions[leaf.from] + assumptions[bundle.from]) + (presenting === refusing ? 1 : 0);
}

function counterexample({ presenting, refusing, leaf, bundle }: Meeting, naming: Naming): Counterexample {
  const [from, to] = [presenting.cluster, refusing.cluster];
  const { keyId, anchors } = leaf.thing;
  const reached = anchors.map(({ root, tooLong }) => naming(root) + (tooLong ? " (too long a chain for it)" : ""));
  const leads = reached.length === 0 ? "leads to no known root" : `leads to ${reached.join(" and ")}`;
  const trusted = bundle.thing.length === 0 ? "nothing" : bundle.thing.map(naming).join(" and ");
  return {
    presents: { cluster: from, issuer: leaf.thing },
    refuses: { cluster: to, bundle: bundle.thing },
    words:
      `a workload in ${from} whose certificate ${has[leaf.from]} signed by ${naming(keyId)}, which ${leads}, ` +
      `meets a proxy in ${to} that ${trusts[bundle.from]} ${trusted}`,
  };
}

const has = { seen: "is", configured: "will be", changed: "would be" } as const;
const trusts = { seen: "trusts", configured: "will trust", changed: "would trust" } as const;

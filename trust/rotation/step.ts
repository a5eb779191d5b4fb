import { sameIssuer, verifies, type Anchor, type Bundle, type Issuer, type Root } from "./handshake";
import { unsafe, type Counterexample, type Naming } from "./safety";
import { configurationsOf, isSettled, type Change, type Configuration, type MeshStanding } from "./standing";
import { uptakeOf, type Uptake } from "./uptake";

/** Where a rotation ends: every istiod with this root alone, and its intermediate below it. */
export interface Goal {
  readonly root: Root;
  /** The intermediate of each istiod in the end, by its cluster. */
  readonly issuers: ReadonlyMap<string, Issuer>;
  /**
   * The same intermediates with the cross-signed certificate in their chains: the new root's key certified by the old
   * one. Default: none, and every proxy learns to trust both roots before the first new leaf.
   */
  readonly crossSigned?: ReadonlyMap<string, Issuer>;
  /**
   * `hastened`: the new root comes first where leaves below it are issued. An istiod with ISTIO_MULTIROOT_MESH tells its
   * proxies of every change of root-cert.pem, were it the order alone, and those with PROXY_CONFIG_XDS_AGENT then renew
   * their leaves within seconds. Default: `awaited`, until half of a leaf's lifetime is over, and no istiod needs more
   * than to read its new intermediate.
   */
  readonly renewal?: "awaited" | "hastened";
}

/**
 * What a step does:
 * - `trust`: proxies learn to trust the new root beside the old ones;
 * - `issue`: one istiod signs with its intermediate below the new root;
 * - `distrust`: the old roots are trusted no more;
 * - `shorten`: the cross-signed certificate leaves the chains.
 */
export type StepKind = "trust" | "issue" | "distrust" | "shorten";

/** One change on the way, an ordinary update. */
export interface Step {
  readonly kind: StepKind;
  readonly change: Change;
  /** What the istiods that it changes need to take it up: the most that one of them needs. */
  readonly uptake: Uptake;
}

/** A cluster in which something has not followed yet. */
export interface Lag {
  readonly cluster: string;
  /** `roots`: proxies that have other roots than their istiod gives; `leaves`: workloads whose leaves are of another issuer. */
  readonly what: "roots" | "leaves";
}

/** What is next on the way to a goal. */
export type Next =
  | { readonly kind: "step"; readonly step: Step }
  /** The step is known and not safe yet: some clusters lag, and this is what would fail. */
  | { readonly kind: "wait"; readonly step: Step; readonly until: Counterexample; readonly lags: readonly Lag[] }
  /** Every istiod is as it is to be; what lags follows by itself. */
  | { readonly kind: "done"; readonly lags: readonly Lag[] };

/**
 * What is next, from where the clusters stand and nothing else: whoever asks again after a kill, after changes by hand or
 * after another has gone on with it is told the same. To go back is to go to the old root: the same steps, from here.
 * @throws RangeError where the goal has no issuer for an istiod of the mesh, or one that does not lead to its root.
 */
export function nextStep(mesh: MeshStanding, goal: Goal, naming?: Naming): Next {
  checkGoal(mesh, goal);
  const step = stepToward(mesh, goal);
  const lags = lagsOf(mesh);
  if (step === undefined) return { kind: "done", lags };
  const until = unsafe(mesh, step.change, naming);
  return until === undefined ? { kind: "step", step } : { kind: "wait", step, until, lags };
}

/** What has not followed its istiod yet. */
function lagsOf(mesh: MeshStanding): Lag[] {
  return mesh.flatMap((standing): Lag[] => {
    const { cluster, configuration } = standing;
    const roots = isSettled({ ...standing, leaves: [configuration.issuer] });
    const leaves = isSettled({ ...standing, bundles: [configuration.roots] });
    return [
      ...(roots ? [] : [{ cluster, what: "roots" as const }]),
      ...(leaves ? [] : [{ cluster, what: "leaves" as const }]),
    ];
  });
}

function stepToward(mesh: MeshStanding, goal: Goal): Step | undefined {
  return issuing(mesh, goal) ?? trusting(mesh, goal) ?? distrusting(mesh, goal) ?? shortening(mesh, goal);
}

/** One istiod after the other: what is wrong with an intermediate shows in one cluster. */
function issuing(mesh: MeshStanding, goal: Goal): Step | undefined {
  const next = changes(mesh, goal, ({ issuer, roots }, final, crossSigned) =>
    sameIssuer(issuer, final) || (crossSigned !== undefined && sameIssuer(issuer, crossSigned))
      ? undefined
      : { issuer: crossSigned ?? final, roots: goal.renewal === "hastened" ? withFirst(goal.root, roots) : roots },
  ).slice(0, 1);
  if (next.length === 0) return undefined;
  // Trust comes first wherever some proxy does not, or will not, accept the new leaves.
  const accepted = next.every(([, { issuer }]) =>
    mesh.every((standing) => verifies(standing.configuration.roots, issuer)),
  );
  return accepted ? stepOf(mesh, "issue", next) : (trusting(mesh, goal) ?? stepOf(mesh, "issue", next));
}

/** The same roots, this one first if it is among them. */
function withFirst(first: Root, roots: Bundle): Bundle {
  return [...roots.filter((root) => root === first), ...roots.filter((root) => root !== first)];
}

/** Where leaves are refused as it is, the roots that they lead to are trusted as well: a mesh in two halves is one again. */
function trusting(mesh: MeshStanding, goal: Goal): Step | undefined {
  const met = mesh.flatMap(({ configuration, leaves }) => [configuration.issuer, ...leaves]);
  return stepOf(
    mesh,
    "trust",
    changes(mesh, goal, ({ roots }) => {
      const refused = met.filter((issuer) => !verifies(roots, issuer)).flatMap(({ anchors }) => usable(anchors));
      const more = new Set([goal.root, ...refused].filter((root) => !roots.includes(root)));
      return more.size === 0 ? undefined : { roots: [...roots, ...more] };
    }),
  );
}

function usable(anchors: readonly Anchor[]): Root[] {
  return anchors.flatMap(({ root, tooLong }) => (tooLong === true ? [] : [root])).slice(0, 1);
}

function distrusting(mesh: MeshStanding, goal: Goal): Step | undefined {
  return stepOf(
    mesh,
    "distrust",
    changes(mesh, goal, ({ roots }) =>
      roots.every((root) => root === goal.root) ? undefined : { roots: [goal.root] },
    ),
  );
}

function shortening(mesh: MeshStanding, goal: Goal): Step | undefined {
  return stepOf(
    mesh,
    "shorten",
    changes(mesh, goal, ({ issuer }, final) => (sameIssuer(issuer, final) ? undefined : { issuer: final })),
  );
}

function changes(
  mesh: MeshStanding,
  { issuers, crossSigned }: Goal,
  changed: (had: Configuration, final: Issuer, crossSigned?: Issuer) => Partial<Configuration> | undefined,
): [string, Configuration][] {
  return [...configurationsOf(mesh)].flatMap(([controlPlane, had]): [string, Configuration][] => {
    const final = issuers.get(controlPlane);
    const to = final && changed(had, final, crossSigned?.get(controlPlane));
    return to === undefined ? [] : [[controlPlane, { ...had, ...to }]];
  });
}

const uptakes: readonly Uptake[] = ["unchanged", "live", "multi-root", "restart"];

function stepOf(
  mesh: MeshStanding,
  kind: StepKind,
  changed: readonly (readonly [string, Configuration])[],
): Step | undefined {
  if (changed.length === 0) return undefined;
  const had = configurationsOf(mesh);
  const needed = changed.map(([controlPlane, to]) => uptakes.indexOf(uptakeOf(had.get(controlPlane) ?? to, to)));
  return { kind, change: new Map(changed), uptake: uptakes[Math.max(...needed)] ?? "restart" };
}

function checkGoal(mesh: MeshStanding, { root, issuers, crossSigned }: Goal): void {
  for (const controlPlane of configurationsOf(mesh).keys()) {
    for (const issuer of [issuers.get(controlPlane), crossSigned?.get(controlPlane)]) {
      if (issuer === undefined && issuers.has(controlPlane)) continue;
      if (issuer === undefined) throw new RangeError(`the goal has no issuer for the istiod of ${controlPlane}`);
      if (!verifies([root], issuer))
        throw new RangeError(`the issuer of ${controlPlane} does not lead to the goal's root`);
    }
  }
}

import { firstRoot, generatedRootsOf, listed, signingRootsOf } from "../../../topology";
import { isMere, type Comparison, type Finding } from "../comparison";
import type { Step } from "../read-preview";
import { notUnderstood } from "./not-understood";
import { because } from "./verb";

/** What becomes of a root CA of a mesh that stands: `kept` where its certificate stays. */
type Fate = "kept" | "made-beside" | "dropped" | "replaced";

/** The root CAs of the mesh, each by itself. */
export function rootChanges(mesh: Comparison): Finding[] {
  const roots = [...rootSteps(mesh)];
  const all = roots.flatMap(([, steps]) => steps);
  if (mesh.plan.trust.root !== "generated" && all.some(({ op }) => op === "delete")) return [ownRootGoes(all)];
  const replaced = roots.flatMap(([root, steps]) => (fateOf(mesh, root, steps) === "replaced" ? steps : []));
  if (replaced.length > 0) return [replacement(replaced, all)];
  return roots.flatMap(([root, steps]) => {
    const fate = fateOf(mesh, root, steps);
    if (fate === "made-beside") return [madeBeside(mesh, root, steps)];
    return fate === "dropped" ? [drop(root, steps)] : keeping(steps);
  });
}

/** Whether the mesh gets another root certificate in place of one that it lives by. */
export function isRootReplaced(mesh: Comparison): boolean {
  return [...rootSteps(mesh)].some(([root, steps]) => fateOf(mesh, root, steps) === "replaced");
}

/** Whether workloads are to trust one root more, or less, and live by none that is another. */
export function rootsAreOthers(mesh: Comparison): boolean {
  const fates = [...rootSteps(mesh)].map(([root, steps]) => fateOf(mesh, root, steps));
  return !fates.includes("replaced") && fates.some((fate) => fate !== "kept");
}

/** What is done to each of the roots, by its name. */
function rootSteps({ preview }: Comparison): Map<string, Step[]> {
  const steps = preview.steps.filter((step) => step.subject.component === "root CA" && !isMere(step));
  return Map.groupBy(steps, ({ subject }) => subject.root ?? firstRoot);
}

function fateOf(mesh: Comparison, root: string, steps: readonly Step[]): Fate {
  const isAll = (op: Step["op"]): boolean => steps.every((step) => step.op === op);
  if (steps.some(({ op }) => op === "replace")) return "replaced";
  if (steps.some(({ op }) => op === "delete")) return isAll("delete") && isIdle(mesh, root) ? "dropped" : "replaced";
  // A new mesh has no root yet that another could take the place of.
  if (!steps.some(({ op }) => op === "create") || mesh.preview.standing.size === 0) return "kept";
  return isAll("create") && !signingRootsOf(mesh.plan).has(root) ? "made-beside" : "replaced";
}

/** Whether a root that the mesh is to have no more is known to have signed nothing since the last update. */
function isIdle({ last, plan }: Comparison, root: string): boolean {
  if (plan.trust.root !== "generated" || generatedRootsOf(plan).includes(root)) return false;
  const fingerprint = last.mesh.roots.find(({ name }) => name === root)?.fingerprint;
  const issuers = Object.values(last.controlPlanes).map(({ intermediate }) => intermediate?.root);
  return fingerprint !== undefined && !issuers.includes(undefined) && !issuers.includes(fingerprint);
}

/** The mesh goes over to certificates from elsewhere: that its root is trusted as long as it must be was judged before. */
function ownRootGoes(explains: readonly Step[]): Finding {
  const words = "the stack keeps no root CA of its own any more";
  return {
    change: { id: "root", words },
    risk: {
      id: "root-key-removed",
      severity: "medium",
      traffic: "not-interrupted",
      words: `${words}: its key is gone for good, and with it the way back to that root.`,
      advice: "Do it when every workload has a certificate under the new root: `isthmus trust status` says so.",
    },
    explains,
  };
}

function madeBeside({ plan }: Comparison, root: string, steps: readonly Step[]): Finding {
  const others = generatedRootsOf(plan).filter((name) => name !== root);
  const words = `the root CA ${root} is made, and trusted beside ${listed(others)}`;
  return { change: { id: "root", words }, explains: steps };
}

function drop(root: string, steps: readonly Step[]): Finding {
  const words = `the root CA ${root}, which signs nothing any more, is removed`;
  return {
    change: { id: "root", words },
    risk: {
      id: "root-dropped",
      severity: "medium",
      traffic: "not-known",
      words: `The root CA ${root} is trusted no more and its key is gone: calls fail from workloads whose certificates still lead to it.`,
      advice:
        "Merge it once every workload has a certificate that leads to another root: `isthmus trust status` says so.",
    },
    explains: steps,
  };
}

function keeping(steps: readonly Step[]): Finding[] {
  const others = steps.filter(({ op }) => op === "update");
  const unknown = steps.filter(({ op }) => op === "other");
  const words = "the record of the root CA changes; its certificate stays";
  return [
    ...(others.length === 0 ? [] : [{ change: { id: "root", words }, explains: others } as const]),
    ...unknown.map((step): Finding => {
      const said = `the root CA ${step.subject.part ?? ""} changes`;
      return { change: { id: "root", words: said }, risk: notUnderstood(said, step), explains: [step] };
    }),
  ];
}

function replacement(replaced: readonly Step[], explains: readonly Step[]): Finding {
  return {
    change: { id: "root", words: "the root changes: every workload is affected" },
    risk: {
      id: "root-replaced",
      severity: "high",
      traffic: "interrupted",
      words: `The root CA is replaced${replaced.map(because).find((words) => words !== "") ?? ""}: every workload of every cluster trusts the former one alone until it is restarted, and calls between old and new fail.`,
      advice: "Do not merge it, unless you mean to restart everything at once; find out what makes it change.",
    },
    explains,
  };
}

import type { RotationReport } from "../operations/deployment";

/** What a person is told of a change of roots: where it stands, what is next and why it is safe, what is left. Pure. */
export function rotationLines({ goal, mesh, readiness, roots, steps }: RotationReport): string[] {
  const [next, ...later] = steps;
  const heading = `mesh ${mesh} has ${roots.length === 1 ? "the root" : "the roots"} ${roots.join(", ")}`;
  const standing = standingLines(readiness);
  if (goal === undefined)
    return [`${heading}; no change of roots is under way.`, ...standing, "`--to` with a new name begins one."];
  const isDone = next === undefined && readiness.kind === "ready";
  if (isDone) return [`${heading}; nothing is left to do.`];
  return [
    `${heading}; on the way to ${goal}, ${updates(steps.length)}.`,
    ...standing,
    ...(next === undefined ? [] : [`next   ${next.what}`, `       ${next.why}`]),
    ...later.map(({ what }) => `then   ${what}`),
  ];
}

function standingLines(readiness: RotationReport["readiness"]): string[] {
  switch (readiness.kind) {
    case "ready":
      return [];
    case "broken":
      return readiness.words.map((words) => `Calls fail as it stands: ${words}`);
    case "unapplied":
      return readiness.words.map((words) => `update ${words}`);
    case "following":
      return readiness.words.map((words) => `wait   ${words}`);
  }
}

function updates(count: number): string {
  if (count === 0) return "all updates done";
  return count === 1 ? "1 update to go" : `${String(count)} updates to go`;
}

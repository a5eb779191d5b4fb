import type { RotationReport } from "../operations/deployment";

/** What a person is told of a change of roots: where it stands, what is next and why it is safe, what is left. Pure. */
export function rotationLines({ elsewhere, goal, mesh, readiness, roots, steps }: RotationReport): string[] {
  if (elsewhere !== undefined) return elsewhereLines(mesh, elsewhere, readiness);
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

/** Of roots that come from elsewhere the steps are their owner's. */
function elsewhereLines(
  mesh: string,
  { next, roots, source }: NonNullable<RotationReport["elsewhere"]>,
  readiness: RotationReport["readiness"],
): string[] {
  const heading = `mesh ${mesh} trusts ${roots.length === 1 ? "one root" : `${String(roots.length)} roots`} from elsewhere (trust.root is ${source}).`;
  return [
    heading,
    ...roots.map(({ fingerprint, signs, subject }) => {
      const under =
        signs.length === 0
          ? "nobody signs under it"
          : `${signs.join(", ")} sign${signs.length === 1 ? "s" : ""} under it`;
      return `root   ${subject} (SHA-256 ${fingerprint}): ${under}`;
    }),
    ...standingLines(readiness),
    ...next.map((words) => `may    ${words}`),
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

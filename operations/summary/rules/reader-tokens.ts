import { firstReaderToken, isRead, readerTokensOf } from "../../../topology";
import type { ClusterView, Finding } from "../comparison";
import type { Step } from "../read-preview";

/** What the mesh's file calls the token of an account that a step is about; undefined where it is about none. */
export function tokenOf({ subject: { part } }: Step): string | undefined {
  if (part === "token") return firstReaderToken;
  return /^token (.+)$/.exec(part ?? "")?.[1];
}

/**
 * What it means that a cluster, which others go on reading, gets another token beside one that stands, or loses one of
 * several. Undefined where it is something else.
 */
export function besideAnother(view: ClusterView, step: Step): Finding | undefined {
  const { cluster, mesh } = view;
  const token = tokenOf(step);
  if (cluster === undefined || token === undefined || !isRead(mesh.plan, cluster.name)) return undefined;
  const { tokens, used } = readerTokensOf(cluster);
  const isMade = (name: string): boolean => view.steps.some((one) => one.op === "create" && tokenOf(one) === name);
  const standing = tokens.filter((name) => name !== token && !isMade(name));
  if (step.op === "create" && tokens.includes(token) && standing.length > 0) {
    const words = `the token ${token} is made, by which others can read it beside ${standing.join(", ")}`;
    return { change: { id: "readers", words }, explains: [step] };
  }
  if (step.op !== "delete" || tokens.includes(token)) return undefined;
  const words = `the token ${token} is revoked`;
  const change = { id: "readers", words } as const;
  // Outputs of an update without names of tokens say none.
  const lastUsed = mesh.last.clusters[view.formerName]?.readerToken ?? firstReaderToken;
  if (token !== lastUsed && standing.includes(used)) {
    return {
      change,
      risk: {
        id: "reader-token-revoked",
        severity: "medium",
        traffic: "not-interrupted",
        words: `${words}: the istiods of this mesh have been given ${used}; who else was given it cannot read the cluster any more.`,
        advice: "See that nobody else was given it.",
      },
      explains: [step],
    };
  }
  return {
    change,
    risk: {
      id: "reader-token-in-use",
      severity: "high",
      traffic: "interrupted",
      words: `${words}, which istiods elsewhere go by until they have taken ${used}: what they know of the cluster grows old, and calls there may fail.`,
      advice: "Have them use another one first, by an update of its own: `isthmus rotate tokens` does so.",
    },
    explains: [step],
  };
}

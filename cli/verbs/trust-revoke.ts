import {
  liftLists,
  renewLists,
  revokeIntermediate,
  type MeshDeployment,
  type RevocableMesh,
  type RevocationReport,
  type Revoked,
} from "../../operations/deployment";
import { ConfigurationError } from "../../topology";
import { exitCodes } from "../failure";
import { interruptible, updateInterruption } from "../interruption";
import type { OperationFlags } from "../options";
import { printResult, say } from "../output";
import { pendingChanges } from "../pending-changes";
import { revocationLines, type Deed } from "../revocation-lines";
import { openMesh, operate } from "../session";

/** What `isthmus trust revoke` is told. */
export interface TrustRevokeFlags extends OperationFlags {
  readonly now?: boolean;
  readonly lift?: boolean;
  readonly renew?: boolean;
  readonly yes?: boolean;
  /** How long it waits for proxies that have not followed, in seconds, all steps together. */
  readonly wait: number;
  readonly parallel: number;
}

const looking = { onStop: "Stopping.", advice: "Nothing was changed." };

/** `isthmus trust revoke` */
export async function trustRevokeVerb(named: string | undefined, flags: TrustRevokeFlags): Promise<void> {
  ensureOneDeed(named, flags);
  const mesh = await openMesh(flags.stack);
  // Lists are of all clusters: any of them says how they stand.
  const cluster = named ?? mesh.plan.controlPlanes[0]?.name ?? "";
  const done = flags.yes === true ? await act(mesh, cluster, flags) : undefined;
  const revoked = done ?? {
    ...(await operate(flags, looking, (options) => mesh.revocation(cluster, options))),
    done: [],
  };
  printResult(flags.output, revoked, () => [
    ...revocationLines(revoked, deedOf(flags)),
    ...advice(named, flags, revoked),
  ]);
  const isStuck =
    flags.yes === true && (revoked.readiness.kind !== "ready" || (deedOf(flags) === "revoke" && revoked.underWay));
  process.exitCode = isStuck ? exitCodes.unhealthy : exitCodes.fine;
}

function deedOf({ lift, renew }: TrustRevokeFlags): Deed {
  return lift === true ? "lift" : renew === true ? "renew" : "revoke";
}

function ensureOneDeed(named: string | undefined, { lift, now, renew }: TrustRevokeFlags): void {
  const deeds = [
    ...(named === undefined ? [] : ["a cluster"]),
    ...(lift === true ? ["--lift"] : []),
    ...(renew === true ? ["--renew"] : []),
  ];
  const isNowAlone = now === true && named === undefined;
  if (deeds.length === 1 && !isNowAlone) return;
  throw new ConfigurationError([
    {
      path: "isthmus trust revoke",
      expected: "the cluster whose key was stolen, or --lift, or --renew",
      found: deeds.length === 0 ? "none of them" : isNowAlone ? "--now without a cluster" : deeds.join(" and "),
      fix: "Say one of them: --lift gives back what was revoked, --renew makes the lists of all CAs anew.",
    },
  ]);
}

async function act(mesh: MeshDeployment, cluster: string, flags: TrustRevokeFlags): Promise<Revoked> {
  const deed = deedOf(flags);
  return interruptible(
    ({ signal }) => {
      const host = {
        cluster,
        signal,
        waitMs: flags.wait * 1_000,
        tell: (words: string) => {
          if (flags.quiet !== true) say(words);
        },
      };
      const revocable = revocableOf(mesh, flags);
      switch (deed) {
        case "revoke":
          return revokeIntermediate(revocable, { ...host, cut: flags.now === true ? "now" : "followed" });
        case "renew":
          return renewLists(revocable, host);
        case "lift":
          return liftLists(revocable, host);
      }
    },
    updateInterruption("isthmus trust revoke"),
    // What is under way within it says so itself.
    () => undefined,
  );
}

/** A mesh as a revocation works with it: each of its operations is shown as that of a verb is. */
function revocableOf(mesh: MeshDeployment, flags: TrustRevokeFlags): RevocableMesh {
  const { parallel } = flags;
  const quietly = { ...flags, quiet: true };
  return {
    report: (cluster) => operate(quietly, looking, (options) => mesh.revocation(cluster, options)),
    writeLists: (wish) => operate(quietly, looking, (options) => mesh.writeRevocationLists(wish, options)),
    otherChanges: () => pendingChanges(mesh, flags),
    reconfigure: async (edits) => {
      const { mesh: changed, undo } = await mesh.reconfigure(edits);
      return { mesh: revocableOf(changed, flags), undo };
    },
    up: async () => {
      await operate(flags, updateInterruption("isthmus trust revoke"), (options) => mesh.up({ ...options, parallel }));
    },
  };
}

/** What one may do next, for a person. */
function advice(
  named: string | undefined,
  flags: TrustRevokeFlags,
  { done, readiness, underWay }: RevocationReport & Revoked,
): string[] {
  const deed = deedOf(flags);
  const command = `isthmus trust revoke ${deed === "revoke" ? (named ?? "") : `--${deed}`} --stack ${flags.stack}`;
  if (flags.yes !== true) return [`Nothing was changed. \`${command} --yes\` goes all the way.`];
  if (done.length === 0 && readiness.kind === "ready") return [];
  if (readiness.kind === "ready" && !underWay) {
    return deed === "revoke"
      ? [
          "Commit the stack's file and the one with the lists. Then change the root: istiods and gateways look at no lists (docs/trust.md).",
        ]
      : [
          "Commit the stack's file" +
            (deed === "renew" ? " and the one with the lists." : "; the one with the lists is of no use any more."),
        ];
  }
  return [
    "A workload's certificate is renewed at half of its lifetime (12 hours by default), or when its pod starts anew; kubelets bring lists to pods within two minutes.",
    `\`${command} --yes\` goes on from there${underWay ? "; with `--now` it waits for nobody, and who still presents a certificate of the former key is refused" : ""}.`,
  ];
}

import type { Deployment, ReplicaSet } from "../objects";
import { eventsOf, newestReplicaSetOf, type Snapshot } from "../snapshot";
import type { Finding } from "./finding";
import { oneLine } from "./words";

/** What the API server refused to create pods with, and how it is to be read. */
const rows: readonly { readonly words: RegExp; readonly finding: (match: RegExpExecArray) => Finding }[] = [
  {
    words: /exceeded quota: ([^,]+), (.*)$/,
    finding: ([, name = "", rest = ""]) => ({
      id: "quota",
      found: `its pods exceed the quota ${name} (${rest})`,
      fix: `Raise the ResourceQuota ${name}, or lower what the Helm values ask for.`,
      endsBy: "somebody",
    }),
  },
  {
    // What a quota counts a pod must say.
    words: /failed quota: ([^:]+): (must specify .*)$/,
    finding: ([, name = "", rest = ""]) => ({
      id: "quota",
      found: `the quota ${name} refuses its pods (${rest})`,
      fix: "Set these in the Helm values.",
      endsBy: "somebody",
    }),
  },
  {
    words: /violates PodSecurity "([^"]+)": (.*)$/,
    finding: ([, level = "", rest = ""]) => ({
      id: "pod-security",
      found: `its pods violate the namespace's PodSecurity level ${level} (${rest})`,
      fix: "Set what is missing in the Helm values, or lower the level by the namespace's label pod-security.kubernetes.io/enforce.",
      endsBy: "somebody",
    }),
  },
  {
    words: /((?:maximum|minimum) \S+ usage per (?:Container|Pod) is .*|.* limit to request ratio .*)$/,
    finding: ([, rest = ""]) => ({
      id: "limit-range",
      found: `a LimitRange of the namespace refuses its pods (${rest.replace(/^.* is forbidden: /, "")})`,
      fix: "Change the resources in the Helm values, or the LimitRange.",
      endsBy: "somebody",
    }),
  },
  {
    words: /admission webhook "([^"]+)" denied the request:? ?(.*)$/,
    finding: ([, name = "", rest = ""]) => ({
      id: "webhook-denied",
      found: `the admission webhook ${name} denies its pods${rest === "" ? "" : ` (${rest})`}`,
      fix: "Do what it asks for by the Helm values, or let its policy pass over this namespace.",
      endsBy: "somebody",
    }),
  },
  {
    words: /ValidatingAdmissionPolicy '([^']+)'.*?denied request: (.*)$/,
    finding: ([, name = "", rest = ""]) => ({
      id: "webhook-denied",
      found: `the ValidatingAdmissionPolicy ${name} denies its pods (${rest})`,
      fix: "Do what it asks for by the Helm values, or let it pass over this namespace.",
      endsBy: "somebody",
    }),
  },
  {
    words: /failed calling webhook "([^"]+)": (.*)$/,
    finding: ([, name = "", rest = ""]) => ({
      id: "webhook-silent",
      found: `the API server cannot ask the admission webhook ${name} (${rest})`,
      fix: "Bring up what serves it, or remove its configuration if that is gone for good.",
      // What serves it may just be starting: istiod itself, for one.
      endsBy: "waiting",
    }),
  },
  {
    words: /serviceaccount "([^"]+)" not found/,
    finding: ([, name = ""]) => ({
      id: "creation-refused",
      found: `its ServiceAccount ${name} is not there yet`,
      endsBy: "waiting",
    }),
  },
];

/** Why no pods can be made for a Deployment; undefined where they can. */
export function creationFinding(snapshot: Snapshot, deployment: Deployment): Finding | undefined {
  const set = newestReplicaSetOf(snapshot, deployment);
  const message = refusalOf(set) ?? refusalOf(deployment) ?? refusalInEvents(snapshot, set);
  if (message === undefined) return undefined;
  const words = oneLine(message);
  for (const row of rows) {
    const match = row.words.exec(words);
    if (match !== null) return row.finding(match);
  }
  return {
    id: "creation-refused",
    found: `the API server refuses its pods (${words})`,
    fix: "Do what it asks for by the Helm values.",
    endsBy: "somebody",
  };
}

function refusalOf(owner: ReplicaSet | Deployment | undefined): string | undefined {
  const failure = owner?.status?.conditions?.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  return failure?.message;
}

/** The condition may come later than the event; an event stays for an hour, so that it counts only without any pod. */
function refusalInEvents(snapshot: Snapshot, set: ReplicaSet | undefined): string | undefined {
  if (set === undefined || (set.status?.replicas ?? 0) > 0) return undefined;
  const [newest] = eventsOf(snapshot, "ReplicaSet", set.metadata?.name);
  return newest?.reason === "FailedCreate" ? newest.message : undefined;
}

import type { ContainerStatus, Pod } from "../objects";
import { containersOf, type Snapshot } from "../snapshot";
import type { Finding } from "./finding";
import { oneLine } from "./words";

/** Reasons for which the kubelet does not get an image (k8s.io/kubernetes, pkg/kubelet/images/types.go). */
const imageReasons: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
];

/** Reasons for which the kubelet does not start a container that it has the image of. */
const refusalReasons: readonly string[] = [
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PreCreateHookError",
  "PreStartHookError",
  "PostStartHookError",
];

/** The image that stands in the gateway chart for the one that the injection webhook names. */
const toBeInjected = "auto";

/** What keeps the containers of a pod from running, the first of them first. */
export function containerFindings(snapshot: Snapshot, pod: Pod): Finding[] {
  return containersOf(pod).flatMap((status) => {
    const finding = ofContainer(snapshot, pod, status);
    return finding === undefined ? [] : [finding];
  });
}

function ofContainer({ lastLines }: Snapshot, pod: Pod, status: ContainerStatus): Finding | undefined {
  const { reason = "", message = "" } = status.state?.waiting ?? {};
  if (imageReasons.includes(reason)) return imageFinding(pod, status, message);
  if (refusalReasons.includes(reason)) {
    return {
      id: "container-refused",
      found: `container ${status.name} cannot be started (${reason}): ${message}`,
      fix: refusalFix(message),
      endsBy: "somebody",
    };
  }
  const ended = status.state?.terminated ?? status.lastState?.terminated;
  const isBack = status.state?.running !== undefined && status.ready === true;
  if (ended === undefined || ended.exitCode === 0 || isBack) return undefined;
  // Once is no pattern: istiod, for one, ends itself when its API server was silent for a moment.
  if ((status.restartCount ?? 0) < 2 && reason !== "CrashLoopBackOff") return undefined;
  const lines = lastLines[`${pod.metadata?.name ?? ""}/${status.name}`] ?? ended.message ?? "";
  const isOutOfMemory = ended.reason === "OOMKilled";
  return {
    id: "crash",
    found: `container ${status.name} crashes (${isOutOfMemory ? "out of memory" : `exit code ${String(ended.exitCode)}`}, restarted ${times(status.restartCount ?? 0)})${lines === "" ? "" : `: ${lastOf(lines)}`}`,
    fix: isOutOfMemory
      ? "Raise its memory limit in the Helm values."
      : `All that it said: \`kubectl logs --previous --namespace ${pod.metadata?.namespace ?? ""} ${pod.metadata?.name ?? ""} --container ${status.name}\`.`,
    endsBy: "somebody",
  };
}

function imageFinding(pod: Pod, status: ContainerStatus, message: string): Finding {
  const wanted = pod.spec?.containers?.find(({ name }) => name === status.name)?.image ?? status.image ?? "its image";
  if (wanted === toBeInjected) {
    return {
      id: "not-injected",
      found: `pod ${pod.metadata?.name ?? ""} was made without the injection webhook, which names its image`,
      fix: "See that the sidecar injector's webhook is there and answers, then delete the pod.",
      endsBy: "somebody",
    };
  }
  const [why, fix] = imageTrouble(message);
  return { id: "image", found: `cannot pull ${wanted}${why === "" ? "" : ` (${why})`}`, fix, endsBy: "somebody" };
}

const settings = "`istio.hub` and `istio.tag`";

/** What the registry or the runtime says, in few words, and what helps. */
function imageTrouble(message: string): readonly [why: string, fix: string] {
  if (/may require authorization|insufficient_scope/i.test(message)) {
    return [
      "not there, or not for these credentials",
      `Mend ${settings}, or name a pull secret in \`istio.imagePullSecrets\`.`,
    ];
  }
  if (/not found|manifest unknown|does not exist|NAME_UNKNOWN/i.test(message)) {
    return ["not found", `Mend ${settings}, or push the image there.`];
  }
  if (/unauthorized|authentication required|denied|forbidden|no basic auth/i.test(message)) {
    return [
      "refused without other credentials",
      "Name a pull secret in `istio.imagePullSecrets`, or mend the one that is there.",
    ];
  }
  if (/x509|certificate/i.test(message)) {
    return ["the registry's certificate is not trusted by the node", "Let the nodes trust its CA."];
  }
  if (/toomanyrequests|rate limit/i.test(message)) {
    return [
      "the registry's rate limit is reached",
      "Log in to it by a pull secret (`istio.imagePullSecrets`), or take a mirror with `istio.hub`.",
    ];
  }
  if (/no such host|timeout|refused|unreachable|i\/o|no route/i.test(message)) {
    return ["the node does not reach the registry", `Let it, or take a mirror that it reaches: ${settings}.`];
  }
  if (/InvalidImageName|invalid reference|couldn't parse image/i.test(message)) {
    return ["no valid name of an image", `Mend ${settings}.`];
  }
  return [shortened(message), `Mend ${settings}, or let the nodes reach the registry.`];
}

function refusalFix(message: string): string {
  const [, kind, name] = /\b(secret|configmap) "([^"]+)" not found/i.exec(message) ?? [];
  if (kind !== undefined && name !== undefined) return `Create the ${kind} ${name}, or mend what names it.`;
  return "Mend what it says in the Helm values.";
}

/** The last line that says something. */
function lastOf(lines: string): string {
  return shortened(lines.trim().split("\n").at(-1) ?? "");
}

const longestWords = 300;

function shortened(text: string): string {
  const line = oneLine(text);
  return line.length <= longestWords ? line : `${line.slice(0, longestWords)}…`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${String(count)} times`;
}

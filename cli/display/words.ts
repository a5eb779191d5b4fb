import type { Change, DiagnosticEvent, MeshEvent } from "../../operations/events";
import { subjectWords } from "../../operations/deployment";

/** What is done to a resource, in the forms that a display needs. */
const verbs: Readonly<Record<Change, { readonly during: string; readonly done: string; readonly planned: string }>> = {
  create: { during: "creating", done: "created", planned: "would be created" },
  update: { during: "updating", done: "updated", planned: "would be updated" },
  replace: { during: "replacing", done: "replaced", planned: "would be replaced" },
  delete: { during: "deleting", done: "deleted", planned: "would be deleted" },
  "delete-replaced": {
    during: "deleting the former one",
    done: "former one deleted",
    planned: "former one would be deleted",
  },
  read: { during: "reading", done: "read", planned: "would be read" },
  refresh: { during: "looking", done: "looked at", planned: "would be looked at" },
  import: { during: "importing", done: "imported", planned: "would be imported" },
};

/** What is being done: `creating`. */
export const during = (change: Change): string => verbs[change].during;

/** `0.3 s`, `12.3 s`, `3 m 05 s` */
export function duration(seconds: number): string {
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, "0")} s`;
}

/** Longer lines are lists that a provider passes on; their beginning says what they are. */
const longestLine = 300;

/** A problem in a line: what is to be done stands at its end. */
const aboutConfiguration = /^isthmus:\S+: expected /;

/** A text of others, each line cut to what a reader takes in. */
function cutLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) =>
      line.length > longestLine && !aboutConfiguration.test(line) ? `${line.slice(0, longestLine)}…` : line,
    );
}

/** What a diagnostic is about and says, without its time and cluster: `istiod  warning: …`. */
export function diagnosticWords(event: DiagnosticEvent): string[] {
  const { severity, message, policy, component } = event;
  const about = component === undefined || component === "stack" ? "" : `${subjectWords({ ...event, component })}  `;
  const label = severity === "info" ? "" : `${severity}: `;
  const [first = "", ...more] = cutLines(message);
  return [`${about}${label}${policy === undefined ? "" : `${policy}: `}${first}`, ...more.map((line) => `  ${line}`)];
}

/** What an event says in a line, without its time and cluster; undefined for what is not worth a line that stays. */
export function eventWords(event: MeshEvent): string | undefined {
  switch (event.type) {
    case "step-planned":
      return event.change === "read" ? undefined : `${subjectWords(event)}  ${verbs[event.change].planned}`;
    case "step-ended":
      if (event.change === "refresh") {
        return event.found === undefined ? undefined : `${subjectWords(event)}  is ${event.found}`;
      }
      if (event.change === "read") return undefined;
      return `${subjectWords(event)}  ${verbs[event.change].done} in ${duration(event.tookSeconds)}`;
    case "step-failed":
      return `${subjectWords(event)}  failed after ${duration(event.tookSeconds)} of ${verbs[event.change].during}`;
    case "check-ended":
      return `${event.status} ${event.id} ${event.clusters.join(" ")}`;
    case "notice":
      return event.message;
    case "operation-ended":
      // Why it failed, or how to go on, is said when the verb ends.
      return event.outcome === "succeeded" ? `${event.operation} is done` : undefined;
    default:
      return undefined;
  }
}

/** Signals that ask an operation to end. */
export const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One of {@link endSignals}. */
export type EndSignal = (typeof endSignals)[number];

/** Whether somebody sits at a terminal, who sees what is going on and may press Ctrl-C again. */
export type Company = "person" | "nobody";

/** How far an operation was asked to end. */
export interface EndRequests {
  readonly isStopping: boolean;
  /** How often Ctrl-C was pressed. */
  readonly presses: number;
}

/**
 * What a signal comes to. `stop`: what has begun finishes, nothing more begins. `kill`: everything ends at once, and what
 * we made for a while is removed. `leave`: without even that. `go-on`: it is ending as it is to end already.
 */
export type EndAct = "stop" | "kill" | "leave" | "go-on";

/** Before any signal. */
export const notAsked: EndRequests = { isStopping: false, presses: 0 };

/**
 * Takes one signal. Only a person who presses Ctrl-C again wants it to end at once. A machine that sends a second signal
 * (GitHub cancels by SIGINT and, 7.5 s later, SIGTERM) or a terminal that hangs up asks for nothing new; who wants to kill
 * has SIGKILL. Pure.
 */
export function takeSignal(
  requests: EndRequests,
  signal: EndSignal,
  company: Company,
): { readonly requests: EndRequests; readonly act: EndAct } {
  const presses = requests.presses + (signal === "SIGINT" && company === "person" ? 1 : 0);
  const act = requests.isStopping ? actOfFurther(requests.presses, presses) : "stop";
  return { requests: { isStopping: true, presses }, act };
}

function actOfFurther(before: number, presses: number): EndAct {
  if (presses === before || presses === 1) return "go-on";
  return presses === 2 ? "kill" : "leave";
}

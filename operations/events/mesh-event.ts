import type { CheckResult } from "../verify";

/** What can be done with a mesh. */
export type Operation =
  | "up"
  | "preview"
  | "refresh"
  | "destroy"
  | "verify"
  | "check"
  | "doctor"
  | "report"
  | "forget"
  | "drift"
  | "state move"
  | "trust status"
  | "rotate tokens"
  | "services"
  | "status"
  | "machine files";

/** How bad it is what a {@link DiagnosticEvent} tells. An operation with an `error` fails in the end. */
export type Severity = "info" | "warning" | "error";

/**
 * What is done to a resource. A replacement is told as `replace` when the new one is made, and as `delete-replaced` when
 * the former one goes.
 */
export type Change = "create" | "update" | "replace" | "delete" | "delete-replaced" | "read" | "refresh" | "import";

/** How an operation ended. `interrupted`: it was asked to end before it was done, and can be gone on from. */
export type Outcome = "succeeded" | "failed" | "interrupted";

/** Resources by what became of them: `{ create: 12, same: 3 }`. */
export type ChangeCounts = Readonly<Record<string, number>>;

/** What an event is about, in the words of the field. */
export interface Subject {
  /** Name of the cluster in the mesh. Left out for what belongs to none, such as the root CA. */
  readonly cluster?: string;
  /** Name of the root CA in the mesh's file, where it is another one than the first. */
  readonly root?: string;
  /**
   * The component: `root CA`, `intermediate CA`, `system namespace`, `istio-base`, `istiod`, `exposed istiod`,
   * `reader account`, `istiod account`, `remote secret`, `configuration kubeconfig`, `cross-network gateway`,
   * `east-west gateway`, `namespace`, `mutual TLS`, `sidecar scope`, `machine`, `global service`; of a resource that is none of a mesh's the
   * kind, such as `ConfigMap`.
   */
  readonly component: string;
  /** Which part of the component, where it has several: `key`, `Service`. */
  readonly part?: string;
}

/** The resource that a step is about, as Pulumi knows it. */
export interface ResourceOfStep extends Subject {
  readonly urn: string;
}

/** An operation begins. `stack` is the environment's name, also where the mesh is cut into several stacks. */
export interface OperationStarted {
  readonly type: "operation-started";
  readonly operation: Operation;
  /** Its id; empty where the clusters have yet to say it. */
  readonly mesh: string;
  /** Names of the clusters that it is about, those that only run a control plane among them. */
  readonly clusters: readonly string[];
}

/** An operation is over; nothing comes after it. */
export interface OperationEnded {
  readonly type: "operation-ended";
  readonly operation: Operation;
  readonly outcome: Outcome;
  /** What went wrong, in a line; left out where it succeeded. */
  readonly reason?: string;
}

/** Work on one Pulumi stack begins. A mesh in one stack has this once, one that is cut into several once for each. */
export interface StackStarted {
  readonly type: "stack-started";
}

/** A stack can not begin yet: others that it reads outputs of are not done. */
export interface StackWaits {
  readonly type: "stack-waits";
  /** Names of those stacks. */
  readonly waitsFor: readonly string[];
}

/** Work on a stack is done. */
export interface StackEnded {
  readonly type: "stack-ended";
  readonly changes: ChangeCounts;
  /** Seconds since its `stack-started`. */
  readonly tookSeconds: number;
}

/** Work on a stack failed. Other stacks that do not need it go on. */
export interface StackFailed {
  readonly type: "stack-failed";
  /** Why, in a line. */
  readonly reason: string;
  /** Seconds since its `stack-started`; left out where it never started, because a stack that it needs failed. */
  readonly tookSeconds?: number;
}

/** A preview found what an update would do to a resource. What stays as it is has no event. */
export interface StepPlanned extends ResourceOfStep {
  readonly type: "step-planned";
  readonly change: Change;
}

/** Something is being done to a resource. */
export interface StepStarted extends ResourceOfStep {
  readonly type: "step-started";
  readonly change: Change;
}

/** Words on how far a step is, such as what a Helm release waits for. They may come many times a second. */
export interface StepProgressed extends ResourceOfStep {
  readonly type: "step-progressed";
  readonly message: string;
}

/** Something was done to a resource. */
export interface StepEnded extends ResourceOfStep {
  readonly type: "step-ended";
  readonly change: Change;
  /** What a refresh found: that it is not what the state said. Left out where it is, and for other changes. */
  readonly found?: "changed" | "gone";
  /** Seconds since its `step-started`. */
  readonly tookSeconds: number;
}

/** Something could not be done to a resource. Why, a {@link DiagnosticEvent} tells, mostly before this. */
export interface StepFailed extends ResourceOfStep {
  readonly type: "step-failed";
  readonly change: Change;
  /** Seconds since its `step-started`. */
  readonly tookSeconds: number;
}

/** A warning or an error; an `info` is what a program or a provider wants to be known. Never a secret. */
export interface DiagnosticEvent extends Partial<Subject> {
  readonly type: "diagnostic";
  readonly severity: Severity;
  /** May have several lines. */
  readonly message: string;
  /** Pulumi's name of the resource; left out where it is about none. */
  readonly urn?: string;
  /** The policy that is violated, as `pack/policy`; left out where it is about none. */
  readonly policy?: string;
}

/** Words on what is done beside Pulumi's work, such as clearing away what a killed update left. */
export interface Notice {
  readonly type: "notice";
  readonly message: string;
}

/** A check of `verify` has its result. */
export interface CheckEnded extends CheckResult {
  readonly type: "check-ended";
}

/** An event before it is stamped. */
export type MeshEventBody =
  | OperationStarted
  | OperationEnded
  | StackStarted
  | StackWaits
  | StackEnded
  | StackFailed
  | StepPlanned
  | StepStarted
  | StepProgressed
  | StepEnded
  | StepFailed
  | DiagnosticEvent
  | Notice
  | CheckEnded;

/** What every event has. */
export interface Stamp {
  /** Name of the Pulumi stack; of operations, notices and checks the environment's. Empty where there is none. */
  readonly stack: string;
  /** Seconds since the operation began, with milliseconds. */
  readonly seconds: number;
}

/**
 * One thing that happened while an operation went on. Plain data that can be written as JSON, without secrets. Told apart
 * by `type`; a type that a program does not know is to be passed over, for there may be more of them one day.
 */
export type MeshEvent = MeshEventBody & Stamp;

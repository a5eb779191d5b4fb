/** A case of the fuzzer: a mesh, and what becomes of it. Plain data, which a file keeps. Pure. */

import type { PaperConfig } from "../paper/mesh";
import type { ClusterFault, StallPoint } from "../paper/faults";
import type { BackendName } from "../backends";

/** One of the processes of a run, or all. */
export const victims = ["isthmus", "pulumi", "language-host", "program", "plugin", "all"] as const;

export type Victim = (typeof victims)[number];

/** What somebody changes of the configuration. */
export type Change =
  | { readonly kind: "nothing" }
  | {
      readonly kind: "add";
      readonly cluster: string;
      readonly context: string;
      readonly network: string;
      readonly controlPlane?: string;
    }
  | { readonly kind: "remove"; readonly cluster: string }
  | { readonly kind: "rename"; readonly cluster: string; readonly to: string }
  | { readonly kind: "network"; readonly cluster: string; readonly network: string }
  /** Without a control plane the cluster gets its own. */
  | { readonly kind: "control-plane"; readonly cluster: string; readonly controlPlane?: string }
  | { readonly kind: "stacks"; readonly stacks: "one" | "per-cluster" };

/** When a process is killed: at an operation of a provider, counted over all of a run, or some time after it is there. */
export type KillPoint = { readonly operation: number; readonly point: StallPoint } | { readonly afterMs: number };

/** What goes wrong while the change is brought about. */
export type Disturbance =
  | { readonly kind: "kill"; readonly victim: Victim; readonly at: KillPoint }
  | { readonly kind: "fault"; readonly context: string; readonly fault: ClusterFault }
  | { readonly kind: "second-run"; readonly afterMs: number };

/** A change, and a run that is to bring it about. */
export interface FuzzStep {
  readonly change: Change;
  readonly disturbance?: Disturbance;
}

/** A mesh, and a series of steps. */
export interface FuzzCase {
  /** What it was made from. */
  readonly seed: number;
  readonly backend: BackendName;
  /** The configuration that the first step begins with. Nothing stands yet. */
  readonly mesh: PaperConfig;
  readonly steps: readonly FuzzStep[];
}

/** A case as a file keeps it. */
export interface RecordedCase extends FuzzCase {
  /** Which promise it broke, in words. */
  readonly failure: string;
  /** What is known of it. */
  readonly note?: string;
  /** Whether the product is yet to be mended: then it is not run with the tests. */
  readonly isOpen?: boolean;
}

/** The file of a case. */
export function formatCase(recorded: RecordedCase): string {
  return `${JSON.stringify(recorded, undefined, 2)}\n`;
}

/**
 * Reads the file of a case.
 * @throws TypeError when it is none.
 */
export function parseCase(text: string): RecordedCase {
  const read: unknown = JSON.parse(text);
  if (typeof read !== "object" || read === null || !("mesh" in read) || !("steps" in read)) {
    throw new TypeError("expected a case of the fuzzer, with the keys seed, backend, mesh, steps, failure");
  }
  return read as RecordedCase;
}

/** The cases that are left when one step is left out, the last step first. */
export function shorterCases(original: FuzzCase): FuzzCase[] {
  return original.steps
    .map((_step, left) => ({ ...original, steps: original.steps.filter((_other, index) => index !== left) }))
    .reverse();
}

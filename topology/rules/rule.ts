import type { Problem } from "../problem";
import type { MeshConfig } from "../schema";

type DeepPartial<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]?: DeepPartial<Value[Key]> | undefined }
    : Value;

/** What is sound of a configuration: every part of it is valid, any part may be missing, no default is filled in. */
export type MeshDraft = DeepPartial<MeshConfig>;

/** Something that must hold between values that are each valid by themselves. */
export interface Rule {
  /** Stable name, for tests and for speaking about it. */
  readonly id: string;
  /** The rule is passed over while there is a problem at or below this path: it would judge by half of what it needs. */
  readonly about?: string;
  readonly check: (mesh: MeshDraft) => readonly Problem[];
}

import type { Keys } from "../inspect";
import type { Problem } from "../problem";
import type { Mesh, MeshConfig } from "../schema";

type DeepPartial<Value> = Value extends readonly (infer Item)[]
  ? readonly (DeepPartial<Item> | undefined)[]
  : Value extends object
    ? { readonly [Key in keyof Value]?: DeepPartial<Value[Key]> | undefined }
    : Value;

/** What is sound of a configuration: every part of it is valid, any part may be missing, no default is filled in. */
export type MeshDraft = DeepPartial<MeshConfig>;

/** A cluster of a draft. */
export type ClusterDraft = NonNullable<NonNullable<MeshDraft["clusters"]>[string]>;

/** An external control plane of a draft. */
export type ExternalDraft = NonNullable<NonNullable<MeshDraft["externalControlPlanes"]>[string]>;

/** Something that must hold between values that are each valid by themselves. */
export interface Rule {
  /** Stable name, for tests and for speaking about it. */
  readonly id: string;
  /**
   * Where the rule looks: it is passed over while something there is in doubt, because it would judge by half of what it
   * needs. A `*` stands for any key. Default: the rule itself asks for what it needs, or takes only what is there.
   */
  readonly about?: readonly Keys[];
  /** Mappings whose names the rule must know all of: it is passed over while one of their entries is in doubt. */
  readonly names?: readonly (keyof MeshDraft)[];
  readonly check: (mesh: MeshDraft, doubts: Doubts) => readonly Problem[];
}

/** Something of a valid mesh that works, but probably not as the user wants. */
export interface Caution {
  readonly id: string;
  readonly check: (mesh: Mesh) => readonly Problem[];
}

/** Places of which it is not known what the user meant, because what stands there is wrong. */
export class Doubts {
  constructor(private readonly places: readonly Keys[]) {}

  /** Whether something at, below or above a place is in doubt. A `*` stands for any key. */
  about(...keys: Keys): boolean {
    return this.places.some((place) =>
      place.every((key, index) => index >= keys.length || keys[index] === "*" || keys[index] === key),
    );
  }

  /** Whether an entry of a mapping, by its name or as a whole, or all of the mapping is in doubt. */
  aboutNamesIn(mapping: string): boolean {
    return this.places.some((place) => place.length <= 2 && (place.length === 0 || place[0] === mapping));
  }
}

import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { PolicyPack } from "../../engine/policy-packs";
import type { Interruption } from "../../engine/pulumi";
import type { MeshPlan } from "../../topology";
import type { Scratch } from "./scratch";

/** Which stack, and how its operations talk and are ended. */
export interface StackOptions extends Interruption {
  /** Directory that the configuration's relative paths start from. */
  readonly projectDirectory: string;
  /** Where Pulumi.yaml and the stack's file are. Default: the project's directory. */
  readonly workDirectory?: string;
  readonly stack: string;
  /** The mesh, or the part of it that is in this stack. */
  readonly plan: MeshPlan;
  /** The mesh that this stack has a part of. Default: the plan. */
  readonly wholePlan?: MeshPlan;
  /** Path of the file with the stack's configuration. Default: `Pulumi.<stack>.yaml`, as Pulumi finds it. */
  readonly configFile?: string;
  /** Environment variables of Pulumi and of all that it starts; those of the lab come on top. Default: the process's. */
  readonly variables?: NodeJS.ProcessEnv;
  /**
   * What encrypts the secrets of a stack that is made: `passphrase`, or a key's URL. Default: what the stack's file says,
   * else Pulumi's own for the backend.
   */
  readonly secretsProvider?: string;
  /** Where a preview may try things that are to leave no trace. Default: it makes such a place for itself. */
  readonly scratch?: Scratch;
  /** What judges an update and a preview. Default: no policy packs but those that the backend prescribes. */
  readonly policyPacks?: readonly PolicyPack[];
  /** Told what Pulumi writes, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Told what Pulumi writes to its standard error. Default: `onOutput` is. */
  readonly onErrorOutput?: (text: string) => void;
  /** Told what the engine does, as it happens. Secrets are masked, and messages for debugging, in which they are not, left out. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Told in words what is done beside Pulumi's work. */
  readonly onProgress?: (words: string) => void;
}

import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { MeshConfig } from "../../topology";
import type { DriftReport } from "../drift";
import type { EventListener } from "../events";
import type { PolicyPack } from "../stack";
import type { Selection } from "../verify";

/** A Pulumi project on disk that runs Isthmus's program. */
export interface ProjectSource {
  /**
   * Directory with `Pulumi.yaml` and `Pulumi.<stack>.yaml`, whose `isthmus:mesh` describes the mesh. Relative paths of the
   * configuration start there.
   */
  readonly project: string;
}

/** A configuration that the embedding program has; no project of its own is needed. */
export interface ConfigurationSource {
  /** The mesh, as it would stand under `isthmus:mesh` in a stack's file. Never holds a secret. */
  readonly configuration: MeshConfig;
  /** Directory that relative paths of the configuration start from. Default: the process's working directory. */
  readonly directory?: string;
  /**
   * Secret values that the configuration names by their keys, such as kubeconfigs (`access: { kubeconfigSecret: "east" }`).
   * Pulumi encrypts them, as it does the state's; they are in the clear on no command line and in no file. Default: none.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Pulumi's name of the project: part of every resource's identity, so it must stay the same. Default: `isthmus`. */
  readonly projectName?: string;
}

/** Where a mesh is described, and where its state lives. */
export type MeshDeploymentOptions = (ProjectSource | ConfigurationSource) & {
  /** Name of the stack, such as `prod`; with Pulumi Cloud also `organization/project/prod`. */
  readonly stack: string;
  /**
   * URL of the backend that holds the state: `file://…`, `s3://…`, `https://api.pulumi.com`. Default: the variable
   * `PULUMI_BACKEND_URL`, else where `pulumi login` went.
   */
  readonly backend?: string;
  /**
   * Passphrase that the stack's secrets are encrypted with. It is handed to Pulumi in its environment and written nowhere.
   * Default: the variable `PULUMI_CONFIG_PASSPHRASE`, or the file that `PULUMI_CONFIG_PASSPHRASE_FILE` names.
   */
  readonly passphrase?: string;
  /** What encrypts the secrets of a stack that does not exist yet: `passphrase`, `awskms://…`. Default: Pulumi's for the backend. */
  readonly secretsProvider?: string;
  /** Pulumi policy packs that judge every update and preview. Default: none but those that the backend prescribes. */
  readonly policyPacks?: readonly PolicyPack[];
  /**
   * Environment variables of Pulumi and of all that it starts, over the process's own; undefined takes one of those away.
   * Also where `KUBECONFIG` and proxies are looked up. The process's own environment is never changed.
   */
  readonly variables?: Readonly<Record<string, string | undefined>>;
};

/** How an operation tells of itself, and is ended. */
export interface OperationOptions {
  /**
   * Ends the operation in good order: what has begun finishes, nothing more begins, and what has not finished after
   * `stopGraceMs` is killed. The operation rejects with `OperationInterrupted`; the next one goes on from there.
   */
  readonly signal?: AbortSignal;
  /** Ends it at once, with every process that it started. The next operation clears away what was left half-made. */
  readonly killSignal?: AbortSignal;
  /** Time that `signal` gives to what has begun, in milliseconds. Default: 120000, in which a Helm release is mostly done. */
  readonly stopGraceMs?: number;
  /**
   * Told of everything that happens, in order. One that throws is not called again; the operation goes on, and rejects
   * with `EventListenerError` in the end, if nothing else went wrong.
   */
  readonly onEvent?: EventListener;
  /**
   * Told of the events of Pulumi's engine as they are, for what {@link onEvent} leaves out, such as properties. Secrets
   * in them are masked.
   */
  readonly onEngineEvent?: (stack: string, event: EngineEvent) => void;
  /**
   * How many stacks are worked on at the same time, where the mesh is cut into several (`stacks: per-cluster`). Default: 4;
   * each takes some 400 MiB.
   */
  readonly parallel?: number;
}

/** How a mesh is brought up. */
export interface UpOptions extends OperationOptions {
  /** Whether the state is first brought to what the clusters have. Default: false; an update is quicker without. */
  readonly refresh?: boolean;
  /**
   * Where the mesh is cut into several stacks: `changed` leaves those alone whose configuration and whose needs of others
   * are as at their last update; `all` updates each. Default: changed.
   */
  readonly extent?: "changed" | "all";
  /**
   * Where the mesh is cut into several stacks: what becomes of clusters that the configuration no longer has. `agreed`:
   * all that was made in them is destroyed, and their stacks are removed. `refused`: nothing is changed while there are any
   * (`MeshDeployment.removals` gives them). Default: refused, for what is taken away is not to depend on a line that is missing.
   * In one stack Pulumi deletes what left the configuration, as it does in every program.
   */
  readonly removals?: "agreed" | "refused";
}

/** How a preview is summed up. */
export interface SummariseOptions extends OperationOptions {
  /**
   * Whether the `helm` on the PATH renders the releases that change, before and after. Default: `leave`, for it takes its
   * time, and downloads charts that come from a repository.
   */
  readonly manifests?: "render" | "leave";
}

/** How a mesh is taken down. */
export interface DestroyOptions extends OperationOptions {
  /**
   * Whether Istio's custom resource definitions go too, with every Istio resource in the clusters. Default: `keep`, for
   * they may hold what others made.
   */
  readonly customResourceDefinitions?: "keep" | "remove";
}

/** How it is looked whether a mesh can be installed. */
export interface CheckOptions extends OperationOptions {
  /**
   * `pods`: a pod in each cluster tries the API servers of the others, gateways that stand, and names; it is removed again.
   * Default: `none`, for who writes a mesh's file, or reviews it, need not be able to make anything.
   */
  readonly effects?: "pods" | "none";
  /** Image with `curl` and `sleep` of those pods. Default: that of the configuration. */
  readonly clientImage?: string;
}

/** How a mesh is verified. */
export interface VerifyOptions extends OperationOptions, Selection {
  /** Image with `curl` and `sleep` that makes the calls. Default: that of the configuration. */
  readonly clientImage?: string;
  /** Image of Istio's helloworld, which answers them. Default: `examples-helloworld-v1` from the hub of Istio's images. */
  readonly helloworldImage?: string;
  /** How long every check looks again while it does not hold, in milliseconds. Default: each its own time. */
  readonly retryMs?: number;
}

/** How the causes of what is wrong with a mesh are looked for. */
export interface DoctorOptions extends OperationOptions {
  /**
   * File that gets what was found in the clusters, to be judged elsewhere by `doctorFromBundle`; compressed where its name ends
   * in `.gz`. Default: nothing is written.
   */
  readonly bundle?: string;
}

/** How a mesh is looked at of which there are only kubeconfig contexts. */
export interface ContextsOptions extends Pick<DoctorOptions, "bundle" | "killSignal" | "onEvent" | "signal"> {
  /** Where `KUBECONFIG` and proxies are looked up, and what credential plugins see. Default: the process's. */
  readonly environment?: Readonly<Partial<Record<string, string>>>;
}

/** How a mesh is verified of which there are only kubeconfig contexts. */
export interface ContextsVerifyOptions
  extends Omit<ContextsOptions, "bundle">, Omit<VerifyOptions, keyof OperationOptions> {}

/** Where the files of a machine outside Kubernetes go, and how long they may be used. */
export interface MachineFilesOptions extends OperationOptions {
  /** Directory that gets them; it is made where it is not there. */
  readonly out: string;
  /**
   * How long the token is good for by which the machine gets its first certificate, in seconds. Default: 3600, time to bring
   * it there. Kubernetes takes no fewer than 600, and an API server may give fewer than asked for.
   */
  readonly tokenLifetimeSeconds?: number;
}

/** How a mesh is compared with what was applied to it. */
export interface DriftOptions extends OperationOptions {
  /**
   * Asked, when something differs, whether it is to be put back. What is reported is then how things stand after that.
   * Default: nothing is put back.
   */
  readonly repairs?: (found: DriftReport) => boolean | Promise<boolean>;
}

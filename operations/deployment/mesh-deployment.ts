import { resolve } from "node:path";
import { editStackFile, type ConfigurationEdit, type EditedFile } from "../../access";
import { workDirectoryVariable } from "../../stacks";
import { configurationNamespace, sitesOf, type MeshPlan } from "../../topology";
import type { MadeFile } from "../authority";
import type { DoctorReport } from "../doctor";
import type { DriftReport } from "../drift";
import type { Operation } from "../events";
import { foreignContentsOf, type ForeignContents } from "../foreign-contents";
import { removeMeshLeftovers, type RemovedLeftovers } from "../leftovers";
import {
  findClusters,
  PulumiError,
  rehearsedForSecrets,
  stackEnvironment,
  withScratch,
  writeSecrets,
  type ChangesResult,
  type ForgetResult,
  type StackOptions,
  type UpdateResult,
} from "../stack";
import { helmOnPath, summarisePreview, type Listen, type MeshSummary, type Previewing } from "../summary";
import { moveState, type MoveResult, type PartRemoval } from "../parts";
import {
  goalOf,
  rotationReport,
  type Destination,
  type ListsWish,
  type RevocationReport,
  type RotationReport,
  type TrustReport,
  type WrittenLists,
} from "../trust";
import { meshGraph, type MeshGraph } from "../graph";
import { checkMesh } from "../check";
import type { VerifyReport } from "../verify";
import type { ReaderTokensReport } from "../reader-tokens";
import type { ServicesReport } from "../services";
import type { MeshReport } from "../report";
import type { MeshStatus } from "../status";
import {
  compareWithApplied,
  examineMesh,
  readGlobalServices,
  readStatus,
  readTokens,
  readTrust,
  reportMesh,
  verifyMesh,
  writeFilesOf,
} from "./examinations";
import { destroyStacks, leftoverScope } from "./destruction";
import { ensureHost } from "./host";
import type {
  CheckOptions,
  DestroyOptions,
  DoctorOptions,
  DriftOptions,
  MachineFilesOptions,
  MeshDeploymentOptions,
  OperationOptions,
  SummariseOptions,
  UpOptions,
  VerifyOptions,
} from "./options";
import type { MeshOutputs } from "./outputs";
import { operated } from "./operated";
import { projectDirectoryVariable, withProject, type EmbeddedProject } from "./project";
import { eventOfWords } from "./pulumi-text";
import { readRevocation, writeLists } from "./revocations";
import type { Run } from "./run";
import { planOf } from "./plan-of";
import { meshConfiguration } from "./stack-configuration";
import { stacksOf } from "./stacks";
import { variablesOf } from "./variables";

/** What bringing a mesh up came to. */
export interface UpResult extends UpdateResult {
  readonly outputs: MeshOutputs & UpdateResult["outputs"];
}

/** What taking a mesh down came to. */
export interface DestroyResult extends ChangesResult {
  /** What was removed beside, cluster by cluster: what istiod itself had left, and empty namespaces. */
  readonly leftovers: readonly RemovedLeftovers[];
}

/** A mesh whose configuration was changed. */
export interface Reconfigured extends EditedFile {
  /** As the file says it now. */
  readonly mesh: MeshDeployment;
}

/**
 * A mesh that is brought up, looked at and taken down from a program. Every operation gives its result or rejects; none
 * writes to standard output or standard error, ends the process, handles its signals or changes its environment. So any
 * number of meshes can be worked on at once in one process; two operations that change one stack run one after the other.
 *
 * All operations reject with `ConfigurationError` for what the user is to mend, before anything is changed; with
 * `OperationInterrupted` when their signal ends them; with `PulumiError` when Pulumi fails; and with `EventListenerError`
 * when all is done but the listener of events threw.
 *
 * @example
 * const mesh = await MeshDeployment.open({ project: ".", stack: "prod" });
 * const { outputs } = await mesh.up({ onEvent: (event) => console.log(event.type), signal: AbortSignal.timeout(600_000) });
 */
export class MeshDeployment {
  private constructor(
    /** Name of the stack. */
    readonly stack: string,
    /** What follows from the configuration. */
    readonly plan: MeshPlan,
    /** Directory that relative paths of the configuration start from. */
    readonly projectDirectory: string,
    private readonly settings: Pick<StackOptions, "secretsProvider" | "policyPacks"> & {
      readonly variables: NodeJS.ProcessEnv;
    },
    private readonly embedded: EmbeddedProject | undefined,
  ) {}

  /**
   * Reads and checks a mesh's configuration. Asks no cluster, and no backend but for a stack whose file imports environments
   * (ESC): what those give only Pulumi Cloud knows.
   * @throws ConfigurationError with every problem at once.
   * @throws PulumiError when such a stack's configuration cannot be read.
   */
  static async open(options: MeshDeploymentOptions): Promise<MeshDeployment> {
    ensureHost();
    const { stack, secretsProvider, policyPacks } = options;
    const settings = {
      variables: variablesOf(options),
      ...(secretsProvider === undefined ? {} : { secretsProvider }),
      ...(policyPacks === undefined ? {} : { policyPacks }),
    };
    if ("project" in options) {
      const directory = resolve(options.project);
      const plan = await planOf(await meshConfiguration(directory, stack, settings.variables), directory);
      return new MeshDeployment(stack, plan, directory, settings, undefined);
    }
    const { configuration, directory = ".", projectName = "isthmus", secrets = {} } = options;
    const projectDirectory = resolve(directory);
    const plan = await planOf(configuration, projectDirectory);
    return new MeshDeployment(stack, plan, projectDirectory, settings, {
      projectName,
      stack,
      configuration,
      secrets,
    });
  }

  /**
   * Changes values of the configuration in the stack's file, and no other letter of it. Changes nothing else: {@link up} of the
   * mesh that it gives does.
   * @throws ConfigurationError where the file cannot be changed so, or would be wrong; it is as it was then.
   */
  async reconfigure(edits: readonly ConfigurationEdit[]): Promise<Reconfigured> {
    const { embedded, projectDirectory: project, settings, stack } = this;
    if (embedded !== undefined) throw new TypeError("a mesh whose configuration a program gave has no file");
    const { undo } = await editStackFile(project, stack, edits);
    try {
      const plan = await planOf(await meshConfiguration(project, stack, settings.variables), project);
      return { mesh: new MeshDeployment(stack, plan, project, settings, undefined), undo };
    } catch (error) {
      await undo();
      throw error;
    }
  }

  /** Names of all clusters, those that only run a control plane among them. */
  get clusters(): readonly string[] {
    return sitesOf(this.plan).map(({ name }) => name);
  }

  /** The mesh's picture: its clusters and networks, who serves and who reads whom, and gateways. Asks no cluster. */
  graph(): MeshGraph {
    return meshGraph(this.plan);
  }

  /**
   * Brings the mesh to what the configuration says. What goes wrong in one cluster holds up no other.
   * @throws UnfinishedUpdate when all is done but for some clusters.
   */
  up(options: UpOptions = {}): Promise<UpResult> {
    return this.operate("up", options, (run) =>
      stacksOf(this.plan).up(run, {
        refresh: options.refresh === true,
        ...(options.extent === undefined ? {} : { extent: options.extent }),
        ...(options.removals === undefined ? {} : { removals: options.removals }),
      }),
    );
  }

  /**
   * Says what {@link up} would do. Changes nothing: no stack is made, and no file is written.
   * @throws EventStreamError when it could not be read from Pulumi.
   */
  preview(options: OperationOptions = {}): Promise<ChangesResult> {
    return this.operate("preview", options, (run) => stacksOf(this.plan).preview(run));
  }

  /**
   * Says what a preview means for the mesh: what changes in which cluster, what of it is risky, and what {@link up} would
   * refuse. A preview that fails is summed up as far as it came.
   */
  async summarise(options: SummariseOptions = {}): Promise<MeshSummary> {
    const { onEngineEvent, manifests } = options;
    const listened = (listen: Listen): OperationOptions => ({
      ...options,
      onEngineEvent: (stack, event) => {
        listen(stack, event);
        onEngineEvent?.(stack, event);
      },
    });
    const preview: Previewing = (listen, examined) =>
      this.operate("preview", listened(listen), async (run) => {
        const stacks = stacksOf(this.plan);
        const [previewed] = await Promise.allSettled([stacks.preview(run)]);
        const isExaminable = previewed.status === "fulfilled" || previewed.reason instanceof PulumiError;
        if (isExaminable && run.stop?.aborted !== true) examined(await stacks.fitness(run));
        if (previewed.status === "rejected") throw previewed.reason;
      });
    if (manifests !== "render") return summarisePreview(this, preview);
    const variables = await stackEnvironment(this.plan, this.projectDirectory, this.settings.variables);
    const environment = { ...this.settings.variables, ...variables };
    return summarisePreview(this, preview, helmOnPath(this.projectDirectory, environment));
  }

  /**
   * The clusters that {@link up} would take away with their stacks, since the configuration no longer has them, where the
   * mesh is cut into several stacks. Changes nothing, and asks no cluster.
   */
  removals(): Promise<readonly PartRemoval[]> {
    return this.inProject((place) => stacksOf(this.plan).removals({ ...place, plan: this.plan, stack: this.stack }));
  }

  /** Brings the state to what the clusters have. Changes no cluster. */
  refresh(options: OperationOptions = {}): Promise<ChangesResult> {
    return this.operate("refresh", options, (run) => stacksOf(this.plan).refresh(run));
  }

  /**
   * Takes the mesh down, with what istiod itself left in its clusters. The stack stays, and is empty.
   * @throws ConfigurationError when a cluster does not answer, or there is no stack; nothing is removed then.
   */
  destroy(options: DestroyOptions = {}): Promise<DestroyResult> {
    return this.operate("destroy", options, async (run) => {
      const clusters = await findClusters(run, await stacksOf(this.plan).knowledge(run));
      const { changes } = await destroyStacks(run, stacksOf(this.plan), clusters);
      return {
        stack: this.stack,
        changes,
        leftovers: await removeMeshLeftovers(clusters, leftoverScope(options), run.variables),
      };
    });
  }

  /**
   * What others have in the clusters and would lose with {@link destroy}, cluster by cluster. Changes nothing.
   * @throws ConfigurationError when a cluster does not answer.
   */
  foreignContents(options: Pick<DestroyOptions, "customResourceDefinitions"> = {}): Promise<ForeignContents[]> {
    return this.inProject(async (place) => {
      const look = { ...place, plan: this.plan, stack: this.stack };
      await this.keepSecrets(look);
      const clusters = await findClusters(look, await stacksOf(this.plan).knowledge(look));
      return foreignContentsOf(clusters, leftoverScope(options), look.variables);
    });
  }

  /**
   * Looks how the mesh stands, in a second or so: whether its clusters answer, the istiods and what they have synced, gateways,
   * and what ends. Makes nothing, calls nobody and changes nothing; {@link verify} goes further.
   */
  status(options: OperationOptions = {}): Promise<MeshStatus> {
    return this.operate("status", options, readStatus);
  }

  /**
   * Looks whether the mesh can be installed, by its configuration and its clusters: by all that {@link up} looks at before it
   * changes anything, and that is not in the stack. Changes nothing, asks no backend, and makes nothing unless it is told to look
   * from inside the clusters as well.
   */
  check(options: CheckOptions = {}): Promise<VerifyReport> {
    return this.operate("check", options, async ({ onProgress, plan, projectDirectory, variables }) => {
      const secrets = this.embedded?.secrets;
      const { clientImage, effects = "none", signal } = options;
      const inside = effects === "none" ? undefined : { clientImage, onProgress, signal };
      const checked = await checkMesh({ plan, projectDirectory, environment: variables, secrets, inside });
      signal?.throwIfAborted();
      return checked;
    });
  }

  /** Looks whether the mesh is in good order, with real calls between all clusters. */
  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return this.operate("verify", options, (run) => verifyMesh(run, options));
  }

  /**
   * Says what is wrong with the mesh, and what of it is the cause of the rest: from the mesh's file and what its clusters have,
   * without a call between them. Changes nothing.
   */
  doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
    return this.operate("doctor", options, (run) => examineMesh(run, options));
  }

  /**
   * Looks at the mesh from all sides, for one page (`reportPage`): what {@link doctor} and {@link verify} say, its picture, and
   * when its certificates end. What `verify` makes for its calls is removed again; `effects: "none"` makes nothing, and calls
   * nobody.
   */
  report(options: VerifyOptions = {}): Promise<MeshReport> {
    return this.operate("report", options, (run) => reportMesh(run, options));
  }

  /**
   * Says where the certificates of every cluster stand: the roots that are trusted, who signs, and which proxies have not
   * followed yet. Read from the clusters themselves, every running proxy among them; changes nothing.
   */
  trustStatus(options: OperationOptions = {}): Promise<TrustReport> {
    return this.operate("trust status", options, readTrust);
  }

  /**
   * Says where a change to another root stands, what is next on the way, and whether it may be done now; of roots that come
   * from elsewhere what their owner may do. From the mesh's file, the last update's outputs and the clusters; changes nothing.
   * @throws ConfigurationError where a root is asked for and the stack makes none, or the way does not fit a change that is
   *   under way.
   */
  rotation(destination: Destination, options: OperationOptions = {}): Promise<RotationReport> {
    return this.operate("trust status", options, async (run) => {
      const goal = goalOf(this.plan, destination);
      const outputs = await stacksOf(this.plan).outputs(run);
      return rotationReport(this.plan, goal, outputs ?? {}, await readTrust(run));
    });
  }

  /**
   * Says where the revocation of a cluster's intermediate CA stands, and what is next. From the mesh's file, the state and the
   * clusters, every running proxy among them; changes nothing.
   * @throws ConfigurationError where the stack has no keys of CAs, or no istiod runs in the cluster.
   */
  revocation(cluster: string, options: OperationOptions = {}): Promise<RevocationReport> {
    return this.operate("trust status", options, (run) => readRevocation(run, cluster));
  }

  /**
   * Writes the file with revocation lists, signed with the keys that the stack has. {@link up} brings them to the proxies, once
   * the mesh's file names it. No key leaves the memory of this process.
   * @throws ConfigurationError where the stack has no keys of CAs.
   */
  writeRevocationLists(wish: ListsWish, options: OperationOptions = {}): Promise<WrittenLists> {
    return this.operate("trust status", options, (run) => writeLists(run, wish));
  }

  /**
   * Says how the tokens stand by which the clusters are read, and which of them every istiod goes by. Read from the clusters
   * themselves; changes nothing.
   */
  readerTokens(options: OperationOptions = {}): Promise<ReaderTokensReport> {
    return this.operate("rotate tokens", options, readTokens);
  }

  /**
   * Says where every global service stands: its pods in each cluster, and who is called from where. Read from the clusters
   * themselves; changes nothing.
   */
  services(options: OperationOptions = {}): Promise<ServicesReport> {
    return this.operate("services", options, readGlobalServices);
  }

  /**
   * Writes the files by which a machine outside Kubernetes, one of `machines` of the configuration, joins the mesh: what
   * Istio's agent on it is told, the roots, and a token. Makes a token and changes nothing else in the clusters.
   * @param name What the configuration calls it.
   * @throws ConfigurationError where it is not described or not made yet, or a file is there already; nothing is written then.
   */
  machineFiles(name: string, options: MachineFilesOptions): Promise<readonly MadeFile[]> {
    return this.operate("machine files", options, (run) =>
      writeFilesOf(run, name, options, () => stacksOf(this.plan).outputs(run)),
    );
  }

  /**
   * Compares what stands in the clusters with what was applied to them, the objects of Helm releases included.
   * @throws ConfigurationError when there is no stack, or something is to be put back while an update is under way.
   */
  drift(options: DriftOptions = {}): Promise<DriftReport> {
    return this.operate("drift", options, (run) =>
      compareWithApplied(run, () => stacksOf(this.plan).states(run), options.repairs),
    );
  }

  /**
   * Takes everything of a cluster that is gone for good out of the state. Touches no cluster.
   * @throws ConfigurationError when it may not be forgotten: it is still in the configuration, for one.
   */
  forget(cluster: string, options: OperationOptions = {}): Promise<ForgetResult> {
    return this.operate("forget", options, (run) => stacksOf(this.plan).forget(run, cluster));
  }

  /**
   * How many resources {@link forget} would take out of the state. Changes nothing.
   * @throws ConfigurationError as {@link forget} does.
   */
  forgettable(cluster: string): Promise<number> {
    return this.inProject((place) =>
      stacksOf(this.plan).forgettable({ ...place, plan: this.plan, stack: this.stack }, cluster),
    );
  }

  /**
   * Moves the state to where the configuration wants it: from one stack into a stack for each cluster, or the other way.
   * Touches no cluster.
   * @throws ConfigurationError when there is nothing to move, or a killed update left something half-made.
   */
  moveState(options: OperationOptions = {}): Promise<MoveResult> {
    return this.operate("state move", options, moveState);
  }

  /** What the last update said of the mesh, without secrets; undefined where there is no stack. Asks no cluster. */
  outputs(): Promise<MeshOutputs | undefined> {
    return this.inProject((place) => stacksOf(this.plan).outputs({ ...place, plan: this.plan, stack: this.stack }));
  }

  /** Runs an operation, from its first event to its last. */
  private operate<T>(operation: Operation, options: OperationOptions, action: (run: Run) => Promise<T>): Promise<T> {
    const { plan, stack } = this;
    const { signal, killSignal, stopGraceMs, onEngineEvent, parallel } = options;
    return operated({ operation, stack, mesh: plan.id, clusters: this.clusters }, options, (sink) =>
      this.inProject(async (place) => {
        const run: Run = {
          ...place,
          operation,
          plan,
          stack,
          sink,
          ...(signal === undefined ? {} : { stop: signal }),
          ...(killSignal === undefined ? {} : { kill: killSignal }),
          ...(stopGraceMs === undefined ? {} : { stopGraceMs }),
          ...(onEngineEvent === undefined ? {} : { onEngineEvent }),
          ...(parallel === undefined ? {} : { parallel }),
          onProgress: (words) => sink.emit(stack, eventOfWords(words)),
        };
        const keepAndAct = async (own: Run): Promise<T> => {
          // What asks no backend cannot have a stack keep them.
          if (operation !== "check") await this.keepSecrets(own);
          return action(own);
        };
        if (operation !== "preview") return keepAndAct(run);
        return withScratch((scratch) => keepAndAct({ ...run, scratch }));
      }),
    );
  }

  /** Gives the secrets to Pulumi, in the project that was made for the operation. */
  private async keepSecrets(run: StackOptions): Promise<void> {
    if (this.embedded === undefined) return;
    // With its first secret a file gets the salt of the passphrase. Of stacks that share a file each would write its own.
    const first = this.plan.stacks === "one" ? {} : { shared: "by the stacks of the parts" };
    const secrets = Object.entries({ ...first, ...this.embedded.secrets });
    if (secrets.length === 0) return;
    const keeper = await stacksOf(this.plan).keeper(run);
    await writeSecrets(
      run.scratch === undefined ? keeper : await rehearsedForSecrets(keeper, run.scratch),
      Object.fromEntries(secrets.map(([key, value]) => [`${configurationNamespace}:${key}`, value])),
    );
  }

  /** Does something where the Pulumi project is; one that the embedding program has none of is made for that time. */
  private inProject<T>(
    action: (
      place: Pick<StackOptions, "projectDirectory" | "workDirectory" | "variables" | "secretsProvider" | "policyPacks">,
    ) => Promise<T>,
  ): Promise<T> {
    const { embedded, projectDirectory, settings } = this;
    if (embedded === undefined) return action({ projectDirectory, ...settings });
    return withProject(embedded, (workDirectory) => {
      const places = { [projectDirectoryVariable]: projectDirectory, [workDirectoryVariable]: workDirectory };
      return action({ projectDirectory, workDirectory, ...settings, variables: { ...settings.variables, ...places } });
    });
  }
}

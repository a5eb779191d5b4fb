import type { ConfigurationEdit, EditedFile } from "../../access";
import { sitesOf, type MeshPlan } from "../../topology";
import type { MadeFile } from "../authority";
import type { DoctorReport } from "../doctor";
import type { DriftReport } from "../drift";
import type { Operation } from "../events";
import type { ForeignContents } from "../foreign-contents";
import { meshGraph, type MeshGraph } from "../graph";
import { moveState, type MoveResult, type PartRemoval } from "../parts";
import type { ReaderTokensReport } from "../reader-tokens";
import type { MeshReport } from "../report";
import type { ServicesReport } from "../services";
import type { ChangesResult, ForgetResult, UpdateResult } from "../stack";
import type { MeshStatus } from "../status";
import type { MeshSummary } from "../summary";
import type { Destination, ListsWish, RevocationReport, RotationReport, TrustReport, WrittenLists } from "../trust";
import type { VerifyReport } from "../verify";
import { destroyMesh, foreignContentsIn, type DestroyResult } from "./destruction";
import {
  checkInstallable,
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
import { ensureHost } from "./host";
import { inProject, operate } from "./mesh-operation";
import { editConfiguration, openMesh, type OpenedMesh } from "./opened-mesh";
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
import { readRevocation, writeLists } from "./revocations";
import { readRotation } from "./rotations";
import type { Run } from "./run";
import { stacksOf, type MeshStacks } from "./stacks";
import { summariseMesh } from "./summary-of-preview";

/** What bringing a mesh up came to. */
export interface UpResult extends UpdateResult {
  readonly outputs: MeshOutputs & UpdateResult["outputs"];
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
  /** Name of the stack. */
  readonly stack: string;
  /** What follows from the configuration. */
  readonly plan: MeshPlan;
  /** Directory that relative paths of the configuration start from. */
  readonly projectDirectory: string;

  private constructor(private readonly opened: OpenedMesh) {
    this.stack = opened.stack;
    this.plan = opened.plan;
    this.projectDirectory = opened.projectDirectory;
  }

  /**
   * Reads and checks a mesh's configuration. Asks no cluster, and no backend but for a stack whose file imports environments
   * (ESC): what those give only Pulumi Cloud knows.
   * @throws ConfigurationError with every problem at once.
   * @throws PulumiError when such a stack's configuration cannot be read.
   */
  static async open(options: MeshDeploymentOptions): Promise<MeshDeployment> {
    ensureHost();
    return new MeshDeployment(await openMesh(options));
  }

  /**
   * Changes values of the configuration in the stack's file, and no other letter of it. Changes nothing else: {@link up} of the
   * mesh that it gives does.
   * @throws ConfigurationError where the file cannot be changed so, or would be wrong; it is as it was then.
   */
  async reconfigure(edits: readonly ConfigurationEdit[]): Promise<Reconfigured> {
    const { mesh, undo } = await editConfiguration(this.opened, edits);
    return { mesh: new MeshDeployment(mesh), undo };
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
      this.stacks.up(run, {
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
    return this.operate("preview", options, (run) => this.stacks.preview(run));
  }

  /**
   * Says what a preview means for the mesh: what changes in which cluster, what of it is risky, and what {@link up} would
   * refuse. A preview that fails is summed up as far as it came.
   */
  summarise(options: SummariseOptions = {}): Promise<MeshSummary> {
    return summariseMesh(this.opened, options);
  }

  /**
   * The clusters that {@link up} would take away with their stacks, since the configuration no longer has them, where the
   * mesh is cut into several stacks. Changes nothing, and asks no cluster.
   */
  removals(): Promise<readonly PartRemoval[]> {
    return inProject(this.opened, (options) => this.stacks.removals(options));
  }

  /** Brings the state to what the clusters have. Changes no cluster. */
  refresh(options: OperationOptions = {}): Promise<ChangesResult> {
    return this.operate("refresh", options, (run) => this.stacks.refresh(run));
  }

  /**
   * Takes the mesh down, with what istiod itself left in its clusters. The stack stays, and is empty.
   * @throws ConfigurationError when a cluster does not answer, or there is no stack; nothing is removed then.
   */
  destroy(options: DestroyOptions = {}): Promise<DestroyResult> {
    return this.operate("destroy", options, (run) => destroyMesh(run, options));
  }

  /**
   * What others have in the clusters and would lose with {@link destroy}, cluster by cluster. Changes nothing.
   * @throws ConfigurationError when a cluster does not answer.
   */
  foreignContents(options: Pick<DestroyOptions, "customResourceDefinitions"> = {}): Promise<ForeignContents[]> {
    return foreignContentsIn(this.opened, options);
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
    return this.operate("check", options, (run) => checkInstallable(run, options, this.opened.embedded?.secrets));
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
    return this.operate("trust status", options, (run) => readRotation(run, destination));
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
      writeFilesOf(run, name, options, () => this.stacks.outputs(run)),
    );
  }

  /**
   * Compares what stands in the clusters with what was applied to them, the objects of Helm releases included.
   * @throws ConfigurationError when there is no stack, or something is to be put back while an update is under way.
   */
  drift(options: DriftOptions = {}): Promise<DriftReport> {
    return this.operate("drift", options, (run) =>
      compareWithApplied(run, () => this.stacks.states(run), options.repairs),
    );
  }

  /**
   * Takes everything of a cluster that is gone for good out of the state. Touches no cluster.
   * @throws ConfigurationError when it may not be forgotten: it is still in the configuration, for one.
   */
  forget(cluster: string, options: OperationOptions = {}): Promise<ForgetResult> {
    return this.operate("forget", options, (run) => this.stacks.forget(run, cluster));
  }

  /**
   * How many resources {@link forget} would take out of the state. Changes nothing.
   * @throws ConfigurationError as {@link forget} does.
   */
  forgettable(cluster: string): Promise<number> {
    return inProject(this.opened, (options) => this.stacks.forgettable(options, cluster));
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
    return inProject(this.opened, (options) => this.stacks.outputs(options));
  }

  /** The Pulumi stacks that the mesh is in. */
  private get stacks(): MeshStacks {
    return stacksOf(this.plan);
  }

  private operate<T>(operation: Operation, options: OperationOptions, action: (run: Run) => Promise<T>): Promise<T> {
    return operate(this.opened, operation, options, action);
  }
}

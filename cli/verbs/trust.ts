import {
  makeIntermediates,
  makeRevocationLists,
  makeRoot,
  makeWorkload,
  signRequests,
  type KeyAlgorithm,
} from "../../operations/authority";
import { printMade } from "../made-files";
import type { OutputFlags } from "../options";

/** What verbs that make something are told. */
interface MakingFlags extends OutputFlags {
  /** In days. */
  readonly lifetime: number;
}

/** What `isthmus trust root` is told. */
export interface RootFlags extends MakingFlags {
  readonly mesh: string;
  readonly keyAlgorithm: KeyAlgorithm;
}

/** What verbs are told that sign with a root. */
interface SigningFlags extends MakingFlags {
  readonly root: string;
  readonly out: string;
}

/** What `isthmus trust sign` is told. */
export interface SignFlags extends SigningFlags {
  readonly cluster?: string;
}

/** What `isthmus trust intermediate` is told. */
export type IntermediateFlags = SigningFlags & RootFlags;

/** What `isthmus trust workload` is told. */
export interface WorkloadFlags extends MakingFlags {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly trustDomain: string;
  readonly ca: string;
  readonly out: string;
  readonly keyAlgorithm: KeyAlgorithm;
}

/** What `isthmus trust crl` is told. */
export interface CrlFlags extends OutputFlags {
  readonly revoke?: readonly string[];
  readonly from?: string;
  readonly out: string;
}

/** `isthmus trust root` */
export async function trustRootVerb(directory: string, flags: RootFlags): Promise<void> {
  const { keyAlgorithm, lifetime: lifetimeDays, mesh: meshId } = flags;
  printMade(flags.output, await makeRoot({ directory, meshId, keyAlgorithm, lifetimeDays }));
}

/** `isthmus trust sign` */
export async function trustSignVerb(requests: readonly string[], flags: SignFlags): Promise<void> {
  const { cluster, lifetime: lifetimeDays, out, root: rootDirectory } = flags;
  const options = { requests, rootDirectory, out, lifetimeDays, ...(cluster === undefined ? {} : { cluster }) };
  printMade(flags.output, await signRequests(options));
}

/** `isthmus trust intermediate` */
export async function trustIntermediateVerb(clusters: readonly string[], flags: IntermediateFlags): Promise<void> {
  const { keyAlgorithm, lifetime: lifetimeDays, mesh: meshId, out, root: rootDirectory } = flags;
  const options = { clusters, meshId, rootDirectory, out, keyAlgorithm, lifetimeDays };
  printMade(flags.output, await makeIntermediates(options));
}

/** `isthmus trust workload` */
export async function trustWorkloadVerb(flags: WorkloadFlags): Promise<void> {
  const { ca: caDirectory, lifetime: lifetimeDays, keyAlgorithm, namespace, out, serviceAccount, trustDomain } = flags;
  const identity = { namespace, serviceAccount, trustDomain };
  printMade(flags.output, await makeWorkload({ ...identity, caDirectory, out, keyAlgorithm, lifetimeDays }));
}

/** `isthmus trust crl` */
export async function trustCrlVerb(directories: readonly string[], flags: CrlFlags): Promise<void> {
  const { from, out, output, revoke = [] } = flags;
  const options = { directories, revoke, out, ...(from === undefined ? {} : { from }) };
  printMade(output, await makeRevocationLists(options));
}

import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { MeshDeployment, type OperationOptions, type PolicyPack } from "../operations/deployment";
import { displayFor, type DisplayFlags } from "./display";
import { interruptible, type Interruption, type InterruptionWords } from "./interruption";
import type { PolicyFlags } from "./options";

/**
 * The mesh of a stack of the project that we are in.
 * @throws ConfigurationError with every problem of its configuration at once.
 */
export async function openMesh(stack: string, policies: PolicyFlags = {}): Promise<MeshDeployment> {
  return MeshDeployment.open({ project: findProject(process.cwd()), stack, policyPacks: policyPacksOf(policies) });
}

function policyPacksOf({ policyPack: path, policyPackConfig: configuration }: PolicyFlags): readonly PolicyPack[] {
  if (path === undefined) return [];
  return [{ path, ...(configuration === undefined ? {} : { configuration }) }];
}

/** The nearest directory with a Pulumi.yaml, upwards, as Pulumi itself looks for it; else where we are. */
function findProject(start: string): string {
  for (let directory = resolve(start); ; directory = dirname(directory)) {
    if (existsSync(join(directory, "Pulumi.yaml"))) return directory;
    if (directory === dirname(directory)) return start;
  }
}

/** How an operation that is shown asks something. */
export interface Aside {
  /** Does something while the display keeps away from the terminal. */
  readonly aside: <T>(action: () => T | Promise<T>) => Promise<T>;
}

/** What of its options an operation that is shown is given. */
export type ShownOptions = Interruption & Required<Pick<OperationOptions, "onEvent">>;

/**
 * Runs an operation on a mesh: shows how far it is, as the flags say, and lets Ctrl-C end it.
 * @param operation Is given the options that go to the operation of MeshDeployment.
 * @throws Interrupted when it was asked to end.
 */
export async function operate<T>(
  flags: DisplayFlags,
  words: InterruptionWords,
  operation: (options: ShownOptions & Aside) => Promise<T>,
): Promise<T> {
  const display = displayFor(flags);
  const aside: Aside["aside"] = async (action) => {
    display.pause();
    try {
      return await action();
    } finally {
      display.resume();
    }
  };
  try {
    return await interruptible(
      (interruption) => operation({ ...interruption, onEvent: (event) => display.take(event), aside }),
      words,
      (text) => display.note(text),
    );
  } finally {
    display.close();
  }
}

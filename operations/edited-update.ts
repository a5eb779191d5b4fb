import type { ConfigurationEdit, EditedFile } from "../access";
import { ConfigurationError, listed } from "../topology";

/** A mesh whose stack's file can be changed. */
export interface Reconfigurable<Mesh> {
  /** Changes values of the stack's file, and gives the mesh as the file says it then. */
  reconfigure(edits: readonly ConfigurationEdit[]): Promise<EditedFile & { readonly mesh: Mesh }>;
}

/** Which command wants to change one thing alone. */
export interface LoneChange {
  /** `isthmus rotate tokens` */
  readonly command: string;
  /** What it changes, with the verb: `tokens are`. */
  readonly aim: string;
  /** By which the rest is brought. Default: `isthmus up`. */
  readonly up?: string;
}

/**
 * One change at a time: what else is in the file would go along unseen.
 * @param others What an update would change beside, in words.
 * @throws ConfigurationError where there is anything.
 */
export function ensureNothingElse({ aim, command, up = "isthmus up" }: LoneChange, others: readonly string[]): void {
  if (others.length === 0) return;
  throw new ConfigurationError([
    {
      path: command,
      expected: `a mesh that is as its file says, so that ${aim} all that changes`,
      found: `other changes that no update has brought yet: ${listed(others)}`,
      fix: `Run \`${up}\` first, or take them back.`,
    },
  ]);
}

/**
 * Changes values of the stack's file, and runs the update for them. What that refuses before anything is changed is taken out
 * of the file again; what it has begun stays there, so that the next run goes on with it.
 * @returns The mesh as the file says it now.
 */
export async function updateByEdit<Mesh>(
  mesh: Reconfigurable<Mesh>,
  edits: readonly ConfigurationEdit[],
  up: (changed: Mesh) => Promise<void>,
): Promise<Mesh> {
  const { mesh: changed, undo } = await mesh.reconfigure(edits);
  try {
    await up(changed);
  } catch (error) {
    if (error instanceof ConfigurationError) await undo();
    throw error;
  }
  return changed;
}

import type { ConfigurationEdit, EditedFile } from "../access";
import { ConfigurationError } from "../topology";

/** A mesh whose stack's file can be changed. */
export interface Reconfigurable<Mesh> {
  /** Changes values of the stack's file, and gives the mesh as the file says it then. */
  reconfigure(edits: readonly ConfigurationEdit[]): Promise<EditedFile & { readonly mesh: Mesh }>;
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

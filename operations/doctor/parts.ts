import { CommandFailed, KubernetesError } from "../../access";
import type { Unread } from "../../diagnosis";

/** Reads parts of a cluster, and keeps in mind which could not be read: nothing that is missing holds up the rest. */
export class Parts {
  private readonly reasons: Unread[] = [];

  /** What could not be read so far. */
  get unread(): readonly Unread[] {
    return this.reasons;
  }

  /**
   * Reads one part.
   * @param what It is: `Secrets of istio-system`.
   * @returns Undefined where it could not be read.
   */
  async read<T>(what: string, asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof KubernetesError || error instanceof CommandFailed)) throw error;
      this.reasons.push({ what, reason: error.message });
      return undefined;
    }
  }

  /** Keeps in mind that a part of what was read could not be, and why. */
  leaveOut(unread: Unread): void {
    this.reasons.push(unread);
  }
}

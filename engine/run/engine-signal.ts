/**
 * Whether Pulumi's engine works on the stack. Its first event comes after the backend gave it the stack (a lock, or an
 * update at the service) and after it began to listen to Ctrl-C (pulumi, backend/diy and backend/httpstate: NewScope comes
 * before the engine). What the command line prints says neither on all backends.
 */
export class EngineSignal {
  private begun = false;
  private readonly listeners = new Set<() => void>();

  get hasBegun(): boolean {
    return this.begun;
  }

  /** To be called at each of the engine's events. */
  readonly notice = (): void => {
    if (this.begun) return;
    this.begun = true;
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  };

  /** The next command begins anew. */
  reset(): void {
    this.begun = false;
    this.listeners.clear();
  }

  /** Calls the listener as soon as the engine works, which may be at once. */
  onBegin(listener: () => void): void {
    if (this.begun) listener();
    else this.listeners.add(listener);
  }
}

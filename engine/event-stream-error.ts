/** What a preview found could not be read, because Pulumi's stream of events broke off. Nothing was changed. */
export class EventStreamError extends Error {
  constructor(stack: string) {
    super(`Pulumi's events of stack ${stack} broke off: what an update would change is not known. Run it again.`);
    this.name = "EventStreamError";
  }
}

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { isCause } from "../../diagnosis";
import { urnParts } from "./subject";

/** Why resources are not there, as the program tells it while they are waited for; a cause goes when its resource comes. */
export class Causes {
  private readonly byUrn = new Map<string, string>();

  /** Takes the engine's next event. */
  readonly take = ({ diagnosticEvent, resOutputsEvent }: EngineEvent): void => {
    if (resOutputsEvent !== undefined) this.byUrn.delete(resOutputsEvent.metadata.urn);
    const told = toldCause(diagnosticEvent);
    if (told !== undefined) this.byUrn.set(told.urn, told.words);
  };

  /** The cause of what is told of a resource; undefined where none is known. */
  of(urn: string | undefined): string | undefined {
    return urn === undefined ? undefined : this.byUrn.get(urn);
  }

  /** Causes by the names of their resources. */
  get byResource(): ReadonlyMap<string, string> {
    return new Map([...this.byUrn].map(([urn, words]) => [urnParts(urn).name, words]));
  }
}

/** The cause that stays and that the program tells of a resource, as a warning; undefined for what else is said. Pure. */
export function toldCause(
  said: EngineEvent["diagnosticEvent"],
): { readonly urn: string; readonly words: string } | undefined {
  if (said?.severity !== "warning" || said.urn === undefined) return undefined;
  const words = said.message.trim().replace(/^warning: /, "");
  return isCause(words) ? { urn: said.urn, words } : undefined;
}

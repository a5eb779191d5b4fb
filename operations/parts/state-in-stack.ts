import type { ExportedState } from "../../engine/state";
import { stackType, withReferences, type StateResource } from "../../engine/state";

/** The state of a stack. Secrets stand in it in plain: it is for the memory of this process alone. */
export type State = ExportedState;

/** The resource as one of another stack; what it depends on that is not there is left out. Pure. */
export function inStack(
  resource: StateResource,
  project: string,
  from: string,
  to: string,
  isThere: (urn: string) => boolean,
): StateResource {
  const renamed = (urn: string): string => urnInStack(urn, project, from, to);
  const { parent, provider, ...rest } = withReferences(resource, (urn) => (isThere(urn) ? renamed(urn) : undefined));
  return {
    ...rest,
    // Former names were those in the former stack.
    ...(resource.aliases === undefined ? {} : { aliases: [] }),
    urn: renamed(resource.urn),
    ...(parent === undefined ? {} : { parent: renamed(parent) }),
    ...(provider === undefined ? {} : { provider: renamed(provider) }),
  };
}

/** The same URN in another stack. The stack's own resource bears the stack's name too. */
export function urnInStack(urn: string, project: string, from: string, to: string): string {
  const moved = urn.replace(`urn:pulumi:${from}::${project}::`, `urn:pulumi:${to}::${project}::`);
  return moved.endsWith(`::${stackType}::${project}-${from}`)
    ? `${moved.slice(0, -`${project}-${from}`.length)}${project}-${to}`
    : moved;
}

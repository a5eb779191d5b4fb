import type { StandingToken } from "../../preflight";
import type { Living, PodReading, StandingGateway, StandingIstiod } from "../standing";

/** Something that was asked of a cluster: what it said, or why it did not. */
export type Seen<T> = { readonly found: T } | Unread;

/** Why something was not read. */
export interface Unread {
  readonly reason: string;
  /** Whether it is that our user may not: then it says nothing of the mesh. */
  readonly isByRights: boolean;
}

/** What a cluster showed; what the plan has not of it is not asked. */
export interface SeenCluster {
  /** Version of Kubernetes, of an API server that answers and lets us in. */
  readonly kubernetes: Seen<string>;
  /** Whether the namespace `istio-system` is there, and which mesh it names. */
  readonly systemNamespace: Seen<{ readonly isThere: boolean; readonly mesh?: string }>;
  readonly istiods?: Seen<readonly StandingIstiod[]>;
  readonly reading?: Seen<readonly PodReading[]>;
  readonly gateway?: Seen<StandingGateway>;
  /** Addresses of the Service by which others reach its istiod. */
  readonly exposedIstiod?: Seen<readonly string[]>;
  readonly root?: Seen<readonly Living[]>;
  readonly intermediate?: Seen<readonly Living[]>;
  readonly tokens?: Seen<readonly StandingToken[]>;
}

/** What was read of it; undefined where nothing was. */
export function foundIn<T>(seen: Seen<T> | undefined): T | undefined {
  return seen !== undefined && "found" in seen ? seen.found : undefined;
}

import type { PreflightId } from "../../preflight";
import type { MeshPlan } from "../../topology";
import { apiServerWays, gatewayWays, placesIn } from "./inside/places";

/** What is looked at before an installation: what an update is refused by, and what it looks at to get there. */
export type CheckId = PreflightId | "kubeconfig-found" | "certificates-usable";

/** One row of the table. */
export interface CheckRow {
  /** Stable: scripts and docs/check.md refer to it. */
  readonly id: CheckId;
  /** What is so, true when nothing is found. */
  readonly title: string;
  /** Whether it is looked at in each cluster, or for the mesh as a whole. */
  readonly of: "cluster" | "mesh";
}

/** In the order in which they are told: each cluster's after those without which nothing is known of it. */
export const rows: readonly CheckRow[] = [
  { id: "charts-usable", title: "Istio's charts are there, and know the values that are set", of: "mesh" },
  {
    id: "certificates-usable",
    title: "what is made elsewhere of the mesh's certificates is there, and good",
    of: "mesh",
  },
  { id: "kubeconfig-found", title: "a kubeconfig says how the cluster is reached", of: "cluster" },
  { id: "cluster-reachable", title: "the cluster's API server answers", of: "cluster" },
  { id: "user-admitted", title: "it lets this user in", of: "cluster" },
  { id: "user-permitted", title: "this user may install Istio", of: "cluster" },
  { id: "kubernetes-supported", title: "Istio supports the cluster's Kubernetes", of: "cluster" },
  { id: "place-free", title: "nothing in the cluster is in the mesh's way", of: "cluster" },
  { id: "intermediate-usable", title: "what others keep or issue of its CA there is good", of: "cluster" },
  {
    id: "api-server-for-others",
    title: "its API server is what the other clusters are told, as seen from here",
    of: "cluster",
  },
  { id: "ranges-known", title: "its address ranges are known where they matter", of: "cluster" },
  { id: "mesh-itself", title: "the clusters are of no other mesh, and called as before", of: "mesh" },
  { id: "clusters-apart", title: "each is a cluster of its own", of: "mesh" },
  { id: "ranges-apart", title: "address ranges of one network do not overlap", of: "mesh" },
  { id: "clocks-agree", title: "the clocks of the API servers agree", of: "mesh" },
  { id: "reader-tokens-fit", title: "tokens by which clusters are read fit the configuration", of: "mesh" },
];

/** One row of what shows from inside the clusters alone. */
export interface UnseenRow {
  readonly id: string;
  readonly title: string;
  /** Whether a mesh has any of which it is asked. */
  readonly isAsked: (plan: MeshPlan) => boolean;
}

/** What shows from inside the clusters alone. */
export const unseen: readonly UnseenRow[] = [
  { id: "names-resolved", title: "its pods resolve names", isAsked: (plan) => placesIn(plan).length > 0 },
  {
    id: "api-server-reached",
    title: "the other clusters reach its API server",
    isAsked: (plan) => apiServerWays(plan).length > 0,
  },
  {
    id: "gateway-addressed",
    title: "its east-west gateway gets an address that the other clusters reach",
    isAsked: (plan) => gatewayWays(plan).length > 0,
  },
];

/** What each row says when nothing is found, by its id. */
export const checkTitles: ReadonlyMap<string, string> = new Map(
  [...rows, ...unseen].map(({ id, title }) => [id, title]),
);

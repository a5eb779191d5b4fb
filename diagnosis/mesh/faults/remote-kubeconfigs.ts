import type { Fault } from "../finding";
import { atReader, atTarget, ofSamePair, there } from "../origins";
import {
  misnamedKubeconfigs,
  missingKubeconfigs,
  staleTokens,
  unlabelledKubeconfigs,
  unreadableKubeconfigs,
  wrongAuthorities,
  wrongServers,
} from "../rules/remote-kubeconfigs";
import { repeatedKubeconfigs } from "../rules/repeated-kubeconfigs";
import { readersWithoutRights } from "../rules/rights";
import { unsyncedClusters } from "../rules/synced";
import { ofIstiod, ofKubeconfig } from "./groups";

/** What can be wrong with how istiods read other clusters. */
export const remoteKubeconfigFaults: readonly Fault[] = [
  {
    id: "remote-secret-missing",
    title: "an istiod is given no kubeconfig of a cluster",
    follows: [...atReader("system-namespace-missing"), ...atTarget("system-namespace-missing")],
    find: missingKubeconfigs,
  },
  {
    id: "remote-secret-label",
    title: "an istiod does not look at a kubeconfig",
    follows: [],
    find: unlabelledKubeconfigs,
  },
  {
    id: "remote-secret-key",
    title: "a kubeconfig stands under another name than its cluster's",
    follows: [],
    find: misnamedKubeconfigs,
  },
  {
    id: "remote-secret-twice",
    title: "an istiod is given several kubeconfigs of a cluster",
    follows: [],
    find: repeatedKubeconfigs,
  },
  { id: "remote-secret-unreadable", title: "a kubeconfig cannot be read", follows: [], find: unreadableKubeconfigs },
  {
    id: "remote-secret-server",
    title: "a kubeconfig leads elsewhere",
    follows: ofSamePair("remote-secret-twice"),
    find: wrongServers,
  },
  {
    id: "remote-secret-authority",
    title: "a kubeconfig has another authority than the API server's",
    follows: ofSamePair("remote-secret-twice", "remote-secret-server"),
    find: wrongAuthorities,
  },
  {
    id: "remote-secret-token",
    title: "a kubeconfig has a token that is good for nothing",
    follows: [
      ...atTarget("system-namespace-missing"),
      ...ofSamePair("remote-secret-twice", "remote-secret-server", "remote-secret-authority"),
    ],
    find: staleTokens,
  },
  {
    id: "remote-reader-rights",
    title: "the account by which a cluster is read lacks rights",
    follows: there("system-namespace-missing"),
    find: readersWithoutRights,
  },
  {
    id: "remote-cluster-not-synced",
    title: "an istiod has not read a cluster",
    follows: [
      ...atTarget("cluster-unreachable", "system-namespace-missing", "remote-reader-rights"),
      ...atReader("system-namespace-missing", ...ofIstiod, "istiod-rights", "cluster-id"),
      ...ofSamePair(...ofKubeconfig),
    ],
    find: unsyncedClusters,
  },
];

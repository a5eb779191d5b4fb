import type { Fault } from "../finding";
import { differingClocks } from "../rules/clocks";
import { silentDns } from "../rules/dns";
import { strangeClusters } from "../rules/membership";
import { missingSystemNamespaces } from "../rules/namespaces";
import { otherIstiods } from "../rules/other-istiods";
import { unreachableClusters } from "../rules/reach";

/** What can be wrong with a cluster as such. */
export const clusterFaults: readonly Fault[] = [
  { id: "cluster-unreachable", title: "an API server does not answer", follows: [], find: unreachableClusters },
  {
    id: "another-cluster",
    title: "a cluster belongs to another mesh, or is another one of this",
    follows: [],
    find: strangeClusters,
  },
  {
    id: "system-namespace-missing",
    title: "istio-system is not there",
    follows: [],
    find: missingSystemNamespaces,
  },
  { id: "clock-differs", title: "a cluster's clock does not go as the others do", follows: [], find: differingClocks },
  { id: "dns-down", title: "a cluster's DNS answers nobody", follows: [], find: silentDns },
  { id: "another-control-plane", title: "another mesh stands in a cluster", follows: [], find: otherIstiods },
];

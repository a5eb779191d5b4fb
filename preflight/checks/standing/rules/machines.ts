import { isOwned } from "../../../../topology";
import { kubectl } from "../kubectl";
import type { StandingRule } from "./rule";

/** WorkloadEntries of others that have the names of the mesh's machines. They are not overwritten. */
export const machines: StandingRule = ({ machineEntries, site, wantedMachines }) => ({
  problems: wantedMachines
    .filter(({ name, namespace }) =>
      machineEntries.some((entry) => entry.name === name && entry.namespace === namespace && !isOwned(entry.labels)),
    )
    .map(({ name, namespace, path }) => ({
      path,
      expected: `no workloadentry/${name} in ${namespace} of ${site.name} but the mesh's own`,
      found: "one that Isthmus did not make",
      fix: `Give the machine another name here; to let the mesh have its own, remove this one: ${kubectl(site, "--namespace", namespace, "delete", "workloadentry", name)}.`,
    })),
});

import type { MachinePlan } from "../topology";
import { Machine } from "./machine";
import { awaitedIn, type PolicyPlace } from "./mesh-policies";
import type { MeshSite } from "./mesh-site";

/** Makes the entries of the machines that join a cluster. */
export function createMachines(site: MeshSite, machines: readonly MachinePlan[], place: PolicyPlace): void {
  for (const machine of machines) {
    const suffix = `machine.${machine.name}` as const;
    const dependsOn = awaitedIn(place, machine.namespace);
    new Machine(site.nameOf(suffix), { machine }, site.options(suffix, { dependsOn }));
  }
}

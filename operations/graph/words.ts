import { listed } from "../../topology";
import type { DrawnMesh } from "./graph";

/** What a picture of a mesh shows, in sentences, for who does not see it. Pure. */
export function wordsOf({ clusters, controlPlanes, gateways, machines, networks }: DrawnMesh): string {
  const all = clusters.length;
  return [
    `${counted(all, "cluster")} on ${counted(networks.length, "network")}.`,
    ...networks.map(
      ({ clusters: on, machines: also, name }) => `Network ${name}: ${listed([...on, ...also], Infinity)}.`,
    ),
    ...controlPlanes.map(({ cluster, reads, serves }) => {
      const readWords = reads.length === 0 ? "" : `, and reads the API server of ${listed(reads, Infinity)}`;
      return `The istiod of ${cluster} serves ${serves.length === 0 ? "no cluster" : listed(serves, Infinity)}${readWords}.`;
    }),
    ...gateways.map(
      ({ addresses = [], calledFrom, cluster }) =>
        `The east-west gateway of ${cluster}${addresses.length === 0 ? "" : ` at ${addresses.join(", ")}`} is called from ${calledFrom.length === 0 ? "no other network" : listed(calledFrom, Infinity)}.`,
    ),
    ...machines.map(({ cluster, name }) => `The machine ${name} has joined ${cluster}.`),
  ].join(" ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

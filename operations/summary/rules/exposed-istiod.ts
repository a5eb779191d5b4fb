import { listed, machinesOf } from "../../../topology";
import type { ClusterRule, ClusterView, Finding } from "../comparison";
import { differing } from "../differing";
import type { Step } from "../read-preview";
import { notUnderstood } from "./not-understood";
import { because } from "./verb";

/** The Service by which other clusters, and machines outside Kubernetes, reach a cluster's istiod. */
export const exposedIstiod: ClusterRule = (view) => {
  const { controlPlane, step: stepOf } = view;
  const step = stepOf("exposed istiod", "Service");
  if (step === undefined || step.op === "same") return [];
  const served = [
    ...(controlPlane?.serves ?? []).filter((name) => name !== controlPlane?.name),
    ...machinesServed(view),
  ];
  const address = controlPlane?.exposed?.address;
  const where = address === undefined ? "its address is not known yet" : `at ${address}`;
  if (step.op === "create") {
    const words = `its istiod is exposed to serve ${listed(served)}: ${where}`;
    return [{ change: { id: "exposed-istiod", words }, explains: [step] }];
  }
  if (step.op === "delete") return [removed(view, step)];
  if (step.op === "replace") return [replaced(step, served, where)];
  const words = `the Service of its exposed istiod: ${listed(differing(step).map(({ path }) => path))}`;
  return [{ change: { id: "exposed-istiod", words }, risk: notUnderstood(words, step), explains: [step] }];
};

function machinesServed({ mesh, name }: ClusterView): string[] {
  return machinesOf(mesh.plan, name).map((machine) => `machine ${machine.name}`);
}

function removed({ controlPlane, formerName, mesh, name }: ClusterView, step: Step): Finding {
  const former = mesh.last.controlPlanes[formerName]?.serves;
  const left = mesh.plan.clusters
    .filter((cluster) => cluster.name !== name && controlPlane?.serves.includes(cluster.name) === true)
    .map((cluster) => cluster.name);
  const words = "its istiod is exposed no longer";
  if (left.length === 0) {
    const change = { id: "exposed-istiod", words: `${words}: it serves no other cluster` } as const;
    // Those that it served have another istiod now, or leave: other rules tell.
    return former === undefined
      ? { change, risk: notUnderstood(words, step), explains: [step] }
      : { change, explains: [step] };
  }
  return {
    change: { id: "exposed-istiod", words: `${words}, though it serves ${listed(left)}` },
    risk: {
      id: "exposed-istiod-removed",
      severity: "high",
      traffic: "interrupted",
      words: `${words}, though it serves ${listed(left)}: proxies there get no configuration and no certificates any more, and new pods get no sidecar.`,
      advice: "Do not merge it; find out what makes it change.",
    },
    explains: [step],
  };
}

function replaced(step: Step, served: readonly string[], where: string): Finding {
  const words = `the Service by which its istiod serves ${listed(served)} is deleted and made anew${because(step)}`;
  return {
    change: { id: "exposed-istiod", words: `${words}; ${where}` },
    risk: {
      id: "exposed-istiod-replaced",
      severity: "high",
      traffic: "not-known",
      words: `${words}: until its new address is known there, proxies go on with what they know, calls to pods that move meanwhile fail, and new pods get no sidecar.`,
      advice: "Roll nothing out in these clusters meanwhile.",
    },
    explains: [step],
  };
}

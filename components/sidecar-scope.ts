import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownedLabels, sidecarName, type SidecarScopePlan } from "../topology";

/** What a {@link SidecarScope} is made from. */
export interface SidecarScopeArgs {
  /** One of what `sidecarScopesIn(plan, cluster)` gives. */
  readonly scope: SidecarScopePlan;
}

/**
 * What the proxies of a namespace's workloads are told of (istio.io, Sidecar): nothing else resolves for them by the mesh, and
 * takes room in them. It stands in the cluster that holds the istiod's configuration, whichever cluster the workloads run in.
 * It has the name of Istio's documentation, by which there is one for each namespace: of several it is not defined which counts.
 */
export class SidecarScope extends pulumi.ComponentResource {
  constructor(name: string, args: SidecarScopeArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:SidecarScope", name, {}, opts);

    const { hosts, namespace } = args.scope;
    new kubernetes.apiextensions.CustomResource(
      `${name}-sidecar`,
      {
        apiVersion: "networking.istio.io/v1",
        kind: "Sidecar",
        metadata: { name: sidecarName, namespace, labels: ownedLabels },
        spec: { egress: [{ hosts }] },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

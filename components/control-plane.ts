import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterPlan, MeshPlan } from "../topology";
import { chartSource } from "./internal/chart";
import { baseValues, istiodValues } from "./internal/helm-values";
import { releaseTimeoutSeconds } from "./internal/timeouts";

/** What a {@link ControlPlane} is made from. */
export interface ControlPlaneArgs {
  readonly plan: MeshPlan;
  readonly cluster: ClusterPlan;
  /** The namespace that istiod lives in. It must hold the cluster's intermediate CA already. */
  readonly namespace: pulumi.Input<string>;
}

/** A cluster's own control plane: the releases `istio-base` and `istiod`. */
export class ControlPlane extends pulumi.ComponentResource {
  /** Istio's CRDs and the reader account; there before istiod is. */
  readonly base: kubernetes.helm.v3.Release;
  /** The release of istiod: when it is there, istiod serves and its webhook injects. */
  readonly istiod: kubernetes.helm.v3.Release;

  constructor(name: string, args: ControlPlaneArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:ControlPlane", name, {}, opts);

    this.base = new kubernetes.helm.v3.Release(
      `${name}-base`,
      {
        name: "istio-base",
        namespace: args.namespace,
        ...chartSource(args.plan.istio, "base"),
        values: baseValues(args.plan.istio),
        timeout: releaseTimeoutSeconds,
      },
      { parent: this },
    );
    this.istiod = new kubernetes.helm.v3.Release(
      `${name}-istiod`,
      {
        name: "istiod",
        namespace: args.namespace,
        ...chartSource(args.plan.istio, "istiod"),
        values: istiodValues(args.plan, args.cluster),
        timeout: releaseTimeoutSeconds,
      },
      { parent: this, dependsOn: this.base },
    );

    this.registerOutputs({});
  }
}

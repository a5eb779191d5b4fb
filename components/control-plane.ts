import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, type HelmValues, type IstioPlan } from "../topology";
import { awaitedRelease, type AwaitedRelease } from "./awaited";
import { chartSource } from "./internal/chart";
import { releaseTimeoutSeconds } from "./internal/timeouts";
import { transformed, type ReleaseTransforms } from "./transforms";

/** What a {@link ControlPlane} is made from. */
export interface ControlPlaneArgs {
  /** The cluster's name, for whoever transforms a release. */
  readonly cluster: string;
  readonly istio: IstioPlan;
  /** The namespace that istiod lives in. It must hold the cluster's intermediate CA already, where istiod signs. */
  readonly namespace: pulumi.Input<string>;
  /** Values of the `base` chart; undefined where the cluster needs no CRDs, which it does for workloads or configuration. */
  readonly base?: pulumi.Input<HelmValues>;
  /** Values of the `istiod` chart. */
  readonly istiod: pulumi.Input<HelmValues>;
  readonly transforms?: ReleaseTransforms;
}

/**
 * What a cluster has of a control plane: the releases `istio-base` and `istiod`. In a remote cluster the latter is no
 * istiod but the webhook and the Service that lead to another cluster's. It is one component all the same, so that a
 * remote cluster becomes a primary, and the other way round, by an upgrade in place.
 */
export class ControlPlane extends pulumi.ComponentResource {
  /** Istio's CRDs and the reader account; there before istiod is. */
  readonly base: kubernetes.helm.v3.Release | undefined;
  /** The release of istiod: when it is there, istiod serves and its webhook injects. */
  readonly istiod: kubernetes.helm.v3.Release;
  /** The same, for whoever looks what keeps istiod's pods. */
  readonly awaited: AwaitedRelease;

  constructor(name: string, args: ControlPlaneArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:ControlPlane", name, {}, opts);

    const { base, cluster, istio, namespace, transforms = {} } = args;
    this.base =
      base &&
      new kubernetes.helm.v3.Release(
        childName(name, "ControlPlane", "base"),
        transformed(transforms.base, cluster, {
          name: "istio-base",
          namespace,
          ...chartSource(istio, "base"),
          values: base,
          timeout: releaseTimeoutSeconds,
        }),
        { parent: this },
      );
    this.istiod = new kubernetes.helm.v3.Release(
      childName(name, "ControlPlane", "istiod"),
      transformed(transforms.istiod, cluster, {
        name: "istiod",
        namespace,
        ...chartSource(istio, "istiod"),
        values: args.istiod,
        timeout: releaseTimeoutSeconds,
      }),
      { parent: this, dependsOn: this.base ?? [] },
    );
    this.awaited = awaitedRelease(
      { cluster, name: "istiod" },
      this.istiod,
      childName(name, "ControlPlane", "istiod"),
      this,
    );

    this.registerOutputs({});
  }
}

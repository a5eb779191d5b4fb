import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dnsCaptureMetadata, dnsCaptureName, ownedLabels, type DnsCapturePlan } from "../topology";

/** What a {@link DnsCapture} is made from. */
export interface DnsCaptureArgs {
  /** One of what `dnsCapturesIn(plan, cluster)` gives. */
  readonly capture: DnsCapturePlan;
}

/**
 * Whether the sidecars of a namespace answer DNS, in place of what the mesh has (istio.io, ProxyConfig): istiod goes by it when
 * it injects a pod, so that pods which run stay as they are. What else the mesh's proxy metadata has is kept, and a pod's
 * annotation `proxy.istio.io/config` comes before it. It stands in the cluster that holds the istiod's configuration,
 * whichever cluster the workloads run in.
 */
export class DnsCapture extends pulumi.ComponentResource {
  constructor(name: string, args: DnsCaptureArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:DnsCapture", name, {}, opts);

    const { capturesDns, namespace } = args.capture;
    new kubernetes.apiextensions.CustomResource(
      `${name}-proxy-config`,
      {
        // Istio has no v1 of it.
        apiVersion: "networking.istio.io/v1beta1",
        kind: "ProxyConfig",
        metadata: { name: dnsCaptureName, namespace, labels: ownedLabels },
        spec: { environmentVariables: { [dnsCaptureMetadata]: String(capturesDns) } },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

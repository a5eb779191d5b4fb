import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childName, ownedLabels, peerAuthenticationName, type MutualTlsMode } from "../topology";

/** What a {@link MutualTls} is made from. */
export interface MutualTlsArgs {
  /** Whose workloads it is about: those of one namespace; of all, where it is that of the control plane. */
  readonly namespace: pulumi.Input<string>;
  /** `strict`: workloads take calls by mutual TLS alone. `permissive`: in plain text too, as Istio's default is. */
  readonly mode: MutualTlsMode;
}

/**
 * How workloads take calls (istio.io, PeerAuthentication), for those that an istiod serves. It stands in the cluster that
 * holds the istiod's configuration, whichever cluster the workloads run in. It has the name of Istio's documentation, by
 * which there is one for each namespace: of several Istio takes the oldest.
 */
export class MutualTls extends pulumi.ComponentResource {
  constructor(name: string, args: MutualTlsArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:MutualTls", name, {}, opts);

    new kubernetes.apiextensions.CustomResource(
      childName(name, "MutualTls", "policy"),
      {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: { name: peerAuthenticationName, namespace: args.namespace, labels: ownedLabels },
        spec: { mtls: { mode: modes[args.mode] } },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

const modes: Readonly<Record<MutualTlsMode, string>> = { strict: "STRICT", permissive: "PERMISSIVE" };

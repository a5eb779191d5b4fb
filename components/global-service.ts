import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { globalServiceChildName, type PlacedService } from "../topology";
import { globalObjects } from "./internal/global-objects";

/** What a {@link GlobalService} is made from. */
export interface GlobalServiceArgs {
  /**
   * The service as the istiod is told of it whose configuration lies in this cluster: one of what `globalServicesIn(plan, cluster)`
   * gives.
   */
  readonly service: PlacedService;
}

/**
 * A service that has one name in every cluster (istio.io, ServiceEntry), for the workloads of an istiod: how its servers are
 * found in all clusters, who is called first, and when proxies go elsewhere. It stands in the cluster that holds the istiod's
 * configuration; one component for each such cluster makes the name known in all of them.
 *
 * Between networks the gateways must let the names in too: see `globalHosts` of {@link CrossNetworkGateway}. Pods know a name
 * if their sidecar answers DNS (`ISTIO_META_DNS_CAPTURE`).
 */
export class GlobalService extends pulumi.ComponentResource {
  /** The names by which it is called, its own first. */
  readonly hosts: readonly string[];

  constructor(name: string, args: GlobalServiceArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:GlobalService", name, {}, opts);

    const { names } = args.service;
    for (const placed of names) {
      for (const { kind, metadata, part, spec } of globalObjects(placed)) {
        new kubernetes.apiextensions.CustomResource(
          globalServiceChildName(name, part, placed.host),
          { apiVersion: "networking.istio.io/v1", kind, metadata, spec },
          { parent: this },
        );
      }
    }
    this.hosts = names.map(({ host }) => host);
    this.registerOutputs({});
  }
}

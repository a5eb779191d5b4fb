import * as pulumi from "@pulumi/pulumi";
import {
  controlPlaneIn,
  mergeValues,
  type ClusterPlan,
  type ControlPlanePlan,
  type HelmValues,
  type MeshPlan,
} from "../topology";
import type { Elsewhere } from "./elsewhere";
import { digestOf } from "./internal/digest";
import {
  baseValues,
  configurationBaseValues,
  externalValues,
  holdsConfiguration,
  primaryValues,
  remoteBaseValues,
  remoteValues,
  revocationValues,
} from "./internal/helm-values";
import { exposedHostOf, onceIssued, siteOf, withExposedHost, type MeshSite } from "./mesh-site";

/** The Helm values of the sites' charts, with the addresses at which istiods are reached. */
export class SiteValues {
  constructor(
    private readonly plan: MeshPlan,
    private readonly sites: ReadonlyMap<string, MeshSite>,
    private readonly elsewhere: Elsewhere | undefined,
  ) {}

  /** Of the `base` chart in a cluster of the mesh. */
  base(cluster: ClusterPlan): pulumi.Input<HelmValues> {
    const extra = cluster.values.base;
    if (controlPlaneIn(this.plan, cluster.name) !== undefined) return baseValues(extra);
    if (!holdsConfiguration(cluster)) return remoteBaseValues(extra);
    return this.addressFor(cluster).apply((address) => configurationBaseValues(extra, address));
  }

  /** Of the `istiod` chart in a cluster of the mesh. */
  istiod(cluster: ClusterPlan): pulumi.Input<HelmValues> {
    const controlPlane = controlPlaneIn(this.plan, cluster.name);
    if (controlPlane === undefined)
      return this.addressFor(cluster).apply((address) => remoteValues(this.plan, cluster, address));
    const site = siteOf(this.sites, controlPlane);
    const values = withExposedHost(site, (host) =>
      mergeValues(revocationValues(site.revocationListsPem), primaryValues(this.plan, controlPlane, host)),
    );
    return onceIssued(site, values);
  }

  /**
   * Of the `istiod` chart of an external control plane.
   * @param kubeconfig Of its configuration cluster. Secret; its digest is none, for nobody guesses the token in it.
   */
  externalIstiod(controlPlane: ControlPlanePlan, kubeconfig: pulumi.Output<string>): pulumi.Input<HelmValues> {
    const site = siteOf(this.sites, controlPlane);
    const digest = pulumi.unsecret(kubeconfig.apply(digestOf));
    const values = pulumi
      .all([digest, exposedHostOf(site)])
      .apply(([kubeconfigDigest, exposedHost]) =>
        mergeValues(
          revocationValues(site.revocationListsPem),
          externalValues(this.plan, controlPlane, { exposedHost, kubeconfigDigest }),
        ),
      );
    return onceIssued(site, values);
  }

  /** At which a remote cluster reaches its istiod, whether that is made here or in another part. */
  private addressFor({ controlPlane }: ClusterPlan): pulumi.Output<string> {
    const site = this.sites.get(controlPlane);
    const address = site === undefined ? this.elsewhere?.addressOf(controlPlane) : site.exposed?.address;
    if (address === undefined) throw new RangeError(`istiod of ${controlPlane} is not exposed`);
    return address;
  }
}

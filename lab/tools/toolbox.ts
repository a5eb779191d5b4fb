/** Everything that the lab runs, in one place, ready to use. All paths are absolute. */
export interface Toolbox {
  /** Directory with every program by its plain name: etcd, containerd, kubelet, pulumi, helm, istioctl … */
  readonly bin: string;
  /** Directory with the stand-ins for Pulumi's provider plugins. Apart from `bin`, so that PATH decides on their use. */
  readonly standInPlugins: string;
  /** Directory with Istio's Helm charts under their public names: base, istiod, gateway, cni, ztunnel. */
  readonly charts: string;
  /** Directory with the CNI plugins: ptp, host-local, portmap, loopback. */
  readonly cniPlugins: string;
  /** OCI layouts as tar files, one image each, for `ctr images import`. */
  readonly images: readonly string[];
  /** MetalLB's own manifest (metallb-native.yaml), unchanged. */
  readonly metallbManifest: string;
}

/** The part of a Service that a load balancer fills in. */
export interface LoadBalancerService {
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string | undefined; readonly hostname?: string | undefined }[];
    };
  };
}

/**
 * Reads a Service of one cluster; undefined when there is none. It is given from outside, because a Service that Helm
 * owns is nothing of the stack's: as a resource that the stack reads, it would count in every refresh.
 */
export type ServiceReader = (namespace: string, name: string) => Promise<LoadBalancerService | undefined>;

/** Addresses that a load balancer gave: the IP where there is one, else the hostname (AWS gives no IP). */
export function addressesOf(service: LoadBalancerService | undefined): string[] {
  return (service?.status?.loadBalancer?.ingress ?? [])
    .map((ingress) => ingress.ip ?? ingress.hostname)
    .filter((address) => address !== undefined);
}

/** The Service of a gateway release: it has the release's name, and its id is `namespace/name`. */
export function serviceOf(releaseId: string): { readonly namespace: string; readonly name: string } {
  const [namespace = "", name = ""] = releaseId.split("/");
  return { namespace, name };
}

/** The part of a Service's status that a load balancer fills in. */
export interface LoadBalancerStatus {
  readonly loadBalancer?: {
    readonly ingress?:
      readonly { readonly ip?: string | undefined; readonly hostname?: string | undefined }[] | undefined;
  };
}

/** Addresses that a load balancer gave: the IP where there is one, else the hostname (AWS gives no IP). */
export function addressesOf(status: LoadBalancerStatus | undefined): string[] {
  return (status?.loadBalancer?.ingress ?? [])
    .map((ingress) => ingress.ip ?? ingress.hostname)
    .filter((address) => address !== undefined);
}

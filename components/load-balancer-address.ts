import * as pulumi from "@pulumi/pulumi";

/**
 * Reads the addresses that a load balancer gave a Service of one cluster, and waits for them as long as it is told.
 * Undefined where they cannot be known yet, which only a preview may answer. It is given from outside: asking an API
 * server is nothing that Pulumi's model of resources does.
 * @throws when none comes in time.
 */
export type AddressReader = (service: ServiceName, timeoutSeconds: number) => Promise<readonly string[] | undefined>;

/** A Service of one cluster. */
export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Addresses of a Service's load balancer. By the Service's id, which is known in all previews but the first; its status
 * in the stack's state is that of the moment when it was made.
 */
export function loadBalancerAddress(
  id: pulumi.Output<string>,
  read: AddressReader,
  timeoutSeconds: number,
): pulumi.Output<readonly string[]> {
  return id.apply(async (namespaceAndName) => {
    const [namespace = "", name = ""] = namespaceAndName.split("/");
    const addresses = await read({ namespace, name }, timeoutSeconds);
    return addresses ?? (pulumi.unknown as unknown as readonly string[]);
  });
}

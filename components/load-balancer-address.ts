import * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "../topology";

export type { ServiceName };

/**
 * Reads the addresses that a load balancer gave a Service of one cluster, and waits for them as long as it is told.
 * Undefined, or an unknown Output, where they cannot be known yet, which only a preview may answer. It is given from
 * outside: asking an API server is nothing that Pulumi's model of resources does.
 * @throws Error named `NoAddressError` when none comes in time: its message is shown as it is.
 */
export type AddressReader = (
  service: ServiceName,
  timeoutSeconds: number,
) => Promise<readonly string[] | undefined> | pulumi.Output<readonly string[] | undefined>;

/**
 * Addresses of a Service's load balancer. By the Service's id, which is known in all previews but the first; its status
 * in the stack's state is that of the moment when it was made.
 */
export function loadBalancerAddress(
  id: pulumi.Output<string>,
  read: AddressReader,
  timeoutSeconds: number,
): pulumi.Output<readonly string[]> {
  return id.apply((namespaceAndName) => {
    const [namespace = "", name = ""] = namespaceAndName.split("/");
    return pulumi
      .output(explained(read({ namespace, name }, timeoutSeconds)))
      .apply((addresses) => addresses ?? unknownAddresses(namespaceAndName));
  });
}

/** @throws RunError in an update, which cannot go on without. */
function unknownAddresses(service: string): readonly string[] {
  if (pulumi.runtime.isDryRun()) return pulumi.unknown as unknown as readonly string[];
  throw new pulumi.RunError(
    `The addresses of Service ${service} are not known: its cluster cannot be reached, and no earlier update ended with them. Run again when it answers.`,
  );
}

/** Options of a Service of a load balancer: Kubernetes lets nobody change its class, or the first family of its addresses. */
export const replacedWithClass: pulumi.CustomResourceOptions = {
  replaceOnChanges: ["spec.loadBalancerClass", "spec.ipFamilies"],
  deleteBeforeReplace: true,
};

type Addresses = ReturnType<AddressReader>;

/** A load balancer that gives no address is no mistake of ours: the reason is shown without a stack trace. */
function explained(addresses: Addresses): Addresses {
  if (pulumi.Output.isInstance(addresses)) return addresses;
  return addresses.catch((error: unknown) => {
    throw error instanceof Error && error.name === "NoAddressError" ? new pulumi.RunError(error.message) : error;
  });
}

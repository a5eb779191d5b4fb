import type { Service } from "../objects";
import { eventsOf, type Snapshot } from "../snapshot";
import type { Finding } from "./finding";
import { oneLine } from "./words";

/** Why a Service has no address of a load balancer; undefined where it has one, or needs none. */
export function addressFinding(snapshot: Snapshot, service: Service): Finding | undefined {
  const isWithout = service.spec?.type === "LoadBalancer" && (service.status?.loadBalancer?.ingress ?? []).length === 0;
  if (!isWithout) return undefined;
  const warning = eventsOf(snapshot, "Service", service.metadata?.name).find(({ type }) => type === "Warning");
  if (warning === undefined) return { id: "starting", found: "waits for its load balancer", endsBy: "waiting" };
  return {
    id: "no-address",
    found: `its load balancer gives no address (${warning.reason ?? ""}: ${oneLine(warning.message)})`,
    fix: "Mend what it says, or give the gateway fixed addresses with `eastWestGateway.addresses`.",
    // Load balancers try again; a pool may be filled, a right be given.
    endsBy: "waiting",
  };
}

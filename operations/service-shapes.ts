import type { V1Namespace, V1Service } from "@kubernetes/client-node";
import type { ServiceShapeSeen } from "../diagnosis";
import { systemNamespace } from "../topology";

/**
 * The Services of the namespaces whose pods get sidecars, each with what of it must be alike wherever it stands. Pure.
 * @param isLeftOut Of which namespaces none is looked at. Default: of none.
 */
export function serviceShapes(
  namespaces: readonly V1Namespace[],
  services: readonly V1Service[],
  isLeftOut: (namespace: V1Namespace) => boolean = () => false,
): ServiceShapeSeen[] {
  const injected = new Set(
    namespaces
      .filter((namespace) => isInjected(namespace) && !isLeftOut(namespace))
      .map(({ metadata }) => metadata?.name),
  );
  return services
    .filter(({ metadata }) => injected.has(metadata?.namespace))
    .map((service) => ({
      namespace: service.metadata?.namespace ?? "",
      name: service.metadata?.name ?? "",
      shape: shapeOf(service),
    }));
}

/** `istio-injection` counts before `istio.io/rev` (istio.io, sidecar injection). */
function isInjected({ metadata }: V1Namespace): boolean {
  if (metadata?.name === systemNamespace) return false;
  const injection = metadata?.labels?.["istio-injection"];
  return injection === undefined ? metadata?.labels?.["istio.io/rev"] !== undefined : injection === "enabled";
}

/** Ports by number, with the names by which Istio finds their endpoints elsewhere. Pods' ports may differ. */
function shapeOf({ spec }: V1Service): string {
  if (spec?.type === "ExternalName") return "ExternalName";
  const ports = [...(spec?.ports ?? [])]
    .sort((one, other) => one.port - other.port)
    .map(({ appProtocol, name, port, protocol = "TCP" }) =>
      [
        name ?? "(unnamed)",
        String(port),
        ...(protocol === "TCP" ? [] : [protocol]),
        ...(appProtocol ? [appProtocol] : []),
      ].join(" "),
    );
  const shape = ports.length === 0 ? "no port" : ports.join(", ");
  return spec?.clusterIP === "None" ? `headless, ${shape}` : shape;
}

import { asMapping, below, type ClusterClient } from "../../access";
import { asText } from "../../access/mapping";
import type { AuthorizationPolicySeen, PoliciesSeen } from "../../diagnosis";
import { systemNamespace } from "../../topology";
import { istioObjects } from "./configuration-seen";

interface IstioObject {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Istio's objects that decide about calls between clusters. */
export async function policiesSeen(client: Pick<ClusterClient, "list">): Promise<PoliciesSeen> {
  const own = (group: string, collection: string): Promise<readonly IstioObject[]> =>
    istioObjects(client, `/apis/${group}.istio.io/v1/namespaces/${systemNamespace}/${collection}`);
  const [peerAuthentications, authorizationPolicies, allDestinationRules, gateways] = await Promise.all([
    own("security", "peerauthentications"),
    istioObjects<IstioObject>(client, "/apis/security.istio.io/v1/authorizationpolicies"),
    istioObjects<IstioObject>(client, "/apis/networking.istio.io/v1/destinationrules"),
    own("networking", "gateways"),
  ]);
  const destinationRules = allDestinationRules.filter(({ metadata }) => metadata?.namespace === systemNamespace);
  const serviceRules = allDestinationRules.filter((rule) => !destinationRules.includes(rule));
  return {
    peerAuthentications: peerAuthentications
      .filter(({ spec }) => scopeOf(spec) === "all")
      .map((object) => ({ name: nameOf(object), ...textAs("mode", below(object.spec, "mtls", "mode")) })),
    authorizationPolicies: authorizationPolicies.map((object): AuthorizationPolicySeen => ({
      namespace: object.metadata?.namespace ?? "",
      name: nameOf(object),
      action: asText(below(object.spec, "action")) ?? "ALLOW",
      scope: scopeOf(object.spec),
      rules: rulesOf(object.spec),
    })),
    destinationRules: destinationRules.map((object) => ({
      name: nameOf(object),
      host: asText(below(object.spec, "host")) ?? "",
      ...textAs("tlsMode", below(object.spec, "trafficPolicy", "tls", "mode")),
    })),
    serviceRules: serviceRules.flatMap((object) => {
      const tlsMode = asText(below(object.spec, "trafficPolicy", "tls", "mode"));
      if (tlsMode === undefined) return [];
      const { namespace = "" } = object.metadata ?? {};
      return [{ namespace, name: nameOf(object), host: asText(below(object.spec, "host")) ?? "", tlsMode }];
    }),
    passthroughGateways: gateways.map((object) => ({ name: nameOf(object), ports: passthroughPorts(object.spec) })),
  };
}

function textAs<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string>> {
  const text = asText(value);
  return (text === undefined ? {} : { [name]: text }) as Partial<Record<Name, string>>;
}

function nameOf({ metadata }: IstioObject): string {
  return metadata?.name ?? "";
}

function scopeOf(spec: IstioObject["spec"]): "all" | "selected" {
  const targets = [spec?.["targetRef"], spec?.["targetRefs"], below(spec, "selector", "matchLabels")];
  return targets.every((one) => one === undefined || isEmpty(one)) ? "all" : "selected";
}

function rulesOf(spec: IstioObject["spec"]): AuthorizationPolicySeen["rules"] {
  const rules = spec?.["rules"];
  if (!Array.isArray(rules) || rules.length === 0) return "none";
  return rules.some(isEmpty) ? "every" : "some";
}

function passthroughPorts(spec: IstioObject["spec"]): number[] {
  const servers = spec?.["servers"];
  if (!Array.isArray(servers)) return [];
  return servers
    .filter((server) => below(server, "tls", "mode") === "AUTO_PASSTHROUGH")
    .map((server) => Number(below(server, "port", "number")));
}

function isEmpty(value: unknown): boolean {
  const mapping = asMapping(value);
  if (mapping !== undefined) return Object.keys(mapping).length === 0;
  return Array.isArray(value) && value.length === 0;
}

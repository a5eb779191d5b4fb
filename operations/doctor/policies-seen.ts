import { below, type ClusterClient } from "../../access";
import { asText } from "../../access/mapping";
import type { AuthorizationPolicySeen, PassthroughGatewaySeen, PoliciesSeen } from "../../diagnosis";
import {
  authorizationOutline,
  isForAll,
  isOwned,
  oldestOf,
  peerModeOf,
  systemNamespace,
  type PolicySpec,
} from "../../topology";
import { istioObjects } from "./configuration-seen";
import { localityRuleIn } from "./localities-seen";

interface IstioObject {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
  };
  readonly spec?: PolicySpec;
}

/** Istio's objects that decide about calls between clusters. */
export async function policiesSeen(client: Pick<ClusterClient, "list">): Promise<PoliciesSeen> {
  const own = (group: string, collection: string): Promise<readonly IstioObject[]> =>
    istioObjects(client, `/apis/${group}.istio.io/v1/namespaces/${systemNamespace}/${collection}`);
  const [peerAuthentications, authorizationPolicies, allDestinationRules, gateways] = await Promise.all([
    istioObjects<IstioObject>(client, "/apis/security.istio.io/v1/peerauthentications"),
    istioObjects<IstioObject>(client, "/apis/security.istio.io/v1/authorizationpolicies"),
    istioObjects<IstioObject>(client, "/apis/networking.istio.io/v1/destinationrules"),
    own("networking", "gateways"),
  ]);
  const destinationRules = allDestinationRules.filter(isOfSystem);
  const serviceRules = allDestinationRules.filter((rule) => !destinationRules.includes(rule));
  return {
    peerAuthentications: peerAuthenticationsThatCount(peerAuthentications.filter(isOfSystem)),
    plainNamespaces: peerAuthentications
      .filter((one) => !isOfSystem(one) && isForAll(one.spec ?? {}) && peerModeOf(one.spec ?? {}) === "DISABLE")
      .map((one) => ({ namespace: one.metadata?.namespace ?? "", name: nameOf(one) })),
    authorizationPolicies: authorizationPolicies.map((object): AuthorizationPolicySeen => ({
      namespace: object.metadata?.namespace ?? "",
      name: nameOf(object),
      ...authorizationOutline(object.spec ?? {}),
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
    localityRules: allDestinationRules
      .filter(({ metadata }) => !isOwned(metadata?.labels))
      .flatMap((object) => localityRuleIn(object.metadata?.namespace ?? "", nameOf(object), object.spec)),
    passthroughGateways: gateways.map(passthroughGatewaySeen),
  };
}

const isOfSystem = ({ metadata }: IstioObject): boolean => metadata?.namespace === systemNamespace;

function textAs<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string>> {
  const text = asText(value);
  return (text === undefined ? {} : { [name]: text }) as Partial<Record<Name, string>>;
}

function nameOf({ metadata }: IstioObject): string {
  return metadata?.name ?? "";
}

/** The one that counts for all workloads, and no other. */
function peerAuthenticationsThatCount(objects: readonly IstioObject[]): PoliciesSeen["peerAuthentications"] {
  const forAll = objects
    .filter(({ spec = {} }) => isForAll(spec))
    .map((object) => ({ name: nameOf(object), createdAt: object.metadata?.creationTimestamp ?? "", object }));
  const counting = oldestOf(forAll);
  if (counting === undefined) return [];
  return [{ name: counting.name, ...textAs("mode", peerModeOf(counting.object.spec ?? {})) }];
}

function passthroughGatewaySeen(object: IstioObject): PassthroughGatewaySeen {
  const servers = object.spec?.["servers"];
  const passing = Array.isArray(servers)
    ? servers.filter((server) => below(server, "tls", "mode") === "AUTO_PASSTHROUGH")
    : [];
  const selector = textMapOf(object.spec?.["selector"]);
  return {
    name: nameOf(object),
    ports: passing.map((server) => Number(below(server, "port", "number"))),
    hosts: passing.flatMap((server) => textsOf(below(server, "hosts"))),
    ...(Object.keys(selector).length === 0 ? {} : { selector }),
  };
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((one) => asText(one) ?? []) : [];
}

function textMapOf(value: unknown): Record<string, string> {
  const entries = Object.entries(value ?? {}).filter(([, text]) => asText(text) !== undefined);
  return Object.fromEntries(entries);
}

import type { Fault } from "../finding";
import { there, thereOrServing } from "../origins";
import {
  gatewaysDown,
  gatewaysNotListening,
  gatewaysWithoutAddress,
  istiodsWithoutAddress,
  missingGatewayPorts,
  missingGateways,
  wrongGatewayLabels,
  wrongGatewaySelectors,
} from "../rules/gateways";
import { ofAuthority, ofIstiod } from "./groups";

/** What can be wrong with the ways by which other clusters come in. */
export const gatewayFaults: readonly Fault[] = [
  {
    id: "gateway-missing",
    title: "an east-west gateway is missing",
    follows: there("system-namespace-missing"),
    find: missingGateways,
  },
  {
    id: "gateway-network-label",
    title: "istiods do not find an east-west gateway",
    follows: [],
    find: wrongGatewayLabels,
  },
  {
    id: "gateway-port",
    title: "an east-west gateway has no port for other networks",
    follows: [],
    find: missingGatewayPorts,
  },
  {
    id: "gateway-selector",
    title: "the Service of an east-west gateway leads to no pod",
    follows: [],
    find: wrongGatewaySelectors,
  },
  {
    id: "gateway-down",
    title: "no pod of an east-west gateway is ready",
    follows: [
      ...there("clock-differs", "gateway-selector", "dns-down", "istiod-endpoint"),
      ...thereOrServing(
        ...ofAuthority,
        ...ofIstiod,
        "istiod-rights",
        "istiod-service",
        "cluster-id",
        "network-policy",
        "signing-root",
        "webhook-missing",
        "webhook-service",
        "webhook-authority",
      ),
    ],
    find: gatewaysDown,
  },
  {
    id: "gateway-address",
    title: "an east-west gateway has no address",
    follows: [],
    find: gatewaysWithoutAddress,
  },
  {
    id: "gateway-not-listening",
    title: "east-west gateways are not told to take the traffic of other networks",
    follows: there("system-namespace-missing"),
    find: gatewaysNotListening,
  },
  {
    id: "exposed-istiod-address",
    title: "an istiod that serves other clusters has no address for them",
    follows: there("system-namespace-missing"),
    find: istiodsWithoutAddress,
  },
];

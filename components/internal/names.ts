/**
 * Names that Istio, its charts or its documentation fix. Where we could choose, the choice is the documentation's, so
 * that every page and every forum answer fits what Isthmus installs.
 */

/** Account of istiod itself, which the istiod chart makes; in a configuration cluster an istiod elsewhere uses it. */
export const istiodServiceAccount = "istiod";

/** Pods of istiod: the labels that the chart's own Service selects. */
export const istiodSelector = { app: "istiod", istio: "pilot" } as const;

/** Pods of the east-west gateway: the chart labels them with its release's name less the prefix `istio-`. */
export const eastWestGatewaySelector = { istio: "eastwestgateway" } as const;

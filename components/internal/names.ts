/**
 * Names that Istio, its charts or its documentation fix. Where we could choose, the choice is the documentation's, so
 * that every page and every forum answer fits what Isthmus installs.
 */

/** Secret from which istiod takes its intermediate CA (istio.io, "Plug in CA Certificates"). */
export const intermediateCaSecret = "cacerts";

/** Label by which istiod finds the kubeconfigs of the clusters that it reads. */
export const remoteSecretLabel = "istio/multiCluster";

/** One Secret holds the kubeconfigs of all clusters that a control plane reads: objects grow with N, not with N(N-1). */
export const remoteSecretName = "istio-remote-clusters";

/** Account that the base chart makes, and the istiod chart allows to read what another cluster's istiod needs. */
export const readerServiceAccount = "istio-reader-service-account";

/** Token of the reader account that we ask Kubernetes for. */
export const readerTokenSecret = "istio-reader-service-account-isthmus";

/** Helm release, Deployment and Service of the east-west gateway. */
export const eastWestGatewayName = "istio-eastwestgateway";

/** Pods of the east-west gateway: the chart labels them with its release's name less the prefix `istio-`. */
export const eastWestGatewaySelector = { istio: "eastwestgateway" } as const;

/** Port at which an east-west gateway takes the traffic of other networks, in mutual TLS (istio.io, expose-services). */
export const crossNetworkPort = 15443;

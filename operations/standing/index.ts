/** What of a mesh stands in one cluster, as it is read: by those who look and by those who judge. */
export { exposedIstiodIn, gatewayIn, type StandingGateway } from "./gateways";
export { istiodsIn, type StandingIstiod } from "./istiods";
export { rootsSignedUnder, signedWith, worstOf, type Living } from "./lifetimes";
export { remoteClustersIn, type PodReading } from "./remote-clusters";
export { unreachedWords } from "./unreached";

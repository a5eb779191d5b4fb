import { oneOf } from "./primitives";

/** Which pods' sidecars answer DNS: all, or those that ask for it by the annotation `proxy.istio.io/config`. */
export const dnsCapture = oneOf(["all-pods", "annotated-pods"]);

import { systemNamespace } from "../topology";

/** The DNS name of istiod in its cluster, which Istio's tools/certs puts into an intermediate, and istiod into its own. */
export const intermediateDnsName = `istiod.${systemNamespace}.svc`;

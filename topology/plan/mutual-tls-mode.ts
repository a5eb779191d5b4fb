/** How workloads take calls (istio.io, PeerAuthentication): `strict`: by mutual TLS alone; `permissive`: in plain text too. */
export type MutualTlsMode = "strict" | "permissive";

/** What a mesh has for all its workloads; `none`: nothing says it, and Istio's own default counts, which is permissive. */
export type StandingMutualTls = MutualTlsMode | "none";

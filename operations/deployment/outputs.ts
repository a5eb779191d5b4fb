import type { StandingMutualTls } from "../../topology";

/** What there is to know about an intermediate CA. */
export interface IntermediateOutputs {
  /** End of its validity, RFC 3339; none where somebody else keeps it and it could not be read. */
  readonly notAfter?: string;
  /** SHA-256 fingerprint of the root that it leads to; none where somebody else keeps it. */
  readonly root?: string;
}

/** What there is to know about one cluster of a mesh. */
export interface ClusterOutputs {
  /** Istio's name of how it is joined, such as `multi-primary-multi-network`. */
  readonly model: string;
  readonly network: string;
  /** The cluster whose istiod serves it. */
  readonly controlPlane: string;
  readonly revision: string;
  /** Its east-west gateway; none where no other network calls this cluster. */
  readonly eastWest?: { readonly addresses: readonly string[]; readonly port: number };
  /** The intermediate CA of the istiod that runs in it; none in a remote cluster. */
  readonly intermediate?: IntermediateOutputs;
  /** Name of the token that istiods elsewhere are given of it; none where it has the one that nobody names. */
  readonly readerToken?: string;
  /** Namespaces of the mesh's workloads that the stack made. */
  readonly namespaces?: readonly string[];
  /** `adopted` where somebody else made its `istio-system`, which stays when the mesh goes; none where the stack made it. */
  readonly systemNamespace?: "adopted";
  /** UID of its namespace kube-system, by which it is known again; none after an update by an earlier release. */
  readonly uid?: string;
}

/** What there is to know about one istiod. */
export interface ControlPlaneOutputs {
  readonly kind: string;
  /** The cluster that holds its configuration. */
  readonly configCluster: string;
  /** Names of the clusters that it serves. */
  readonly serves: readonly string[];
  /** At which other clusters reach it; none where it serves only its own. */
  readonly address?: string;
  readonly intermediate?: IntermediateOutputs;
  /** `adopted` where somebody else made the `istio-system` that it runs in; none where the stack made it. */
  readonly systemNamespace?: "adopted";
  /** UID of the namespace kube-system of the cluster that it runs in; none after an update by an earlier release. */
  readonly uid?: string;
}

/**
 * What a mesh that stands says of itself. Every part is left out where no update has ended yet; an update that failed
 * leaves those of the one before it.
 */
export interface MeshOutputs {
  readonly mesh?: {
    readonly id: string;
    readonly trustDomain: string;
    /** SHA-256 fingerprint of the root certificate; of several, of the first. */
    readonly rootFingerprint: string;
    /** All roots that workloads trust; none after an update by an earlier release. */
    readonly roots?: readonly {
      /** What the mesh's file calls it; none for one that comes from elsewhere. */
      readonly name?: string;
      readonly fingerprint: string;
      readonly notAfter: string;
    }[];
    /**
     * How its workloads take calls; `none`: nothing says it, which Istio takes for permissive. Missing after an update by an
     * earlier release, whose meshes have nothing.
     */
    readonly mtls?: StandingMutualTls;
  };
  /** By the clusters' names. */
  readonly clusters?: Readonly<Record<string, ClusterOutputs>>;
  /** By the names of the clusters that the istiods run in. */
  readonly controlPlanes?: Readonly<Record<string, ControlPlaneOutputs>>;
  /** Where another root signs, or is to sign: the requests that it signs, PEM (PKCS#10), by the clusters' names. */
  readonly trust?: { readonly requests: Readonly<Record<string, string>> };
}

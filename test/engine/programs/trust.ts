import { IntermediateCa, RootCa } from "../../../components";
import type { KeyAlgorithm } from "../../../components/internal/key-algorithm";

/** A mesh's certificate authorities, without the mesh. */
export interface TrustInput {
  readonly meshId: string;
  readonly clusters: readonly string[];
  readonly keyAlgorithm: KeyAlgorithm;
  readonly rootLifetimeDays: number;
  readonly intermediateLifetimeDays: number;
  readonly renewBeforeDays: number;
}

/** One root, and an intermediate for every cluster. */
export default function trust(input: TrustInput): Record<string, unknown> {
  const { meshId, keyAlgorithm, renewBeforeDays } = input;
  const root = new RootCa("root", { meshId, keyAlgorithm, lifetimeDays: input.rootLifetimeDays });
  const intermediates = input.clusters.map((cluster) => {
    const intermediate = new IntermediateCa(cluster, {
      meshId,
      cluster,
      rootCertificatePem: root.certificatePem,
      rootPrivateKeyPem: root.privateKeyPem,
      lifetimeDays: input.intermediateLifetimeDays,
      renewBeforeDays,
      keyAlgorithm,
    });
    const { certificatePem, privateKeyPem, notAfter } = intermediate;
    return [cluster, { certificatePem, privateKeyPem, notAfter }] as const;
  });
  const { certificatePem, privateKeyPem, fingerprint } = root;
  return { root: { certificatePem, privateKeyPem, fingerprint }, intermediates: Object.fromEntries(intermediates) };
}

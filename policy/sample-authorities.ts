import { publicKeyHash } from "./certificates";
import type { X509Certificate } from "node:crypto";

/**
 * SHA-256 of the public keys (SubjectPublicKeyInfo) of all CAs whose **private** keys Istio has ever published among its
 * samples: `samples/certs` and, before 2020, `security/samples/plugin_ca_certs` of github.com/istio/istio. By the keys
 * rather than the certificates: a new certificate over a published key is worth as little.
 */
export const sampleAuthorities: ReadonlyMap<string, string> = new Map([
  ["f0592d4d660052580d0c0bfe09f9a4d795ad8ab7c2fa86c33276fbb352145ee5", "samples/certs/root-cert.pem"],
  ["42d8cfd1102e06e3f2579e68f9db4f787ec9cbcd1f19f1bae7934cee918c2fef", "samples/certs/ca-cert.pem"],
  ["42d0f6531c3afb84b72f12f458fa35dc74402771fed9b27ad48a665474dde501", "samples/certs/root-cert-alt.pem"],
  ["88e809261b157f0db238901c0033e6bfeba79793c20ab8af41963cdd41ce6600", "samples/certs/ca-cert-alt.pem"],
  ["7c5f2208b98507d0d6f1fda0a6609e93fbb7fb434d39ed78b71e305e23d7a46d", "samples/certs/ca-cert-alt-2.pem"],
  ["8e9aaa62d77bff6acb762def2ece27d5550b702752b8bdd5cd5ae3837e6f7344", "samples/certs/root-cert-alt.pem of 2023"],
  ["b943dbf353840d2debaf9cb6390de647b39c2560546065b6a4735d022ff86479", "samples/certs/ca-cert-alt.pem of 2023"],
  ["fbf6ccb2288eaa4bdbb8816d159e68ca86709899ec27589b8111c6453f6ed6cd", "samples/certs/root-cert-alt.pem of 2021"],
  ["59fcf80a09156379adde0690536a4abe88526360afa686a8a9b0d661c8c76fc0", "samples/certs/ca-cert-alt.pem of 2021"],
  ["861be844b7e79b6cd828950e9d07d319cf6e1081e4d8246ffdd9c0aa7606f71e", "plugin_ca_certs/root-cert.pem of January 2018"],
  ["4db2ab0e0d7c3dc90d175cf2dc83be5f02a4aa8112b8ef6fd37d59bfd37efb36", "plugin_ca_certs/ca-cert.pem of January 2018"],
  ["d8d17a6b2301af4423a6ad305651c54bfc4545a4374935f1ed8e9dfb9cea2180", "plugin_ca_certs/root-cert.pem of 2017"],
  ["491f17873e7982935518718f21d37a69e70862b97e946f2c2ab617f5f68cfbd4", "plugin_ca_certs/ca-cert.pem of 2017"],
]);

/** The sample that a certificate's key was published in; undefined where it was in none. */
export function sampleOf(certificate: X509Certificate, samples = sampleAuthorities): string | undefined {
  return samples.get(publicKeyHash(certificate));
}

/**
 * Whether a certificate has the subject that Istio's makefiles give where nobody says another (github.com/istio/istio,
 * tools/certs/common.mk): `O=Istio, CN=Root CA`, or `O=Istio, CN=Intermediate CA` with the cluster as locality.
 */
export function hasMakefileSubject({ subject }: X509Certificate): boolean {
  const parts = subject.split("\n").filter((part) => !part.startsWith("L="));
  return parts.length === 2 && parts.includes("O=Istio") && /^CN=(Root|Intermediate) CA$/m.test(subject);
}

/**
 * Whether a message is that a cluster does not answer, in the words of Pulumi's Kubernetes provider:
 * `Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...`, `configured Kubernetes cluster is
 * unreachable`, `unreachable cluster`.
 */
export function saysUnreachable(message: string): boolean {
  return /cluster is unreachable|unreachable cluster/i.test(message);
}

/**
 * Whether a message is that a cluster answers and does not accept the provider's credentials, in the words of client-go:
 * `Unauthorized`, `the server has asked for the client to provide credentials`, `getting credentials: exec: …`.
 */
export function saysLockedOut(message: string): boolean {
  return /client to provide credentials|\bUnauthorized\b|getting credentials: exec/.test(message);
}

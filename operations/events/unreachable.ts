/**
 * Whether a message is that a cluster does not answer, in the words of Pulumi's Kubernetes provider:
 * `Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...`, `configured Kubernetes cluster is
 * unreachable`, `unreachable cluster`.
 */
export function saysUnreachable(message: string): boolean {
  return /cluster is unreachable|unreachable cluster/i.test(message);
}

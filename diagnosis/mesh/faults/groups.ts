/** Without these an istiod does not come up, or signs with something else. */
export const ofAuthority = [
  "system-namespace-missing",
  "intermediate-missing",
  "intermediate-incomplete",
  "intermediate-key",
  "certificate-lifetime",
  "certificate-chain",
] as const;

/** Without these nobody answers for an istiod. */
export const ofIstiod = ["istiod-missing", "istiod-down"] as const;

/** What keeps an istiod from being given a kubeconfig that leads to a cluster. */
export const ofKubeconfig = [
  "remote-secret-missing",
  "remote-secret-label",
  "remote-secret-key",
  "remote-secret-twice",
  "remote-secret-unreadable",
  "remote-secret-server",
  "remote-secret-authority",
  "remote-secret-token",
] as const;

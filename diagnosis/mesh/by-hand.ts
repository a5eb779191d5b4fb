import type { FaultId } from "./fault-id";
import type { IdentifiedFinding } from "./finding";

const remoteSecret =
  "Make the Secret anew: `istioctl create-remote-secret` with the context of the cluster that is read and `--name` as its istiod calls it, then `kubectl apply -f -` in the cluster that reads.";

const reinstall = "Install it again by the values that it was installed by (`helm upgrade`, `istioctl install`).";

/** What mends a fault of a mesh that Isthmus did not build, where that is not what mends one of ours. */
const byHand: Partial<Record<FaultId, string>> = {
  "another-cluster": "Leave out the contexts of clusters that belong to another mesh.",
  "system-namespace-missing": "Install Istio there, or leave the context out.",
  "intermediate-missing":
    "Give its istiod an intermediate CA under the root of the others (istio.io, Plug in CA Certificates).",
  "intermediate-incomplete":
    "Put the Secret back with all of its files (istio.io, Plug in CA Certificates), then restart istiod and its workloads.",
  "certificate-lifetime":
    "Have it signed anew, put it into the Secret, and restart istiod; a root that has ended needs another one in every cluster.",
  "certificate-chain": "Put a chain into the Secret that leads to its root, then restart istiod and its workloads.",
  "intermediate-key":
    "Put the key into the Secret that its certificate was signed for (istio.io, Plug in CA Certificates), then restart istiod.",
  "istiod-missing": reinstall,
  "mutual-tls-off":
    "Let the policy say STRICT or PERMISSIVE, or remove it: `kubectl --namespace istio-system get peerauthentications`.",
  "istiod-rights": reinstall,
  "istiod-service":
    "Let the selector of its Service be labels that its pods have, its port 15012 lead to their 15012, and its port 443 to their 15017.",
  "istiod-endpoint":
    "Install the remote cluster with `global.remotePilotAddress` at which ports 15012 and 15017 of that Service answer.",
  "cluster-id": "Install it with `global.multiCluster.clusterName` as the other clusters know it.",
  "rollout-stuck":
    "Mend what its pods say, or go back: `kubectl --namespace istio-system rollout undo deployment` of what it is.",
  "remote-reader-rights": reinstall,
  "signing-root":
    "Where the Secret is right, restart istiod, then its workloads: `kubectl --namespace istio-system rollout restart deployment istiod`.",
  "roots-differ":
    "Give every istiod an intermediate CA under one root in the Secret cacerts (istio.io, Plug in CA Certificates), then restart the istiods and their workloads.",
  "trust-domain-differs": "Install all with one `meshConfig.trustDomain`, or name the others as `trustDomainAliases`.",
  "remote-trust-domain":
    "Give that cluster the ConfigMap that the proof names, with the trust domain of the istiod that serves it: install its istiod chart with `configMap: true` and the same `meshConfig.trustDomain`. Istiods take it up while they run.",
  "mesh-id-differs": "Install all with one `global.meshID`.",
  "webhook-missing": reinstall,
  "webhook-service": reinstall,
  "gateway-missing": "Install an east-west gateway there (istio.io, Install the east-west gateway).",
  "gateway-port": "Let its Service have port 15443 with the name tls, which leads to port 15443 of its pods.",
  "gateway-selector": "Let the selector of its Service be labels that its pods have.",
  "gateway-down": "Look at its Deployment, its pods and their events in `istio-system`.",
  "gateway-address":
    "Look at what gives addresses to Services of type LoadBalancer there: `kubectl --namespace istio-system describe service` of the gateway.",
  "gateway-not-listening":
    "Apply the Gateway of Istio's samples/multicluster/expose-services.yaml in `istio-system`, where that istiod has its configuration.",
  "remote-secret-missing": remoteSecret,
  "remote-secret-key": remoteSecret,
  "remote-secret-unreadable": remoteSecret,
  "remote-secret-authority": remoteSecret,
  "remote-secret-token": remoteSecret,
  "istiod-versions-differ": "Bring the upgrade that is under way to its end, or leave it so as long as Istio allows.",
};

/** Whether words are about what only a mesh of ours has: its file, and our commands. */
const isOurs = (words: string): boolean =>
  /\bisthmus\b|mesh's file|`mtls`|`(?:apiServer|eastWestGateway)\./.test(words);

/** What mends a fault where no stack of ours has the mesh. Pure. */
export function mendedByHand(finding: IdentifiedFinding): IdentifiedFinding {
  if (!isOurs(finding.fix)) return finding;
  const fix = byHand[finding.id] ?? "Bring it back to what it was installed by.";
  return { ...finding, fix };
}

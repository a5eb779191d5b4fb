import { roleFault } from "./roles";
import { makeCa } from "../../support/authorities";
import { applyAll, kubectl } from "../lab-stack";
import { agreedTo, asTheHintSays, byHand, execute, refresh, repair, repairDrift, type LabFault } from "./fault";
import { changeData, edit, inSystem, saved } from "./objects";

const secret = "istio-remote-clusters";

/** The kubeconfig by which the istiod of east reads west, changed. */
function changeKubeconfig(change: (kubeconfig: string) => string): Promise<void> {
  return changeData("east", "secret", secret, ({ west = "" }) => ({ west: change(west) }));
}

const token = /"token":\s*"[^"]+"/;
const server = /"server":\s*"[^"]+"/;

/** A token that says of itself when it ended, as those that are asked of the API server for a time do. */
function endedToken(): string {
  const claims = { exp: Math.floor(Date.now() / 1000) - 3600, sub: "system:serviceaccount:istio-system:reader" };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
}

const readerRole = "istio-reader-clusterrole-istio-system";

/** What is done to the kubeconfigs by which istiods read other clusters, and to what those lead to. */
export const remoteKubeconfigFaults: readonly LabFault[] = [
  {
    name: "kubeconfig-deleted",
    done: "deleted the remote secret of east",
    causes: ["remote-secret-missing east west"],
    inject: () => kubectl("east", ...inSystem, "delete", "secret", secret),
    mend: refresh,
  },
  {
    name: "kubeconfig-without-label",
    done: "took the label `istio/multiCluster` off the remote secret of east",
    causes: ["remote-secret-label east west"],
    inject: () => kubectl("east", ...inSystem, "label", "secret", secret, "istio/multiCluster-"),
    mend: asTheHintSays,
  },
  {
    name: "kubeconfig-under-another-name",
    done: "stored the kubeconfig of west under `kubernetes-west` in east",
    causes: ["remote-secret-key east west"],
    inject: () => changeData("east", "secret", secret, ({ west = "" }) => ({ west: null, "kubernetes-west": west })),
    mend: repair,
  },
  {
    name: "kubeconfig-empty",
    done: "stored nothing in place of the kubeconfig of west",
    causes: ["remote-secret-unreadable east west"],
    inject: () => changeKubeconfig(() => " "),
    mend: repair,
  },
  {
    name: "kubeconfig-garbage",
    done: "stored something that is no kubeconfig in place of that of west",
    causes: ["remote-secret-unreadable east west"],
    inject: () => changeKubeconfig(() => "no kubeconfig at all"),
    mend: repair,
  },
  {
    name: "kubeconfig-without-credentials",
    done: "took the token out of the kubeconfig of west",
    causes: ["remote-secret-unreadable east west"],
    inject: () => changeKubeconfig((text) => text.replace(token, '"username": ""')),
    mend: repair,
  },
  {
    name: "kubeconfig-to-loopback",
    done: "stored a kubeconfig of west as kind writes it, with the server `https://127.0.0.1:6443`",
    causes: ["remote-secret-server east west"],
    inject: () => changeKubeconfig((text) => text.replace(server, '"server":"https://127.0.0.1:6443"')),
    mend: repair,
  },
  {
    name: "kubeconfig-to-itself",
    done: "stored east's own address in the kubeconfig of west",
    causes: ["remote-secret-server east west"],
    inject: async () => {
      const own = await execute("kubectl", ["config", "view", "-o", "json"]);
      const { clusters, contexts } = JSON.parse(own) as {
        clusters: { name: string; cluster: { server: string } }[];
        contexts: { name: string; context: { cluster: string } }[];
      };
      const called = contexts.find(({ name }) => name === "lab-east")?.context.cluster;
      const address = clusters.find(({ name }) => name === called)?.cluster.server ?? "";
      await changeKubeconfig((text) => text.replace(server, `"server":"${address}"`));
    },
    mend: repair,
  },
  {
    name: "kubeconfig-with-another-authority",
    done: "stored another CA in the kubeconfig of west, as of a cluster that was made anew",
    causes: ["remote-secret-authority east west"],
    inject: async () => {
      const { certificate } = await makeCa({ subject: "CN=kubernetes" });
      const data = Buffer.from(certificate.toString()).toString("base64");
      await changeKubeconfig((text) =>
        text.replace(/"certificate-authority-data":\s*"[^"]+"/, `"certificate-authority-data":"${data}"`),
      );
    },
    mend: repair,
  },
  {
    name: "token-of-former-times",
    done: "brought back an old remote secret, with a token that west does not have any more",
    causes: ["remote-secret-token east west"],
    inject: () => changeKubeconfig((text) => text.replace(token, '"token":"of-former-times"')),
    mend: repair,
  },
  {
    name: "token-ended",
    done: "stored a token for a time in the kubeconfig of west; it has ended",
    causes: ["remote-secret-token east west"],
    inject: () => changeKubeconfig((text) => text.replace(token, `"token":"${endedToken()}"`)),
    mend: repair,
  },
  {
    name: "token-revoked",
    done: "deleted the Secret with the reader's token in west",
    causes: ["remote-secret-token east west"],
    inject: () => kubectl("west", ...inSystem, "delete", "secret", "istio-reader-service-account-isthmus"),
    mend: refresh,
  },
  roleFault(
    {
      name: "reader-role-unbound",
      done: "deleted the ClusterRoleBinding of the reader's account in west",
      causes: ["remote-reader-rights west"],
      inject: () => kubectl("west", "delete", "clusterrolebinding", readerRole),
    },
    "clusterrolebinding",
    readerRole,
  ),
  roleFault(
    {
      name: "reader-role-narrowed",
      done: "cut the reader's ClusterRole in west down to Istio's own kinds",
      causes: ["remote-reader-rights west"],
      inject: () =>
        edit("west", "default", "clusterrole", readerRole, {
          op: "replace",
          path: "/rules",
          value: [{ apiGroups: ["networking.istio.io"], resources: ["*"], verbs: ["get", "list", "watch"] }],
        }),
    },
    "clusterrole",
    readerRole,
  ),
  {
    name: "kubeconfig-of-a-removed-cluster",
    done: "left the remote secret of a cluster that is gone, made by `istioctl create-remote-secret`",
    causes: ["remote-secret-leftover east"],
    inject: async () => {
      const kubeconfig = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "gone", cluster: { server: "https://172.18.0.250:6443" } }],
        contexts: [{ name: "gone", context: { cluster: "gone", user: "gone" } }],
        "current-context": "gone",
        users: [{ name: "gone", user: { token: "of-a-cluster-that-is-gone" } }],
      };
      await applyAll("east", [
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: {
            name: "istio-remote-secret-gone",
            namespace: "istio-system",
            labels: { "istio/multiCluster": "true" },
            annotations: { "networking.istio.io/cluster": "gone" },
          },
          stringData: { gone: JSON.stringify(kubeconfig) },
        },
      ]);
    },
    mend: asTheHintSays,
  },
  {
    name: "reader-account-deleted",
    done: "deleted the reader's service account in west; Kubernetes takes its token along",
    causes: ["remote-secret-token east west"],
    inject: () => kubectl("west", ...inSystem, "delete", "serviceaccount", "istio-reader-service-account"),
    mend: byHand(
      /isthmus drift --repair.*isthmus up --refresh/,
      "`isthmus drift --repair`, then `isthmus up --refresh`",
      async (stack) => {
        await repairDrift(stack);
        await agreedTo(stack, "up", "--refresh");
      },
    ),
  },
  {
    name: "kubeconfig-twice",
    done: "left a second remote secret of west in east, with a token of former times",
    causes: ["remote-secret-twice east west"],
    inject: async () => {
      const { data = {} } = await saved("east", "secret", secret);
      const kubeconfig = Buffer.from(data["west"] ?? "", "base64").toString();
      await applyAll("east", [
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: {
            name: "istio-remote-secret-west",
            namespace: "istio-system",
            labels: { "istio/multiCluster": "true" },
          },
          stringData: { west: kubeconfig.replace(token, '"token":"of-former-times"') },
        },
      ]);
    },
    mend: asTheHintSays,
  },
];

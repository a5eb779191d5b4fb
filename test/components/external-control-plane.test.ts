import assert from "node:assert/strict";
import { digestOf } from "../../components/internal/digest";
import { isSecret, record, reveal, type RecordedResource } from "../support/mocks";
import { externalControlPlane, sharedExternalControlPlane } from "../support/plans";
import {
  base64,
  buildMesh,
  configReaderParts,
  crossNetworkParts,
  exposedParts,
  find,
  gatewayParts,
  intermediateParts,
  kubeconfigsIn,
  listOf,
  listOfCluster,
  memberParts,
  provided,
  unreadParts,
  readingParts,
  rootParts,
  siteParts,
  updateOf,
  valuesOf,
} from "./support";

/** All that is in the external cluster: nothing of the mesh's workloads, gateways or configuration. */
const externalParts = [
  ...siteParts("control"),
  ...intermediateParts("control"),
  ...exposedParts("control"),
  "isthmus:index:ConfigKubeconfig mesh-control-config-kubeconfig",
  "kubernetes:core/v1:Secret mesh-control-config-kubeconfig-secret",
];

const renewedToken = { data: { "ca.crt": base64("CA"), token: base64("RENEWED TOKEN") } };

function configKubeconfigIn(resources: readonly RecordedResource[]): string {
  const { inputs } = find(resources, "mesh-control-config-kubeconfig-secret");
  const { config = "" } = reveal(inputs["data"]) as Record<string, string>;
  return Buffer.from(config, "base64").toString();
}

const labels = { "app.kubernetes.io/managed-by": "isthmus" };

describe("Mesh with an external control plane", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(externalControlPlane, { addresses: () => ["172.18.11.1"] });
  });

  it("registers exactly these resources for one cluster", () => {
    assert.deepEqual(
      listOf(resources),
      [...rootParts, ...externalParts, ...unreadParts("east"), ...configReaderParts("east")].sort(),
    );
  });

  it("gives the external cluster's namespace no network, and the configuration cluster's no other leader", () => {
    const annotations = { "isthmus.dev/mesh": "mesh1", "isthmus.dev/trust-domain": "mesh1.internal" };
    assert.deepEqual(find(resources, "mesh-control-system-namespace").inputs["metadata"], {
      name: "istio-system",
      labels,
      annotations: { ...annotations, "isthmus.dev/cluster": "control" },
    });
    assert.deepEqual(find(resources, "mesh-east-system-namespace").inputs["metadata"], {
      name: "istio-system",
      labels: { ...labels, "topology.istio.io/network": "east" },
      annotations: { ...annotations, "isthmus.dev/cluster": "east" },
    });
  });

  it("runs istiod as the configuration cluster's, with its files mounted and the webhooks of that cluster named", () => {
    assert.deepEqual(find(resources, "mesh-control-control-plane-istiod").inputs, {
      name: "istiod",
      namespace: "istio-system",
      chart: "./charts/istiod",
      timeout: 300,
      values: {
        env: {
          INJECTION_WEBHOOK_CONFIG_NAME: "istio-sidecar-injector",
          LOCAL_CLUSTER_SECRET_WATCHER: "true",
          SHARED_MESH_CONFIG: "istio",
          VALIDATION_WEBHOOK_CONFIG_NAME: "istio-validator-istio-system",
        },
        global: {
          configValidation: false,
          externalIstiod: true,
          hub: "docker.io/istio",
          meshID: "mesh1",
          multiCluster: { clusterName: "east" },
          network: "east",
          operatorManageWebhooks: true,
          tag: "1.31.1",
        },
        meshConfig: { trustDomain: "mesh1.internal" },
        podAnnotations: { "checksum/istio-kubeconfig": digestOf(configKubeconfigIn(resources)) },
        volumeMounts: [
          { mountPath: "/etc/istio/config", name: "config-volume" },
          { mountPath: "/var/lib/istio/inject", name: "inject-volume" },
        ],
        volumes: [
          { configMap: { name: "istio" }, name: "config-volume" },
          { configMap: { name: "istio-sidecar-injector" }, name: "inject-volume" },
        ],
      },
      compat: "true",
    });
  });

  it("puts a host name that leads to it into its certificate", async () => {
    const named = await updateOf(externalControlPlane, { addresses: () => ["istiod.example.org"] });
    const env = valuesOf(named, "mesh-control-control-plane-istiod")["env"] as Record<string, string>;
    assert.equal(env["ISTIOD_CUSTOM_HOST"], "istiod.example.org");
    assert.deepEqual(valuesOf(named, "mesh-east-control-plane-istiod")["istiodRemote"], {
      injectionURL: "https://istiod.example.org:15017/inject/cluster/east/net/east",
    });
    const validationURL = "https://istiod.example.org:15017/validate";
    assert.deepEqual(valuesOf(named, "mesh-east-control-plane-base"), { base: { validationURL }, profile: "remote" });
    assert.deepEqual(valuesOf(named, "mesh-east-control-plane-istiod")["base"], { validationURL });
  });

  it("gives the configuration cluster the default validator, which every other remote is without", async () => {
    assert.deepEqual(valuesOf(resources, "mesh-east-control-plane-base"), { profile: "remote" });
    const shared = await updateOf(sharedExternalControlPlane);
    assert.deepEqual(valuesOf(shared, "mesh-west-control-plane-base"), { defaultRevision: "", profile: "remote" });
  });

  it("has istiod begin anew with another kubeconfig of its configuration cluster, and lets none be read there", async () => {
    const annotated = (found: readonly RecordedResource[]): unknown =>
      valuesOf(found, "mesh-control-control-plane-istiod")["podAnnotations"];
    const again = await updateOf(externalControlPlane, { addresses: () => ["172.18.11.1"] });
    assert.deepEqual(annotated(again), annotated(resources));
    const renewed = await record(
      "update",
      (args) => (args.name === "mesh-east-istiod-account-token" ? renewedToken : provided(args)),
      () => buildMesh(externalControlPlane),
    );
    assert.notDeepEqual(annotated(renewed), annotated(resources));
    const { inputs } = find(renewed, "mesh-control-control-plane-istiod");
    assert.ok(!isSecret(inputs["values"]));
    assert.doesNotMatch(JSON.stringify(inputs), /TOKEN/);
  });

  it("gives istiod the kubeconfig of the account that istiod has in its configuration cluster, as a secret", () => {
    assert.deepEqual(
      (find(resources, "mesh-east-istiod-account-token").inputs["metadata"] as Record<string, unknown>)["annotations"],
      { "kubernetes.io/service-account.name": "istiod" },
    );
    const { inputs, provider } = find(resources, "mesh-control-config-kubeconfig-secret");
    assert.match(provider ?? "", /pulumi:providers:kubernetes::control::/);
    assert.deepEqual(inputs["metadata"], { name: "istio-kubeconfig", namespace: "istio-system", labels });
    assert.ok(isSecret(inputs["data"]));
    const data = reveal(inputs["data"]) as Record<string, string>;
    assert.deepEqual(Object.keys(data), ["config"]);
    const kubeconfig = JSON.parse(Buffer.from(data["config"] ?? "", "base64").toString()) as Record<string, unknown>;
    assert.deepEqual(kubeconfig["clusters"], [
      { name: "east", cluster: { "certificate-authority-data": base64("CA"), server: "https://east.example:6443" } },
    ]);
    assert.deepEqual(kubeconfig["users"], [
      { name: "east", user: { token: "TOKEN OF mesh-east-istiod-account-token" } },
    ]);
  });

  it("keeps the mesh's configuration in the configuration cluster", () => {
    assert.deepEqual(valuesOf(resources, "mesh-east-control-plane-istiod"), {
      configMap: true,
      global: {
        configCluster: true,
        hub: "docker.io/istio",
        meshID: "mesh1",
        multiCluster: { clusterName: "east" },
        network: "east",
        remotePilotAddress: "172.18.11.1",
        tag: "1.31.1",
      },
      istiodRemote: { injectionPath: "/inject/cluster/east/net/east" },
      meshConfig: { trustDomain: "mesh1.internal" },
      profile: "remote",
    });
  });
});

describe("Mesh of two clusters with one external control plane", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = await updateOf(sharedExternalControlPlane);
  });

  it("registers exactly these resources, the gateways' configuration in the configuration cluster alone", () => {
    assert.deepEqual(listOfCluster(resources, "control"), [...externalParts, ...readingParts("control")].sort());
    assert.deepEqual(
      listOfCluster(resources, "east"),
      [
        ...unreadParts("east"),
        ...configReaderParts("east"),
        ...gatewayParts("east"),
        ...crossNetworkParts("east"),
      ].sort(),
    );
    assert.deepEqual(listOfCluster(resources, "west"), [...memberParts("west"), ...gatewayParts("west")].sort());
  });

  it("names the configuration cluster as the other one's leader, for so the external istiod calls itself", () => {
    const { annotations } = find(resources, "mesh-west-system-namespace").inputs["metadata"] as {
      annotations: Record<string, string>;
    };
    assert.equal(annotations["topology.istio.io/controlPlaneClusters"], "east");
  });

  it("lets istiod read the other cluster from a Secret beside it, and the configuration cluster from none", () => {
    const secret = find(resources, "mesh-control-remote-clusters-secret");
    assert.match(secret.provider ?? "", /pulumi:providers:kubernetes::control::/);
    assert.deepEqual(Object.keys(kubeconfigsIn(resources, secret.name)), ["west"]);
  });

  it("keeps the mesh's configuration in the named configuration cluster", async () => {
    const config = {
      ...sharedExternalControlPlane,
      sameness: { plainServices: "cluster-local" as const },
      externalControlPlanes: {
        control: { ...sharedExternalControlPlane.externalControlPlanes.control, configCluster: "west" },
      },
    };
    const other = await updateOf(config);
    assert.deepEqual(
      listOfCluster(other, "west"),
      [
        ...unreadParts("west"),
        ...configReaderParts("west"),
        ...gatewayParts("west"),
        ...crossNetworkParts("west"),
      ].sort(),
    );
    const configurationIn = (cluster: string): unknown =>
      valuesOf(other, `mesh-${cluster}-control-plane-istiod`)["meshConfig"];
    assert.deepEqual(Object.keys(configurationIn("west") as object), ["serviceSettings", "trustDomain"]);
    assert.deepEqual(configurationIn("east"), { trustDomain: "mesh1.internal" });
  });
});

import assert from "node:assert/strict";
import { eastWestGatewayValues } from "../../../components/internal/gateway-values";
import {
  baseValues,
  configurationBaseValues,
  externalValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from "../../../components/internal/helm-values";
import { isHostName } from "../../../components/internal/istiod-address";
import { controlPlaneIn, type ClusterPlan, type ControlPlanePlan, type MeshPlan } from "../../../topology";
import { externalControlPlane, fixedGateways, planOf, primaryRemote, twoPrimaries } from "../../support/plans";

function clusterOf(plan: MeshPlan, name: string): ClusterPlan {
  return plan.clusters.find((cluster) => cluster.name === name) as ClusterPlan;
}

function controlPlaneOf(plan: MeshPlan, name: string): ControlPlanePlan {
  return controlPlaneIn(plan, name) as ControlPlanePlan;
}

/** What all istiods of the test meshes are told; of the cluster only its name and network differ. */
function common(clusterName: string, network: string): Record<string, unknown> {
  return { hub: "docker.io/istio", meshID: "mesh1", multiCluster: { clusterName }, network, tag: "1.31.1" };
}

const meshConfig = { trustDomain: "mesh1.internal" };

describe("Helm values of a primary", () => {
  it("are the cluster's name and network, the mesh and its trust domain, and nothing else", () => {
    const plan = planOf(twoPrimaries);
    assert.deepEqual(primaryValues(plan, controlPlaneOf(plan, "east")), { global: common("east", "east"), meshConfig });
    assert.deepEqual(baseValues({}), {});
  });

  it("let it lead in other clusters where it serves any, and put its host name into its certificate", () => {
    const plan = planOf(primaryRemote);
    const global = { ...common("west", "west"), externalIstiod: true };
    assert.deepEqual(primaryValues(plan, controlPlaneOf(plan, "west")), { global, meshConfig });
    assert.deepEqual(primaryValues(plan, controlPlaneOf(plan, "west"), "istiod.example.org"), {
      env: { ISTIOD_CUSTOM_HOST: "istiod.example.org" },
      global,
      meshConfig,
    });
  });

  it("name the gateways of networks that it cannot find by itself", () => {
    const plan = planOf(fixedGateways);
    assert.deepEqual(primaryValues(plan, controlPlaneOf(plan, "east")), {
      global: {
        ...common("east", "east"),
        meshNetworks: {
          east: {
            endpoints: [{ fromRegistry: "east" }],
            gateways: [
              { address: "203.0.113.10", port: 31443 },
              { address: "203.0.113.11", port: 31443 },
            ],
          },
          west: {
            endpoints: [{ fromRegistry: "west" }],
            gateways: [{ address: "gateway.west.example.org", port: 15443 }],
          },
        },
      },
      meshConfig,
    });
  });

  it("have what the user adds over them, for the mesh and for the cluster alone", () => {
    const plan = planOf({
      ...twoPrimaries,
      istio: {
        ...twoPrimaries.istio,
        values: { base: { enableCRDTemplates: false }, istiod: { env: { A: "b" }, autoscaleMin: 2 } },
      },
      clusters: {
        ...twoPrimaries.clusters,
        west: {
          ...twoPrimaries.clusters.west,
          values: {
            base: { enableCRDTemplates: true },
            istiod: { global: { imagePullPolicy: "Always" }, env: { A: "c" } },
          },
        },
      },
    });
    assert.deepEqual(primaryValues(plan, controlPlaneOf(plan, "east")), {
      autoscaleMin: 2,
      env: { A: "b" },
      global: common("east", "east"),
      meshConfig,
    });
    assert.deepEqual(primaryValues(plan, controlPlaneOf(plan, "west")), {
      autoscaleMin: 2,
      env: { A: "c" },
      global: { ...common("west", "west"), imagePullPolicy: "Always" },
      meshConfig,
    });
    assert.deepEqual(baseValues(clusterOf(plan, "east").values.base), { enableCRDTemplates: false });
    assert.deepEqual(baseValues(clusterOf(plan, "west").values.base), { enableCRDTemplates: true });
  });
});

describe("Helm values of a remote cluster", () => {
  const plan = planOf(primaryRemote);
  const global = { ...common("edge", "west"), configCluster: true };
  /** Else istiods would take its workloads for ones of `cluster.local`. */
  const itsTrustDomain = { configMap: true, meshConfig: { trustDomain: "mesh1.internal" } };

  it("have no default revision, so that no validator waits for an istiod that never fills it in", () => {
    assert.deepEqual(remoteBaseValues({}), {
      defaultRevision: "",
      profile: "remote",
    });
  });

  it("lead by an IP address over the Service, and by a host name past it", () => {
    assert.deepEqual(remoteValues(plan, clusterOf(plan, "edge"), "172.18.11.1"), {
      ...itsTrustDomain,
      global: { ...global, remotePilotAddress: "172.18.11.1" },
      istiodRemote: { injectionPath: "/inject/cluster/edge/net/west" },
      profile: "remote",
    });
    assert.deepEqual(remoteValues(plan, clusterOf(plan, "edge"), "istiod.example.org"), {
      ...itsTrustDomain,
      global: { ...global, remotePilotAddress: "istiod.example.org" },
      istiodRemote: { injectionURL: "https://istiod.example.org:15017/inject/cluster/edge/net/west" },
      profile: "remote",
    });
  });

  it("lead to an IPv6 address by a Service of that family, with the address as the chart knows it for one", () => {
    for (const [address, written] of [
      ["2001:db8::1", "2001:db8::1"],
      ["2001:DB8:0::1", "2001:db8::1"],
      ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
      // The chart writes it into a list as it is: with a colon at its end it would be a mapping.
      ["2001:db8::", "2001:db8::0"],
    ] as const) {
      const { global: values } = remoteValues(plan, clusterOf(plan, "edge"), address);
      assert.deepEqual(values, { ...global, remotePilotAddress: written, ipFamilies: ["IPv6"] }, address);
    }
  });

  it("hold the mesh's configuration where the cluster is an external control plane's configuration cluster", () => {
    const external = planOf(externalControlPlane);
    assert.deepEqual(remoteValues(external, clusterOf(external, "east"), "172.18.11.1"), {
      configMap: true,
      global: { ...common("east", "east"), configCluster: true, remotePilotAddress: "172.18.11.1" },
      istiodRemote: { injectionPath: "/inject/cluster/east/net/east" },
      meshConfig,
      profile: "remote",
    });
  });

  it("have the default validator there, which that istiod fills in, and call it past the Service by a host name", () => {
    const external = planOf(externalControlPlane);
    const validationFailurePolicy = "Fail";
    assert.deepEqual(configurationBaseValues({}, "172.18.11.1"), { profile: "remote" });
    assert.deepEqual(configurationBaseValues({ base: { validationFailurePolicy } }, "istiod.example.org"), {
      base: { validationFailurePolicy, validationURL: "https://istiod.example.org:15017/validate" },
      profile: "remote",
    });
    const { base } = remoteValues(external, clusterOf(external, "east"), "istiod.example.org");
    assert.deepEqual(base, { validationURL: "https://istiod.example.org:15017/validate" });
  });
});

describe("Helm values of an external control plane", () => {
  it("bear the name and network of its configuration cluster, and the files of its configuration", () => {
    const plan = planOf(externalControlPlane);
    assert.deepEqual(externalValues(plan, controlPlaneOf(plan, "control"), { kubeconfigDigest: "d1" }), {
      env: {
        INJECTION_WEBHOOK_CONFIG_NAME: "istio-sidecar-injector",
        LOCAL_CLUSTER_SECRET_WATCHER: "true",
        SHARED_MESH_CONFIG: "istio",
        VALIDATION_WEBHOOK_CONFIG_NAME: "istio-validator-istio-system",
      },
      global: {
        ...common("east", "east"),
        configValidation: false,
        externalIstiod: true,
        operatorManageWebhooks: true,
      },
      meshConfig,
      podAnnotations: { "checksum/istio-kubeconfig": "d1" },
      volumeMounts: [
        { mountPath: "/etc/istio/config", name: "config-volume" },
        { mountPath: "/var/lib/istio/inject", name: "inject-volume" },
      ],
      volumes: [
        { configMap: { name: "istio" }, name: "config-volume" },
        { configMap: { name: "istio-sidecar-injector" }, name: "inject-volume" },
      ],
    });
  });
});

describe("Helm values of an east-west gateway", () => {
  it("make no Service, show only the own network, and take what the user adds", () => {
    const plan = planOf({
      ...twoPrimaries,
      istio: { ...twoPrimaries.istio, values: { gateway: { replicaCount: 2 } } },
    });
    assert.deepEqual(eastWestGatewayValues(clusterOf(plan, "east")), {
      env: { ISTIO_META_REQUESTED_NETWORK_VIEW: "east" },
      readinessProbe: {
        failureThreshold: 60,
        httpGet: { path: "/healthz/ready", port: 15021 },
        periodSeconds: 1,
        timeoutSeconds: 3,
      },
      replicaCount: 2,
      service: { type: "None" },
    });
  });
});

describe("isHostName", () => {
  it("tells host names from addresses", () => {
    for (const name of ["istiod.example.org", "a1b2.elb.amazonaws.com", "localhost", "10.0.0.1.nip.io", "1.2.3"]) {
      assert.ok(isHostName(name), name);
    }
    for (const address of ["10.0.0.1", "2001:db8::1", "::1", "::ffff:10.0.0.1"]) {
      assert.ok(!isHostName(address), address);
    }
  });
});

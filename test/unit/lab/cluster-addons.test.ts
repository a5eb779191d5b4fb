import assert from "node:assert/strict";
import { applyAddons } from "../../../lab/addons";
import { coreDns } from "../../../lab/addons/coredns";
import { addressPool, ManifestError, metalLb } from "../../../lab/addons/metallb";
import { ApiServer, ApiServerError, objectPath, type KubernetesObject } from "../../../lab/api-server";
import { planLab } from "../../../lab/plan";

const [cluster] = planLab([{ name: "east", network: "east" }]).clusters;
assert.ok(cluster);

/** The parts of MetalLB's manifest that are changed, shortened. */
const manifest = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: bgppeers.metallb.io }
spec: { group: metallb.io, conversion: { strategy: Webhook, webhook: { clientConfig: {} } } }
---
apiVersion: v1
kind: Secret
metadata: { name: webhook-server-cert, namespace: metallb-system }
---
apiVersion: v1
kind: Service
metadata: { name: webhook-service, namespace: metallb-system }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: controller, namespace: metallb-system }
spec:
  template:
    spec:
      containers:
        - name: controller
          image: quay.io/metallb/controller:v0.13.12
          args: [--port=7472]
          readinessProbe: { initialDelaySeconds: 10, periodSeconds: 10, httpGet: { path: /metrics, port: monitoring } }
          volumeMounts: [{ name: cert, mountPath: /certs }]
      volumes: [{ name: cert, secret: { secretName: webhook-server-cert } }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: metallb-webhook-configuration }
---
`;

describe("lab addons", () => {
  it("runs MetalLB's manifest on the lab's images, without webhooks", () => {
    const objects = metalLb(manifest);
    assert.deepEqual(
      objects.map(({ kind }) => kind),
      ["CustomResourceDefinition", "Deployment"],
    );
    assert.deepEqual(objects[0]?.["spec"], { group: "metallb.io", conversion: { strategy: "None" } });
    assert.deepEqual(objects[1]?.["spec"], {
      template: {
        spec: {
          containers: [
            {
              name: "controller",
              image: "lab.local/metallb-controller:lab",
              imagePullPolicy: "Never",
              args: ["--port=7472", "--webhook-mode=disabled"],
              readinessProbe: {
                initialDelaySeconds: 0,
                periodSeconds: 1,
                httpGet: { path: "/metrics", port: "monitoring" },
              },
              volumeMounts: [],
            },
          ],
          volumes: [],
          tolerations: [{ operator: "Exists" }],
        },
      },
    });
  });

  it("says so when MetalLB's manifest is another", () => {
    assert.throws(
      () => metalLb(manifest.replace(/containers:\n.*[\s\S]*volumes:/, "containers: []\n      volumes:")),
      ManifestError,
    );
  });

  it("hands out the cluster's own addresses", () => {
    const [pool, advertisement] = addressPool(cluster);
    assert.deepEqual(pool?.["spec"], { addresses: ["172.18.11.0-172.18.11.255"] });
    assert.deepEqual(advertisement?.["spec"], { ipAddressPools: ["lab"], interfaces: ["eth0"] });
  });

  it("serves DNS at the cluster's DNS address and forwards to nobody", () => {
    const objects = coreDns(cluster);
    const service = objects.find(({ kind }) => kind === "Service");
    assert.equal((service?.["spec"] as { clusterIP: string }).clusterIP, "10.200.0.10");
    const { Corefile } = objects.find(({ kind }) => kind === "ConfigMap")?.["data"] as { Corefile: string };
    assert.doesNotMatch(Corefile, /forward|proxy|resolv/);
  });

  describe("that an API server refuses", () => {
    const service: KubernetesObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: "kube-system" },
    };
    const memberList: KubernetesObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "memberlist" } };
    const addons = { objects: [service], memberList, customObjects: [], digest: "" };

    /** Refuses the first Service, and every one while its address is taken without it. */
    class Refusing extends ApiServer {
      readonly calls: string[] = [];
      constructor(
        private readonly message: string,
        private readonly stored: Record<string, object>,
      ) {
        super("https://127.0.0.1:1", "", { certificate: "", key: "" });
        stored[objectPath(memberList)] = {};
      }
      override read(path: string): Promise<Record<string, unknown> | undefined> {
        return Promise.resolve(this.stored[path] as Record<string, unknown> | undefined);
      }
      override apply({ kind }: KubernetesObject): Promise<void> {
        this.calls.push(`apply ${kind}`);
        const isOrphan = ipAddress in this.stored && !(objectPath(service) in this.stored);
        const isRefused = this.calls.length === 1 || isOrphan;
        if (kind !== "Service" || !isRefused) return Promise.resolve();
        return Promise.reject(new ApiServerError(422, "applying Service kube-dns", this.message));
      }
      override remove(path: string): Promise<void> {
        this.calls.push(`remove ${path}`);
        Reflect.deleteProperty(this.stored, path);
        return Promise.resolve();
      }
    }
    const ipAddress = "/apis/networking.k8s.io/v1/ipaddresses/10.200.0.10";
    const parentRef = { resource: "services", namespace: "kube-system", name: "kube-dns" };
    const held = "spec.clusterIPs: failed to allocate IP 10.200.0.10: provided IP is already allocated";

    it("get the address that a killed `up` left taken without a Service", async () => {
      const api = new Refusing(held, { [ipAddress]: { spec: { parentRef } } });
      await applyAddons(addons, api);
      assert.deepEqual(api.calls, ["apply Service", `remove ${ipAddress}`, "apply Service", "apply ConfigMap"]);
    });

    it("leave the address alone of a Service that was stored meanwhile", async () => {
      const api = new Refusing(held, { [ipAddress]: { spec: { parentRef } }, [objectPath(service)]: {} });
      await applyAddons(addons, api);
      assert.deepEqual(api.calls, ["apply Service", "apply Service", "apply ConfigMap"]);
    });

    it("are an error when they are invalid", async () => {
      const api = new Refusing("spec.ports: Required value", {});
      await assert.rejects(applyAddons(addons, api), /Required value/);
      assert.deepEqual(api.calls, ["apply Service"]);
    });
  });

  const paths: [Parameters<typeof objectPath>[0], string][] = [
    [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } }, "/api/v1/namespaces/a"],
    [{ apiVersion: "v1", kind: "Secret", metadata: { name: "a", namespace: "b" } }, "/api/v1/namespaces/b/secrets/a"],
    [
      { apiVersion: "metallb.io/v1beta1", kind: "IPAddressPool", metadata: { name: "a", namespace: "b" } },
      "/apis/metallb.io/v1beta1/namespaces/b/ipaddresspools/a",
    ],
    [
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "a" } },
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/a",
    ],
  ];
  for (const [object, path] of paths) {
    it(`finds a ${object.kind} at ${path}`, () => {
      assert.equal(objectPath(object), path);
    });
  }
});

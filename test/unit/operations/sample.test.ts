import assert from "node:assert/strict";
import { CommandFailed, KubernetesError } from "../../../access";
import { CallTimes } from "../../../operations/verify/call-times";
import { Calls } from "../../../operations/verify/calls";
import type { Finding } from "../../../operations/verify/check";
import { isLeftover, ownerOfThisProcess } from "../../../operations/verify/owner";
import {
  clustersWithServicesOfTheirOwn,
  helloworldReached,
  servicesClusterLocal,
} from "../../../operations/verify/sample-checks";
import { Sample, versionIn } from "../../../operations/verify/sample";
import {
  clientAnnotationsIn,
  namespaceManifest,
  sampleLabels,
  sampleManifests,
  sampleNamespacePattern,
  sharedHostOf,
} from "../../../operations/verify/sample-manifests";
import { removeLeftovers } from "../../../operations/verify/sample-namespace";
import { FakeClient, type FakeCluster } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";
import type { MeshConfig } from "../../../topology";

const plan = planOf(twoPrimaries);
const images = { helloworld: "hub/helloworld", client: "hub/curl" };
/** No process has it: the kernel's highest process id is lower. */
const nobody = 4194305;

function sampleOf(clients: readonly FakeClient[]): Sample {
  return new Sample({ plan, images, clients: new Map(clients.map((client) => [client.name, client])) });
}

describe("the sample", () => {
  it("has the same namespace in every cluster, another in every run, of a name that leftovers are known by", () => {
    const [one, other] = [sampleOf([]).namespace, sampleOf([]).namespace];
    assert.notEqual(one, other);
    assert.match(one, sampleNamespacePattern);
  });

  it("answers with another version in each cluster", () => {
    assert.deepEqual(
      ["east", "west"].map((cluster) => sampleOf([]).versionOf(cluster)),
      ["v1", "v2"],
    );
    assert.throws(() => sampleOf([]).versionOf("north"), RangeError);
  });

  it("asks for injection and bears our label", () => {
    const { object } = namespaceManifest("isthmus-verify-0a1b2c", "me", plan);
    assert.deepEqual(object, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "isthmus-verify-0a1b2c",
        labels: {
          "app.kubernetes.io/managed-by": "isthmus",
          "app.kubernetes.io/component": "verify",
          "istio-injection": "enabled",
        },
        annotations: { "isthmus.dev/owner": "me" },
      },
    });
  });

  it("bears the labels by which every istiod discovers it, and none that it cannot have", () => {
    const labelsWith = (...discoverySelectors: readonly unknown[]): object => {
      const istio = { version: "1.31.1", values: { istiod: { meshConfig: { discoverySelectors } } } };
      const { object } = namespaceManifest("isthmus-verify-0a1b2c", "me", planOf({ ...twoPrimaries, istio }));
      return (object as { readonly metadata: { readonly labels: object } }).metadata.labels;
    };
    const own = { ...sampleLabels, "istio-injection": "enabled" };
    const named = { key: "kubernetes.io/metadata.name", operator: "In", values: ["istio-system"] };
    assert.deepEqual(labelsWith({ matchLabels: { "istio-discovery": "enabled" } }), {
      ...own,
      "istio-discovery": "enabled",
    });
    assert.deepEqual(
      labelsWith(
        { matchExpressions: [named] },
        { matchExpressions: [{ key: "a", operator: "In", values: ["b", "c"] }] },
      ),
      { ...own, a: "b" },
    );
    assert.deepEqual(labelsWith({ matchExpressions: [{ key: "a", operator: "Exists" }] }), { ...own, a: "true" });
    assert.deepEqual(labelsWith({ matchExpressions: [{ key: "a", operator: "DoesNotExist" }] }), own);
    assert.deepEqual(labelsWith({ matchExpressions: [named] }), own);
    assert.deepEqual(labelsWith({ matchLabels: { "istio-injection": "disabled" } }), own);
  });

  it("makes accounts and the Service before the pods, with pinned pull policy and small requests", () => {
    const manifests = sampleManifests("ns", "v2", images);
    assert.deepEqual(
      manifests.map(({ path }) => path.split("/").at(-1)),
      ["serviceaccounts", "serviceaccounts", "services", "destinationrules", "pods", "pods"],
    );
    const pods = manifests.slice(4).map(({ object }) => object as { spec: { containers: Record<string, unknown>[] } });
    const [helloworld, client] = pods.map((pod) => pod.spec.containers[0]);
    assert.equal(helloworld?.["image"], "hub/helloworld");
    assert.deepEqual(helloworld["env"], [{ name: "SERVICE_VERSION", value: "v2" }]);
    assert.equal(client?.["image"], "hub/curl");
    for (const container of [helloworld, client]) assert.equal(container["imagePullPolicy"], "IfNotPresent");
  });

  it("has its servers run under another account in each cluster, that of one covers up none of another", () => {
    const accounts = (version: string): (string | undefined)[] =>
      sampleManifests("ns", version, images)
        .filter(({ path }) => path.endsWith("/pods"))
        .map(({ object }) => (object as { readonly spec: { readonly serviceAccountName?: string } }).spec)
        .map(({ serviceAccountName }) => serviceAccountName);
    const made = (version: string): string[] =>
      sampleManifests("ns", version, images)
        .filter(({ path }) => path.endsWith("/serviceaccounts"))
        .map(({ object }) => (object as { readonly metadata: { readonly name: string } }).metadata.name);
    for (const version of ["v1", "v2"]) {
      assert.deepEqual(accounts(version), [`helloworld-${version}`, "client"]);
      assert.deepEqual(made(version), accounts(version));
    }
  });

  it("has a name that is the same in all clusters where Services are each cluster's own, and only then", () => {
    const strictPlan = planOf({ ...twoPrimaries, sameness: { plainServices: "cluster-local" } });
    assert.equal(sharedHostOf(plan, "ns", "east"), undefined);
    const sharedHost = sharedHostOf(strictPlan, "ns", "east");
    assert.equal(sharedHost, "helloworld.ns.verify.cluster.local");
    const made = sampleManifests("ns", "v1", images, { sharedHost });
    const specOf = (collection: string): unknown => {
      const found = made.filter(({ path }) => path.endsWith(`/ns/${collection}`));
      assert.equal(found.length, 1, collection);
      return (found[0]?.object as { readonly spec: unknown }).spec;
    };
    assert.deepEqual(specOf("serviceentries"), {
      hosts: [sharedHost],
      location: "MESH_INTERNAL",
      resolution: "STATIC",
      ports: [{ name: "http", number: 5000, protocol: "HTTP" }],
      workloadSelector: { labels: { app: "helloworld" } },
    });
    assert.equal((specOf("destinationrules") as { readonly host: string }).host, sharedHost);
    // An entry that selects pods knows but one of a name.
    assert.notDeepEqual(sampleOf([]).podsIn("east"), sampleOf([]).podsIn("west"));
  });

  it("has its client answer DNS where the mesh leaves that to each pod, and only then", () => {
    const services = { shop: { namespace: "shop", selector: { app: "shop" }, ports: { http: { port: 80 } } } };
    const annotations = (globalServices: MeshConfig["globalServices"]): Record<string, string> =>
      clientAnnotationsIn(planOf({ ...twoPrimaries, namespaces: { shop: {} }, globalServices }));
    assert.deepEqual(annotations({ services }), {});
    assert.deepEqual(annotations({ dnsCapture: "annotated-pods", services: {} }), {});
    assert.deepEqual(annotations({ dnsCapture: "annotated-pods", services }), {
      "proxy.istio.io/config": '{"proxyMetadata":{"ISTIO_META_DNS_CAPTURE":"true"}}',
    });
    const clientAnnotations = annotations({ dnsCapture: "annotated-pods", services });
    const pods = sampleManifests("ns", "v1", images, { clientAnnotations })
      .filter(({ path }) => path.endsWith("/pods"))
      .map(({ object }) => object as { metadata: { name: string; annotations: Record<string, string> } });
    assert.deepEqual(
      pods.map(({ metadata }) => [metadata.name, "proxy.istio.io/config" in metadata.annotations]),
      [
        ["helloworld-v1", false],
        ["client", true],
      ],
    );
  });

  it("is made once, namespace first and pods last, and is removed only where it was made", async () => {
    const objects: Record<string, unknown> = {};
    const east = new FakeClient("east", { objects });
    const west = new FakeClient("west");
    const sample = sampleOf([east, west]);
    objects[`/api/v1/namespaces/${sample.namespace}/configmaps/istio-ca-root-cert`] = {};

    await Promise.all([sample.deploy("east"), sample.deploy("east")]);
    await sample.remove();
    assert.deepEqual(
      east.requests.map(({ method, path }) => `${method} ${path.split("/").at(-1) ?? ""}`),
      [
        "create namespaces",
        "create serviceaccounts",
        "create serviceaccounts",
        "create services",
        "create destinationrules",
        "create pods",
        "create pods",
        "remove pods",
        `remove ${sample.namespace}`,
      ],
    );
    assert.deepEqual(west.requests, []);
  });

  it("allows its own calls where policies for the whole mesh deny what none allows, and nowhere else", async () => {
    const rootPath = "/apis/security.istio.io/v1/namespaces/istio-system/authorizationpolicies";
    const made = async (
      policies: readonly object[],
      refusals: FakeCluster["refusals"] = {},
    ): Promise<{ readonly namespace: string; readonly policies: unknown[] }> => {
      const objects: Record<string, unknown> = { [rootPath]: policies };
      const east = new FakeClient("east", { objects, refusals });
      const sample = sampleOf([east]);
      objects[`/api/v1/namespaces/${sample.namespace}/configmaps/istio-ca-root-cert`] = {};
      await sample.deploy("east");
      const own = east.requests.filter(({ path }) => path.endsWith("/authorizationpolicies"));
      assert.deepEqual(
        own.map(({ path }) => path),
        own.map(() => `/apis/security.istio.io/v1/namespaces/${sample.namespace}/authorizationpolicies`),
      );
      return { namespace: sample.namespace, policies: own.map(({ object }) => object) };
    };
    const denyAll = { metadata: { name: "deny-all" }, spec: {} };
    const one = await made([denyAll]);
    assert.deepEqual(one.policies, [
      {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: { name: "helloworld", labels: sampleLabels },
        spec: { action: "ALLOW", rules: [{ from: [{ source: { namespaces: [one.namespace] } }] }] },
      },
    ]);
    const some = { metadata: { name: "gateways" }, spec: { rules: [{ from: [] }] } };
    assert.equal((await made([some])).policies.length, 1);
    assert.deepEqual((await made([])).policies, []);
    assert.deepEqual((await made([{ metadata: { name: "no" }, spec: { action: "DENY", rules: [] } }])).policies, []);
    const refused = { [rootPath]: new KubernetesError("GET", rootPath, 403, "no") };
    assert.deepEqual((await made([], refused)).policies, []);
    await assert.rejects(made([], { [rootPath]: new KubernetesError("GET", rootPath, 500, "no") }), KubernetesError);
  });

  describe("whose images are pulled by Secrets", () => {
    const ofMesh = { ...twoPrimaries, istio: { ...twoPrimaries.istio, imagePullSecrets: ["registry"] } };
    const secret = { type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "e30=" } };
    const deployed = async (config: MeshConfig): Promise<{ readonly client: FakeClient; readonly sample: Sample }> => {
      const objects: Record<string, unknown> = { "/api/v1/namespaces/istio-system/secrets/registry": secret };
      const client = new FakeClient("east", { objects });
      const sample = new Sample({ plan: planOf(config), images, clients: new Map([["east", client]]) });
      objects[`/api/v1/namespaces/${sample.namespace}/configmaps/istio-ca-root-cert`] = {};
      await sample.deploy("east");
      return { client, sample };
    };
    const createdIn = (client: FakeClient, collection: string): unknown[] =>
      client.requests.filter(({ path }) => path.endsWith(`/${collection}`)).map(({ object }) => object);

    it("names them in its accounts, and says which are not there once a pod is not ready", async () => {
      const { client, sample } = await deployed(ofMesh);
      const accounts = createdIn(client, "serviceaccounts") as { readonly imagePullSecrets?: unknown }[];
      assert.deepEqual(
        accounts.map(({ imagePullSecrets }) => imagePullSecrets),
        [[{ name: "registry" }], [{ name: "registry" }]],
      );
      assert.deepEqual(createdIn(client, "secrets"), []);
      assert.match(
        (await sample.troubles("east")).at(-1) ?? "",
        /^by registry no image is pulled there: .*`sample\.pullSecrets: copied`/,
      );
    });

    it("copies them where the configuration says so, before the pods", async () => {
      const { client } = await deployed({ ...ofMesh, sample: { pullSecrets: "copied" } });
      const metadata = { name: "registry", labels: sampleLabels };
      assert.deepEqual(createdIn(client, "secrets"), [{ apiVersion: "v1", kind: "Secret", metadata, ...secret }]);
      const order = client.requests.map(({ path }) => path.split("/").at(-1));
      assert.ok(order.indexOf("secrets") < order.indexOf("pods"));
    });
  });

  it("says what is wrong with its pods", async () => {
    const sidecar = { spec: { containers: [{ name: "helloworld" }], initContainers: [{ name: "istio-proxy" }] } };
    const waiting = { reason: "ErrImagePull", message: "no such host" };
    const objects: Record<string, unknown> = {};
    const sample = sampleOf([new FakeClient("east", { objects })]);
    const path = `/api/v1/namespaces/${sample.namespace}/pods`;
    const troubles = (pods: readonly unknown[]): Promise<string[]> => {
      objects[path] = pods;
      return sample.troubles("east");
    };

    const isReady = { conditions: [{ type: "Ready", status: "True" }] };
    const pod = (name: string, parts: object): object => ({ metadata: { name }, ...parts });
    const ready = [
      pod("helloworld-v1", { ...sidecar, status: isReady }),
      pod("client", { ...sidecar, status: isReady }),
    ];
    assert.deepEqual(await troubles(ready), []);
    assert.deepEqual(await troubles([]), ["pod helloworld-v1 does not exist", "pod client does not exist"]);
    assert.deepEqual(
      await troubles([
        pod("helloworld-v1", { spec: { containers: [{ name: "helloworld" }] }, status: isReady }),
        pod("client", {
          ...sidecar,
          status: { containerStatuses: [{ name: "client", image: "hub/curl", state: { waiting } }] },
        }),
      ]),
      [
        "pod helloworld-v1 has no sidecar",
        "pod client is not ready: container client (hub/curl): ErrImagePull: no such host",
      ],
    );
  });
});

describe("leftovers of verify", () => {
  const [host = ""] = ownerOfThisProcess().split(".");
  const now = new Date();
  const old = new Date(now.getTime() - 16 * 60_000);

  it("are the samples of dead processes of this machine, and old ones of any", () => {
    assert.equal(isLeftover(ownerOfThisProcess(), now), false);
    assert.equal(isLeftover(`${host}.${nobody}`, now), true);
    assert.equal(isLeftover(`elsewhere.${nobody}`, now), false);
    assert.equal(isLeftover(undefined, now), false);
    assert.equal(isLeftover(`elsewhere.${nobody}`, old), true);
    assert.equal(isLeftover(undefined, old), true);
  });

  it("are removed, and nothing else is, whatever its labels say", async () => {
    const namespace = (name: string, owner: string): unknown => ({
      metadata: { name, creationTimestamp: now.toISOString(), annotations: { "isthmus.dev/owner": owner } },
    });
    const client = new FakeClient("east", {
      objects: {
        "/api/v1/namespaces": [
          namespace("isthmus-verify-0a1b2c", `${host}.${nobody}`),
          namespace("isthmus-verify-0a1b2d", ownerOfThisProcess()),
          namespace("istio-system", `${host}.${nobody}`),
        ],
      },
    });
    assert.deepEqual((await removeLeftovers(client)).removed, ["isthmus-verify-0a1b2c"]);
    assert.deepEqual(client.requests, [{ method: "remove", path: "/api/v1/namespaces/isthmus-verify-0a1b2c" }]);
  });

  it("are left to Kubernetes while they go, and told of with what holds them when they do not", async () => {
    const going = (name: string, since: Date, conditions?: readonly object[]): unknown => ({
      metadata: {
        name,
        creationTimestamp: old.toISOString(),
        deletionTimestamp: since.toISOString(),
        annotations: { "isthmus.dev/owner": `${host}.${nobody}` },
      },
      status: { phase: "Terminating", conditions },
    });
    const dead = "unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1";
    const client = new FakeClient("east", {
      objects: {
        "/api/v1/namespaces": [
          going("isthmus-verify-0a1b2c", now),
          going("isthmus-verify-0a1b2d", old, [
            { type: "NamespaceDeletionDiscoveryFailure", status: "True", message: dead },
            { type: "NamespaceContentRemaining", status: "False", message: "All content successfully removed" },
          ]),
          going("isthmus-verify-0a1b2e", old),
        ],
      },
    });
    assert.deepEqual(await removeLeftovers(client, now), {
      removed: [],
      held: new Map([
        ["isthmus-verify-0a1b2d", dead],
        ["isthmus-verify-0a1b2e", "Kubernetes does not say what holds it"],
      ]),
    });
    assert.deepEqual(client.requests, []);
  });
});

describe("calls", () => {
  function callsAnswered(answer: () => string): Calls {
    const clients = new Map([["east", new FakeClient("east", { exec: answer })]]);
    return new Calls(new Sample({ plan, images, clients }), clients, new CallTimes());
  }

  it("remember who answered, and do not ask again for what is known", async () => {
    let calls = 0;
    const subject = callsAnswered(() => `Hello version: v${(calls++ % 2) + 1}, instance: helloworld`);
    const { versions, trouble } = await subject.from("east", "v1");
    assert.deepEqual([...versions].sort(), ["v1", "v2"]);
    assert.equal(trouble, undefined);
    const before = calls;
    await subject.from("east", "v2");
    assert.equal(calls, before);
  });

  it("are shared by those who wait for different clusters", async () => {
    let calls = 0;
    const subject = callsAnswered(() => {
      calls += 1;
      return "Hello version: v1, instance: helloworld";
    });
    await Promise.all([subject.from("east", "v1"), subject.from("east", "v2")]);
    assert.equal(calls, 4);
  });

  it("report an answer that is not helloworld's", async () => {
    const subject = callsAnswered(() => "upstream connect error");
    assert.deepEqual(await subject.from("east", "v1"), { versions: new Set(), trouble: "upstream connect error" });
  });

  it("report a call that failed", async () => {
    const subject = callsAnswered(() => {
      throw new CommandFailed("curl -sS http://helloworld:5000/hello", "curl: (7) connection refused");
    });
    const { trouble } = await subject.from("east", "v1");
    assert.equal(trouble, "curl: (7) connection refused", "what curl says, not what was asked of it");
  });

  it("are told with curl's words first, and with the DNS of the cluster where a name is not known there", async () => {
    const finding = async (words: string): Promise<Finding> => {
      const clients = new Map([
        [
          "east",
          new FakeClient("east", {
            exec: (_target, [program]) => {
              if (program === "pilot-agent") return "{}";
              throw new CommandFailed("curl -sS http://helloworld.isthmus-verify-0a1b2c:5000/hello", words);
            },
          }),
        ],
        ["west", new FakeClient("west", { exec: () => "{}" })],
      ]);
      const sample = new Sample({ plan, images, clients });
      const client = (name: string): FakeClient => clients.get(name) ?? assert.fail(name);
      const context = verifyContext({ plan, client, sample, calls: new Calls(sample, clients, new CallTimes()) });
      return helloworldReached(context, ["east", "west"]);
    };
    const unresolved = await finding("curl: (6) Could not resolve host: helloworld.isthmus-verify-0a1b2c");
    assert.match(unresolved.message, /^no answer from v2: nobody answered; curl: \(6\) Could not resolve host/);
    assert.match(unresolved.hint ?? "", /CoreDNS/);
    assert.equal((await finding("curl: (7) connection refused")).hint, undefined, "the check's own");
    assert.match((await finding("RBAC: access denied")).hint ?? "", /^An AuthorizationPolicy denies the call/);
  });

  it("go by the name of all clusters where Services are each cluster's own", async () => {
    const commands: (readonly string[])[] = [];
    const exec = (_target: unknown, command: readonly string[]): string => {
      commands.push(command);
      return "Hello version: v1, instance: helloworld";
    };
    const clients = new Map([["east", new FakeClient("east", { exec })]]);
    const strictPlan = planOf({ ...twoPrimaries, sameness: { plainServices: "cluster-local" } });
    const sample = new Sample({ plan: strictPlan, images, clients });
    const hostIn = (words: readonly string[]): string | undefined => words.find((word) => word.startsWith("Host: "));
    await new Calls(sample, clients, new CallTimes()).from("east", "v2");
    assert.deepEqual(
      [...new Set(commands.splice(0).map(hostIn))],
      [`Host: helloworld.${sample.namespace}.verify.cluster.local`],
    );
    await new Calls(sample, clients, new CallTimes()).byServiceName("east");
    assert.deepEqual([...new Set(commands.splice(0).map(hostIn))], [undefined]);
    await new Calls(new Sample({ plan, images, clients }), clients, new CallTimes()).from("east", "v2");
    assert.deepEqual([...new Set(commands.splice(0).map(hostIn))], [undefined]);
  });

  it("know helloworld's answer from others", () => {
    assert.equal(versionIn("Hello version: v2, instance: helloworld-5f\n"), "v2");
    assert.equal(versionIn("no healthy upstream"), undefined);
    assert.equal(versionIn("<p>Hello version: v2, instance: x</p>"), undefined);
  });
});

describe("services-cluster-local", () => {
  const strictPlan = planOf({ ...twoPrimaries, sameness: { plainServices: "cluster-local" } });

  async function look(answer: () => string): Promise<Finding> {
    const clients = new Map([["east", new FakeClient("east", { exec: answer })]]);
    const sample = new Sample({ plan: strictPlan, images, clients });
    return servicesClusterLocal(
      verifyContext({ plan: strictPlan, sample, calls: new Calls(sample, clients, new CallTimes()) }),
      ["east"],
    );
  }

  it("is asked of clusters that know others, where Services are each cluster's own", () => {
    assert.deepEqual(clustersWithServicesOfTheirOwn(strictPlan), [["east"], ["west"]]);
    assert.deepEqual(clustersWithServicesOfTheirOwn(plan), []);
    const excepted = planOf({ ...twoPrimaries, sameness: { clusterLocal: ["monitoring"] } });
    assert.deepEqual(clustersWithServicesOfTheirOwn(excepted), []);
  });

  it("holds where the caller's own cluster answers alone, and not where another one does or nobody", async () => {
    const says = (version: string) => `Hello version: ${version}, instance: helloworld`;
    assert.equal((await look(() => says("v1"))).ok, true);
    let calls = 0;
    const mixedUp = await look(() => says(calls++ === 7 ? "v2" : "v1"));
    assert.deepEqual(mixedUp, {
      ok: false,
      message: "a Service was answered from elsewhere: by v2, and not by v1 alone",
    });
    assert.deepEqual(await look(() => "no healthy upstream"), {
      ok: false,
      message: "no answer from v1: no healthy upstream",
    });
  });
});

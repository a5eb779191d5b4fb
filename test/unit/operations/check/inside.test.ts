import assert from "node:assert/strict";
import { CommandFailed, KubernetesError, type ClusterAccess } from "../../../../access";
import { lookWith } from "../../../../operations/check/inside/look";
import { apiServerWays, gatewayWays, placesIn, type Way } from "../../../../operations/check/inside/places";
import {
  apiServerCall,
  apiServerMisfit,
  isConnected,
  isResolved,
  probedBy,
} from "../../../../operations/check/inside/probe";
import type { CheckResult } from "../../../../operations/verify";
import { sampleLabels } from "../../../../operations/verify/sample-manifests";
import type { MeshConfig } from "../../../../topology";
import { FakeClient, type FakeCluster } from "../../../support/cluster-client";
import { externalControlPlane, mixed, planOf, primaryRemote, twoPrimaries } from "../../../support/plans";

const words = (ways: readonly Way[]): string[] => ways.map(({ from, to }) => `${from} ${to}`);

describe("ways between clusters before an installation", () => {
  it("are those on which istiods read API servers, and on which workloads call gateways", () => {
    assert.deepEqual(words(apiServerWays(planOf(twoPrimaries))), ["east west", "west east"]);
    assert.deepEqual(words(gatewayWays(planOf(twoPrimaries))), ["east west", "west east"]);
    assert.deepEqual(words(apiServerWays(planOf(primaryRemote))), ["west edge"]);
    assert.deepEqual(words(gatewayWays(planOf(primaryRemote))), []);
    assert.deepEqual(words(apiServerWays(planOf(externalControlPlane))), ["control east"]);
    assert.deepEqual(placesIn(planOf(primaryRemote)), ["west"]);
    assert.ok(placesIn(planOf(mixed)).length > 2);
  });
});

describe("what curl says from inside a cluster", () => {
  const server = "https://api.west.example:6443";
  const about = { from: "east", server, settings: "isthmus:mesh.clusters.west.apiServer" };
  const misfit = (reason: string): ReturnType<typeof apiServerMisfit> => apiServerMisfit(probedBy(reason), about);

  it("is asked by the authority that istiods are given, and by another name where one is to count", () => {
    const call = apiServerCall("west", { server });
    assert.deepEqual(call.slice(-3), ["--cacert", "/authorities/west.pem", `${server}/version`]);
    const named = apiServerCall("west", { server: "https://10.0.0.1/k8s", tlsServerName: "kubernetes" });
    assert.deepEqual(named.slice(-3), [
      "--connect-to",
      "kubernetes:443:10.0.0.1:443",
      "https://kubernetes/k8s/version",
    ]);
  });

  it("tells an answer from what keeps it away, each with what to set", () => {
    assert.equal(apiServerMisfit({ code: 0, words: "" }, about), undefined);
    for (const [reason, message, hint] of [
      [
        "curl: (6) Could not resolve host: api.west.example",
        /^api\.west\.example is not known to the DNS of east/,
        /apiServer\.url/,
      ],
      [
        "curl: (28) Resolving timed out after 5000 milliseconds",
        /is not known to the DNS of east/,
        /let their DNS know/,
      ],
      [
        "curl: (28) Connection timed out after 5001 milliseconds",
        /^pods of east do not reach api\.west\.example:6443/,
        /Open the way/,
      ],
      ["curl: (7) Failed to connect to api.west.example port 6443", /do not reach/, /firewalls, authorized networks/],
      [
        "curl: (60) SSL certificate problem: unable to get local issuer",
        /is not by the authority/,
        /certificateAuthority/,
      ],
      ["curl: (35) wrong version number", /is no API server/, /apiServer\.url/],
      ["not finished after 12 s", /do not reach/, /Open the way/],
    ] as const) {
      const found = misfit(reason);
      assert.match(found?.message ?? "", message, reason);
      assert.match(found?.hint ?? "", hint, reason);
    }
  });

  it("tells whether somebody took the connection, and whether a name is known", () => {
    const taken = (code: number): boolean => isConnected({ code, words: "" });
    assert.deepEqual([0, 35, 52, 56, 60].map(taken), [true, true, true, true, true]);
    assert.deepEqual([-1, 6, 7, 28].map(taken), [false, false, false, false]);
    assert.ok(isResolved(probedBy("curl: (60) self-signed certificate")));
    assert.ok(!isResolved(probedBy("curl: (6) Could not resolve host: kubernetes.default.svc")));
    assert.ok(!isResolved(probedBy("the connection closed before the command ended")));
  });
});

describe("isthmus check from inside the clusters", () => {
  const ready = { status: { conditions: [{ type: "Ready", status: "True" }] } };

  /** Every path below a namespace of the run's own, by the collection: its name is known to the run alone. */
  class Inside extends FakeClient {
    constructor(
      name: string,
      private readonly pod: object,
      cluster: FakeCluster,
    ) {
      super(name, cluster);
    }

    override get<T>(path: string): Promise<T> {
      return path.endsWith("/pods/client") ? Promise.resolve(this.pod as T) : super.get(path);
    }
  }

  interface Given {
    readonly config?: MeshConfig;
    /** What curl writes to its standard error, by the last of its words; others are answered. */
    readonly curl?: Readonly<Record<string, string>>;
    readonly pod?: object;
    readonly refusals?: FakeCluster["refusals"];
    readonly objects?: Record<string, unknown>;
    readonly answering?: readonly string[];
  }

  async function look({
    answering = ["east", "west"],
    config = twoPrimaries,
    curl = {},
    objects,
    pod = ready,
    refusals,
  }: Given) {
    const exec: FakeCluster["exec"] = (_target, command) => {
      const reason = curl[command.at(-1) ?? ""];
      if (reason !== undefined) throw new CommandFailed("curl", reason);
      return "";
    };
    const clients = new Map(
      answering.map((name) => [
        name,
        new Inside(name, pod, {
          exec,
          ...(objects === undefined ? {} : { objects }),
          ...(refusals === undefined ? {} : { refusals }),
        }),
      ]),
    );
    const access = new Map(
      ["east", "west"].map((name): [string, ClusterAccess] => {
        const server = `https://${name}.example:6443`;
        const forOthers = {
          server,
          certificateAuthorityData: Buffer.from(`the authority of ${name}`).toString("base64"),
        };
        return [name, { name, server, kubeconfig: "", forOthers }];
      }),
    );
    const results = await lookWith(clients, { plan: planOf(config), access });
    return { clients, results };
  }

  const rows = (results: readonly CheckResult[]): string[] =>
    results.map(({ clusters, id, status }) => [id, ...clusters, status].join(" "));

  it("makes one pod in each, without rights and with the authorities, and removes it", async () => {
    const { clients, results } = await look({});
    assert.deepEqual(rows(results), [
      "names-resolved east pass",
      "api-server-reached east west pass",
      "names-resolved west pass",
      "api-server-reached west east pass",
    ]);
    for (const client of clients.values()) {
      const made = client.requests.filter(({ method }) => method === "create");
      assert.deepEqual(
        made.map(({ path }) => path.split("/").at(-1)),
        ["namespaces", "serviceaccounts", "configmaps", "pods"],
      );
      for (const { object } of made) {
        const { metadata } = object as { readonly metadata: { readonly labels: Record<string, string> } };
        for (const [label, value] of Object.entries(sampleLabels)) assert.equal(metadata.labels[label], value);
      }
      const { data } = made[2]?.object as { readonly data: object };
      assert.deepEqual(data, { "east.pem": "the authority of east", "west.pem": "the authority of west" });
      const { spec } = made[3]?.object as { readonly spec: Record<string, unknown> };
      assert.equal(spec["automountServiceAccountToken"], false);
      const [namespace = ""] = made.map(({ object }) => (object as { metadata: { name: string } }).metadata.name);
      assert.deepEqual(
        client.requests.filter(({ method }) => method === "remove").map(({ path }) => path),
        [`/api/v1/namespaces/${namespace}/pods`, `/api/v1/namespaces/${namespace}`],
      );
    }
  });

  it("says from where an API server is not reached, and what to set", async () => {
    const curl = { "https://west.example:6443/version": "curl: (28) Connection timed out after 5001 milliseconds" };
    const { results } = await look({ curl });
    const failed = results.filter(({ status }) => status !== "pass");
    assert.deepEqual(rows(failed), ["api-server-reached east west fail"]);
    assert.match(failed[0]?.message ?? "", /^pods of east do not reach west\.example:6443: curl: \(28\)/);
    assert.match(failed[0]?.hint ?? "", /isthmus:mesh\.clusters\.west\.apiServer\.url/);
  });

  it("looks at gateways that stand, and at no other", async () => {
    const services = "/api/v1/namespaces/istio-system/services";
    const service = {
      metadata: { name: "istio-eastwestgateway" },
      spec: {},
      status: { loadBalancer: { ingress: [{ ip: "198.51.100.7" }] } },
    };
    const refused = { "https://198.51.100.7:15443/": "curl: (7) Failed to connect" };
    const reset = { "https://198.51.100.7:15443/": "curl: (35) Connection reset by peer" };
    const ofGateways = async (given: Given): Promise<string[]> =>
      rows((await look(given)).results).filter((row) => row.startsWith("gateway-addressed"));
    assert.deepEqual(await ofGateways({ objects: { [services]: [service] }, curl: reset }), [
      "gateway-addressed east west pass",
      "gateway-addressed west east pass",
    ]);
    assert.deepEqual(await ofGateways({ objects: { [services]: [service] }, curl: refused }), [
      "gateway-addressed east west fail",
      "gateway-addressed west east fail",
    ]);
    assert.deepEqual(await ofGateways({}), []);
  });

  it("says why no pod can be had, fails nothing for that, and removes what it made", async () => {
    const path = "/api/v1/namespaces/kube-system/configmaps/kube-root-ca.crt";
    assert.equal((await look({ refusals: { [path]: new KubernetesError("GET", path, 403, "no") } })).results.length, 4);
    class Refusing extends Inside {
      override create(target: string, object: object): Promise<void> {
        if (target.endsWith("/pods"))
          return Promise.reject(new KubernetesError("POST", target, 403, "violates PodSecurity"));
        return super.create(target, object);
      }
    }
    const clients = new Map(["east"].map((name) => [name, new Refusing(name, ready, {})]));
    const access = new Map<string, ClusterAccess>();
    const results = await lookWith(clients, { plan: planOf(twoPrimaries), access });
    assert.deepEqual(rows(results), [
      "names-resolved east warn",
      "api-server-reached east west warn",
      "names-resolved west skip",
      "api-server-reached west east skip",
    ]);
    assert.match(results[0]?.message ?? "", /^no pod looks from inside east: .*violates PodSecurity/);
    assert.equal(clients.get("east")?.requests.filter(({ method }) => method === "remove").length, 2);
  });
});

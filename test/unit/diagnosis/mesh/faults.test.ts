import assert from "node:assert/strict";
import { diagnose, faults, type MeshSnapshot } from "../../../../diagnosis";
import { primaryRemoteNetworks, topologies } from "../../../support/plans";
import {
  mesh,
  type Change,
  both,
  gatewayService,
  notReady,
  unsynced,
  authority,
  expired,
  olderIstiod,
  parts,
  networkPolicy,
  istiodSaying,
  injector,
  policy,
} from "./changes";
import {
  certificate,
  changed,
  changedKubeconfigs,
  changedPolicies,
  changedSystem,
  healthy,
  serverOf,
  takenAt,
} from "./healthy";
import { single } from "./single-faults";

/** First causes as `id cluster…`. */
const causesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).firstCauses.map(({ clusters, id }) => [id, ...clusters].join(" "));

const consequencesIn = (snapshot: MeshSnapshot): string[] =>
  diagnose(snapshot).consequences.map(({ finding: { clusters, id } }) => [id, ...clusters].join(" "));

describe("the causes of what is wrong with a mesh", () => {
  for (const [title, config] of Object.entries(topologies)) {
    it(`are none where all is as it should be: ${title}`, () => {
      assert.deepEqual(diagnose(healthy(config)), { firstCauses: [], consequences: [] });
    });
  }

  for (const [cause, cluster, change] of single) {
    it(`${cause}: alone, with proof and what to do`, () => {
      const snapshot = changed(healthy(mesh), cluster, change);
      assert.deepEqual(causesIn(snapshot), [cause]);
      for (const { fix, found, proof } of diagnose(snapshot).firstCauses) {
        assert.match(fix, /^[A-Z].*\.$/s);
        assert.notEqual(found, "");
        assert.ok(proof.every((line) => line !== ""));
      }
    });
  }

  it("are tried all, but for those that only a mesh with a remote cluster can have", () => {
    const tried = new Set(single.map(([cause]) => cause.split(" ", 1)[0]));
    const untried = faults.map(({ id }) => id).filter((id) => !tried.has(id));
    assert.deepEqual(untried, ["istiod-endpoint", "remote-trust-domain", "exposed-istiod-address"]);
    const snapshot = changed(healthy(primaryRemoteNetworks), "west", (cluster) =>
      changedSystem(({ services }) => ({
        services: services.filter(({ metadata }) => metadata?.name !== "istiod-exposed"),
      }))(cluster),
    );
    assert.deepEqual(causesIn(snapshot), ["exposed-istiod-address west"]);
  });

  it("are where a gateway's Service leads other networks past the port at which its pods listen, and not where they follow it", () => {
    const withPorts = (port: number, ports: readonly object[]): string[] => {
      const { mesh: facts, ...seen } = changed(
        healthy(mesh),
        "west",
        gatewayService(({ spec }) => ({ spec: { ...spec, ports } })),
      );
      const clusters = facts.clusters.map((one) =>
        one.eastWestGateway === undefined ? one : { ...one, eastWestGateway: { ...one.eastWestGateway, port } },
      );
      return causesIn({ ...seen, mesh: { ...facts, clusters } }).filter((cause) => cause.endsWith(" west"));
    };
    assert.deepEqual(withPorts(443, [{ port: 443, targetPort: 8443 }]), ["gateway-port west"]);
    assert.deepEqual(withPorts(443, [{ port: 443, targetPort: 15443 }]), []);
    assert.deepEqual(withPorts(443, [{ port: 443, targetPort: "tls" }]), []);
    assert.deepEqual(withPorts(15443, [{ port: 15443, targetPort: 8443 }]), []);
  });

  it("say of an istio-system that was deleted what it has left in the way of the next one", () => {
    const [fix] = diagnose(changed(healthy(mesh), "west", () => ({ namespaces: [] }))).firstCauses.map(
      (one) => one.fix,
    );
    assert.match(
      fix ?? "",
      /`kubectl delete mutatingwebhookconfiguration istio-sidecar-injector`, then .*up --refresh/,
    );
  });

  it("come after those that they may follow from, each once", () => {
    const ids = faults.map(({ id }) => id);
    assert.deepEqual([...new Set(ids)], ids);
    for (const { follows, id } of faults) {
      for (const origin of follows) assert.ok(ids.indexOf(origin.id) < ids.indexOf(id), `${origin.id} before ${id}`);
    }
  });

  it("are told apart from what follows from them", () => {
    const unreachable = single[0];
    assert.ok(unreachable);
    const cut = changed(changed(healthy(mesh), "west", unreachable[2]), "east", unsynced);
    assert.deepEqual(causesIn(cut), ["cluster-unreachable west"]);
    assert.deepEqual(consequencesIn(cut), ["remote-cluster-not-synced east west"]);

    const down = changed(
      healthy(mesh),
      "east",
      both(notReady("istiod", "scaled"), notReady("istio-eastwestgateway", "pod"), () => ({
        webhooks: [{ ...injector(), authorities: [] }],
      })),
    );
    assert.deepEqual(causesIn(down), ["istiod-down east"]);
    assert.deepEqual(consequencesIn(down), ["webhook-authority east", "gateway-down east"]);

    const lost = changed(
      healthy(mesh),
      "east",
      both(() => ({ remoteKubeconfigs: [] }), unsynced),
    );
    assert.deepEqual(causesIn(lost), ["remote-secret-missing east west"]);
    assert.deepEqual(consequencesIn(lost), ["remote-cluster-not-synced east west"]);
  });

  it("are where a remote cluster looks for its istiod: by hand, or by an address of the mesh's file that fails", () => {
    const remote = primaryRemoteNetworks;
    const elsewhere = changed(healthy(remote), "edge", () => ({
      istiodEndpoints: [{ service: "istiod", addresses: ["192.0.2.11"] }],
    }));
    const withGatewayDown = changed(elsewhere, "edge", notReady("istio-eastwestgateway", "pod"));
    assert.deepEqual(causesIn(elsewhere), ["istiod-endpoint edge west"]);
    assert.deepEqual(causesIn(withGatewayDown), ["istiod-endpoint edge west"]);
    assert.deepEqual(consequencesIn(withGatewayDown), ["gateway-down edge"]);

    const meant = ({ mesh: facts, ...snapshot }: MeshSnapshot): MeshSnapshot => ({
      ...snapshot,
      mesh: {
        ...facts,
        controlPlanes: facts.controlPlanes.map((one) => ({ ...one, exposed: { address: "192.0.2.11" } })),
      },
    });
    assert.deepEqual(causesIn(meant(elsewhere)), []);
    assert.deepEqual(causesIn(meant(withGatewayDown)), ["istiod-endpoint edge west"]);
  });

  it("are one for a cluster in which the mesh is not installed yet, and for who is to read it", () => {
    const bare = changed(
      healthy(mesh),
      "west",
      both(
        changedSystem(() => ({ deployments: [], pods: [], services: [] })),
        () => ({
          namespaces: [],
          webhooks: [],
          meshConfig: "none",
          publishedRoots: [],
          authority: "none",
          accountTokens: [],
          remoteKubeconfigs: [],
          istiods: [],
        }),
        changedPolicies({ peerAuthentications: [], passthroughGateways: [] }),
      ),
    );
    assert.deepEqual(
      causesIn(
        changed(
          bare,
          "east",
          both(() => ({ remoteKubeconfigs: [] }), unsynced),
        ),
      ),
      ["system-namespace-missing west"],
    );
  });

  it("are two where there are two, and one does not hide the other's consequences", () => {
    const snapshot = changed(
      changed(
        healthy(mesh),
        "east",
        both(() => ({ remoteKubeconfigs: [] }), unsynced),
      ),
      "west",
      both(notReady("istiod", "scaled"), unsynced),
    );
    assert.deepEqual(causesIn(snapshot), ["istiod-down west", "remote-secret-missing east west"]);
    const { consequences } = diagnose(snapshot);
    assert.deepEqual(
      consequences.map(({ finding, from }) => [finding.clusters.join(" "), from.map(({ id }) => id).join()]),
      [
        ["east west", "remote-secret-missing"],
        ["west east", "istiod-down"],
      ],
    );
  });

  it("leave a pair alone whose other direction is broken", () => {
    const snapshot = changed(
      changed(healthy(mesh), "east", () => ({ remoteKubeconfigs: [] })),
      "west",
      unsynced,
    );
    assert.deepEqual(causesIn(snapshot), ["remote-secret-missing east west", "remote-cluster-not-synced west east"]);
  });

  it("are none of Services that each cluster has for itself", () => {
    const differing = changed(healthy(mesh), "east", () => ({
      services: [{ namespace: "shop", name: "basket", shape: "http 8080" }],
    }));
    assert.deepEqual(causesIn(differing), ["services-differ east west"]);
    const exceptions = [{ name: "basket.shop", sameness: "cluster-local" as const }];
    const facts = { ...differing.mesh, sameness: { plainServices: "shared" as const, exceptions } };
    assert.deepEqual(causesIn({ ...differing, mesh: facts }), []);
  });

  it("are none where a cluster is away that may be, nor what follows from that", () => {
    const [, , unreachable] = single[0] ?? [];
    assert.ok(unreachable);
    const away = changed(changed(healthy(mesh), "west", unreachable), "east", unsynced);
    const allowed = { ...away, mesh: { ...away.mesh, mayBeAway: ["west"] } };
    assert.deepEqual(diagnose(allowed), { firstCauses: [], consequences: [] });
    const without = changed(allowed, "east", () => ({ webhooks: [] }));
    assert.deepEqual(causesIn(without), ["webhook-missing east"]);
  });

  it("are none of an upgrade that is under way, and one of one that has stopped", () => {
    const upgrading = (since: string): MeshSnapshot =>
      changed(
        healthy(mesh),
        "east",
        both(olderIstiod, () => ({ pendingReleases: [{ name: "istiod", since }] })),
      );
    assert.deepEqual(causesIn(upgrading("2026-11-30T09:58:00.000Z")), []);
    assert.deepEqual(causesIn(upgrading("2026-11-30T09:00:00.000Z")), ["istiod-versions-differ east west"]);
  });

  it("of a chain of causes are the first alone", () => {
    const snapshot = changed(
      healthy(mesh),
      "east",
      both(
        authority(({ roots }) => ({ chain: [certificate("i", expired)], roots })),
        notReady("istiod", "pod"),
        notReady("istio-eastwestgateway", "pod"),
      ),
    );
    assert.deepEqual(causesIn(snapshot), ["certificate-lifetime east"]);
    const { consequences } = diagnose(snapshot);
    assert.deepEqual(
      consequences.map(({ from }) => from.map(({ id }) => id)),
      [["certificate-lifetime"], ["certificate-lifetime"]],
    );
  });

  it("say the dates of a certificate that has ended, and the words of the cluster", () => {
    const snapshot = changed(
      healthy(mesh),
      "east",
      authority(({ roots }) => ({ chain: [certificate("i", expired)], roots })),
    );
    assert.deepEqual(diagnose(snapshot).firstCauses[0]?.proof, [
      `CN=i: valid from 2026-11-01T00:00:00.000Z to ${expired.notAfter} (SHA-256 i)`,
    ]);
    assert.deepEqual(diagnose(changed(healthy(mesh), "east", unsynced)).firstCauses[0]?.proof, [
      "istiod-1-a says timeout",
      "istiod-1-a: error cluster west: connection refused",
    ]);
    assert.equal(takenAt > expired.notAfter, true);
  });

  it("are clocks that are apart from the others', by what each says, and not that of who looks", () => {
    const ahead = (east: number, west: number): MeshSnapshot =>
      changed(
        changed(healthy(mesh), "east", () => ({ clockAheadMs: east })),
        "west",
        () => ({ clockAheadMs: west }),
      );
    const snapshot = ahead(400, 120_400);
    assert.deepEqual(causesIn(snapshot), ["clock-differs west"]);
    const [cause] = diagnose(snapshot).firstCauses;
    assert.match(cause?.found ?? "", /^its API server's clock is 120 s ahead: /);
    assert.deepEqual(cause?.proof, [
      "east: 0 s ahead of the machine that looked",
      "west: 120 s ahead of the machine that looked",
    ]);
    for (const [east, west] of [
      [300_000, 300_000],
      [-300_000, -299_000],
      [50_000, 0],
    ] as const) {
      assert.deepEqual(causesIn(ahead(east, west)), [], String(east));
    }
    const gateway = changed(ahead(0, -600_000), "west", notReady("istio-eastwestgateway", "pod"));
    assert.deepEqual(causesIn(gateway), ["clock-differs west"]);
  });

  it("are none in what is meant so", () => {
    const meant: readonly Change[] = [
      // Another way to an API server, which istiod has read by it.
      changedKubeconfigs((one) => ({ ...one, server: "https://198.51.100.9:6443/", authorities: ["proxy"] })),
      // The same address, written otherwise.
      changedKubeconfigs((one) => ({ ...one, server: `${serverOf("west").toUpperCase()}/` })),
      // A change of roots: the other one is trusted beside.
      () => ({ publishedRoots: [certificate("root"), certificate("next")] }),
      // Nothing is allowed by itself, and what is needed is.
      changedPolicies({
        authorizationPolicies: [
          policy("ALLOW", "none"),
          { ...policy("ALLOW", "every"), scope: "selected", rules: "some" },
        ],
      }),
      // The same in one namespace, by what is allowed there or in all; and a namespace that has no Service.
      changedPolicies({
        authorizationPolicies: [
          { ...policy("ALLOW", "none"), namespace: "shop" },
          { ...policy("ALLOW", "every"), namespace: "shop", scope: "selected", rules: "some" },
        ],
      }),
      changedPolicies({
        authorizationPolicies: [{ ...policy("ALLOW", "none"), namespace: "shop" }, policy("ALLOW", "every")],
      }),
      changedPolicies({ authorizationPolicies: [{ ...policy("DENY", "every"), namespace: "jobs" }] }),
      // Some of a namespace's workloads, or some calls, are denied.
      changedPolicies({
        authorizationPolicies: [
          { ...policy("DENY", "every"), namespace: "shop", scope: "selected" },
          { ...policy("DENY", "every"), namespace: "shop", rules: "some" },
        ],
      }),
      // A namespace outside of the mesh's file that an injector is told of, and one that wants none.
      ({ namespaces = [], webhooks = [] }) => ({
        namespaces: [
          ...namespaces,
          { name: "tools", labels: { "istio-injection": "enabled" } },
          { name: "plain", labels: { "istio-injection": "disabled" } },
        ],
        webhooks: webhooks.map((one) => ({ ...one, namespaces: [...(one.namespaces ?? []), "tools"] })),
      }),
      // One service outside of the mesh.
      changedPolicies({ destinationRules: [{ name: "bank", host: "bank.example.org", tlsMode: "SIMPLE" }] }),
      // A token with an end that is not there yet, which stands in no Secret.
      changedKubeconfigs((one) => ({ ...one, token: "secret:98", tokenEndsAt: "2026-12-01T00:00:00.000Z" })),
      // A port by its name, of which nobody here knows which it is; and policies that together let all in.
      networkPolicy({ namespace: "istio-system", podSelector: {}, ingress: [{ ports: [{ first: "https" }] }] }),
      () => ({
        networkPolicies: [
          { namespace: "istio-system", name: "nothing", podSelector: {}, ingress: [] },
          { namespace: "istio-system", name: "all", podSelector: {}, ingress: [{ ports: [] }] },
        ],
      }),
      // A pod without a sidecar where none is to have one.
      () => ({ podsWithoutSidecar: [{ namespace: "kube-system", pod: "coredns-1-a" }] }),
      // A Service that another cluster does not have, and one outside the mesh that is called in plain text.
      ({ services = [] }) => ({ services: [...services, { namespace: "shop", name: "stock", shape: "http 80" }] }),
      changedPolicies({ serviceRules: [{ namespace: "shop", name: "db", host: "db.store", tlsMode: "DISABLE" }] }),
      // Proxies that wait for their restart after an upgrade.
      istiodSaying({ proxyVersions: { "1.30.4": ["basket-1-a.shop (east)"], "1.31.1": [], lab: [] } }),
      // A validator whose istiod has not filled it in, and that stops nobody.
      ({ webhooks = [] }) => ({
        webhooks: [...webhooks, { ...injector(), kind: "validator", failurePolicy: "Ignore", authorities: [] }],
      }),
    ];
    for (const change of meant) assert.deepEqual(causesIn(changed(healthy(mesh), "east", change)), []);
  });

  it("are judged by what was read: parts that were not are none", () => {
    for (const part of parts) {
      const snapshot = changed(healthy(mesh), "east", () => ({ [part]: undefined }));
      assert.deepEqual(causesIn(snapshot), [], part);
    }
  });
});

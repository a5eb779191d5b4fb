import assert from "node:assert/strict";
import { formatProblem, systemNamespace } from "../../../topology";
import { fakeApiServer } from "../access/fake-api-server";
import { assertNothing, configOf, only, PrecheckBench, token } from "./precheck-support";

describe("precheck of what is in a cluster already", () => {
  const bench = new PrecheckBench();

  const namespace = `/api/v1/namespaces/${systemNamespace}`;
  const ours = { labels: { "app.kubernetes.io/managed-by": "isthmus" } };
  const webhook = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector";

  const istiods = "/apis/apps/v1/deployments?labelSelector=app%3Distiod&limit=500";
  /** A namespace that a platform team has made, in a cluster without Istio, whose API server says null of an empty list of metadata. */
  const prepared = { [namespace]: { metadata: { labels: { team: "platform" } } }, [istiods]: { items: null } };

  it("refuses a namespace that is not ours and in which an istiod runs, or may run", async () => {
    const items = [{ metadata: { name: "istiod", namespace: systemNamespace, labels: { app: "istiod" } } }];
    const { problems } = await bench.checkEast({ objects: { ...prepared, [istiods]: { items } } });
    assert.match(
      only(problems),
      /found one that Isthmus did not create, with a running control plane \(Deployment istiod\)\. /,
    );
    const unseen = await bench.checkEast({ objects: prepared, statuses: { [istiods]: 403 } });
    assert.match(
      only(unseen.problems),
      /found one that Isthmus did not create, and it may not be seen whether an istiod runs in it\. Allow the user to list Deployments/,
    );
  });

  it("takes a namespace as it is that somebody else has prepared, with what is in it", async () => {
    const objects = {
      ...prepared,
      [`${namespace}/serviceaccounts`]: { items: [{ metadata: { name: "default" } }] },
      [`${namespace}/configmaps`]: {
        items: [{ metadata: { name: "kube-root-ca.crt" } }, { metadata: { name: "notes" } }],
      },
    };
    assertNothing(await bench.checkEast({ objects }));
  });

  it("names what is in it and the mesh itself makes, with the command that removes it", async () => {
    const objects = {
      ...prepared,
      [`${namespace}/serviceaccounts`]: {
        items: [{ metadata: { name: "default" } }, { metadata: { name: "istiod" } }],
      },
      [`${namespace}/secrets`]: { items: [{ metadata: { name: "cacerts" } }] },
    };
    const { problems } = await bench.checkEast({ objects });
    assert.match(
      only(problems),
      /expected a namespace istio-system without what the mesh itself makes there, found serviceaccount\/istiod, secret\/cacerts\. .* delete serviceaccount\/istiod secret\/cacerts`\.$/,
    );
  });

  describe("by which images are pulled", () => {
    const config = configOf("east");
    const mesh = { ...config, istio: { ...config.istio, imagePullSecrets: ["registry"] } };
    const typed = (type: string): string =>
      `${namespace}/secrets?fieldSelector=type%3Dkubernetes.io%2F${type}&limit=500`;
    const registry = { metadata: { name: "registry" } };
    const checked = async (cluster: Parameters<typeof fakeApiServer>[1]): Promise<string> => {
      const server = await bench.opened(fakeApiServer(bench.identity, cluster));
      const { problems } = await bench.check([bench.access("east", server.url)], mesh);
      assert.ok(problems.length <= 1, JSON.stringify(problems));
      return problems.map(formatProblem).join();
    };
    const create =
      "kubectl --context east --namespace istio-system create secret generic registry --type kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=config.json";

    it("is a Secret to be made first, with the namespace where there is none", async () => {
      assert.equal(
        await checked({ token, objects: {} }),
        "isthmus:mesh.clusters.east: expected the Secret registry in istio-system, by which Istio's images are pulled, found no namespace istio-system yet. " +
          `Make both first, and Isthmus takes the namespace as it is: \`kubectl --context east create namespace istio-system\`, then \`${create}\`, where config.json is what \`docker login\` writes for the registry.`,
      );
      assert.match(
        await checked({ token, objects: prepared }),
        /found none of the name\. Make it: `kubectl .* create secret generic registry /,
      );
    });

    it("is no Secret of another type", async () => {
      const objects = {
        ...prepared,
        [`${namespace}/secrets/registry`]: registry,
        [typed("dockerconfigjson")]: { items: [{ metadata: { name: "other" } }] },
        [typed("dockercfg")]: { items: null },
      };
      assert.match(
        await checked({ token, objects }),
        /found one of another type than kubernetes\.io\/dockerconfigjson or /,
      );
    });

    it("is one of either type, or one that may not be seen", async () => {
      for (const [fits, other] of [
        ["dockerconfigjson", "dockercfg"],
        ["dockercfg", "dockerconfigjson"],
      ] as const) {
        const lists = { [typed(fits)]: { items: [registry] }, [typed(other)]: { items: [] } };
        assert.equal(
          await checked({ token, objects: { ...prepared, [`${namespace}/secrets/registry`]: registry, ...lists } }),
          "",
        );
      }
      const statuses = Object.fromEntries(
        [`${namespace}/secrets/registry`, typed("dockercfg"), typed("dockerconfigjson")].map((path) => [path, 403]),
      );
      assert.equal(await checked({ token, objects: prepared, statuses }), "");
    });
  });

  it("refuses a namespace that is being deleted, though it was ours", async () => {
    const metadata = { ...ours, deletionTimestamp: "2026-11-21T00:00:00Z" };
    assert.match(
      only((await bench.checkEast({ objects: { [namespace]: { metadata } } })).problems),
      /found one that is being deleted/,
    );
  });

  it("refuses another Istio", async () => {
    const metadata = { annotations: { "meta.helm.sh/release-namespace": "mesh-system" } };
    assert.match(
      only((await bench.checkEast({ objects: { [webhook]: { metadata } } })).problems),
      /expected no other Istio in the cluster, found a webhook istio-sidecar-injector of the namespace mesh-system/,
    );
  });

  it("accepts what is ours already", async () => {
    const { problems } = await bench.checkEast({
      objects: { [namespace]: { metadata: ours }, [webhook]: { metadata: {} } },
    });
    assert.deepEqual(problems, []);
  });

  const hooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
  const definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.networking.istio.io";
  const secrets = `${namespace}/secrets?labelSelector=owner%3Dhelm&limit=500`;
  const policies = `/apis/security.istio.io/v1/namespaces/${systemNamespace}`;

  /** What an API server has in which somebody else's Istio was, and still is. */
  const crowded = {
    "/apis": { groups: [{ name: "apps" }, { name: "networking.istio.io" }] },
    [definition]: { metadata: { name: "gateways.networking.istio.io" } },
    [`${hooks}?limit=500`]: {
      items: [
        { metadata: { name: "cert-manager-webhook" }, webhooks: [{ name: "webhook.cert-manager.io" }] },
        {
          metadata: { name: "injector" },
          webhooks: [
            {
              name: "namespace.sidecar-injector.istio.io",
              clientConfig: { service: { namespace: "mesh", name: "istiod" } },
              namespaceSelector: { matchLabels: { "istio-injection": "enabled" } },
              objectSelector: {},
            },
          ],
        },
      ],
    },
    "/apis/apps/v1/deployments?labelSelector=app%3Distiod&limit=500": {
      items: [{ metadata: { name: "istiod", namespace: "mesh", labels: { app: "istiod" } } }],
    },
  };

  it("says all at once of what is there under any name, and only asks for CRDs whose group is there", async () => {
    const server = await bench.opened(fakeApiServer(bench.identity, { token, objects: crowded }));
    const { problems, warnings } = await bench.check([bench.access("east", server.url)]);
    assert.deepEqual(
      problems.map(({ found }) => found),
      [
        "a webhook injector of the namespace mesh, an istiod mesh/istiod of the revision default",
        "crd/gateways.networking.istio.io (without Helm's owner)",
      ],
    );
    assert.deepEqual(warnings, []);
    const definitions = server.requests.filter((request) => request.includes("customresourcedefinitions"));
    assert.equal(definitions.length, 9);
    assert.ok(definitions.every((request) => request.endsWith(".networking.istio.io")));
  });

  it("says of Helm's records, by their labels, and of policies where the namespace is ours", async () => {
    const record = (name: string, version: number, status: string): object => ({
      metadata: {
        name: `sh.helm.release.v1.${name}.v${version}`,
        labels: { name, owner: "helm", status, version: String(version) },
      },
    });
    const { problems, warnings } = await bench.checkEast({
      objects: {
        [namespace]: { metadata: ours },
        [secrets]: {
          items: [
            record("kiali", 10, "failed"),
            record("kiali", 9, "superseded"),
            record("jaeger", 1, "failed"),
            record("jaeger", 2, "deployed"),
            record("istiod", 3, "pending-upgrade"),
          ],
        },
        [`${policies}/peerauthentications`]: {
          items: [{ metadata: { name: "default" }, spec: { mtls: { mode: "DISABLE" } } }],
        },
        [`${policies}/authorizationpolicies`]: { items: [{ metadata: { name: "deny" } }] },
      },
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      warnings.map(({ found }) => found),
      [
        "kiali, which is failed",
        "peerauthentication/default, which turns mutual TLS off in the whole mesh: calls between networks fail",
        "authorizationpolicy/deny, which allows nothing: every call that no other policy allows is denied",
      ],
    );
  });

  it("says on what a namespace waits that is being deleted", async () => {
    const metadata = { ...ours, deletionTimestamp: "2026-11-21T00:00:00Z" };
    const conditions = [
      {
        type: "NamespaceContentRemaining",
        status: "True",
        message: "Some resources are remaining: pods. has 1 resource instances",
      },
    ];
    assert.match(
      only((await bench.checkEast({ objects: { [namespace]: { metadata, status: { conditions } } } })).problems),
      /found one that is being deleted, which waits: Some resources are remaining: pods\. has 1 resource instances\. Wait until/,
    );
  });

  it("takes what may not be read for not known", async () => {
    const statuses = Object.fromEntries(
      [...Object.keys(crowded), hooks, `${hooks}?limit=500`, webhook, secrets].map((path) => [path, 403]),
    );
    assertNothing(await bench.checkEast({ objects: crowded, statuses }));
    assertNothing(await bench.checkEast({ objects: { ...crowded, [namespace]: { metadata: ours } }, statuses }));
  });
});

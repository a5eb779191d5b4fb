import assert from "node:assert/strict";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Mesh } from "../../components";
import { meshCluster, type MeshClusterArgs } from "../../stacks/mesh-cluster";
import { planProgramMesh } from "../../topology";
import { isSecret, isUnknown, record, reveal, type RecordedResource } from "../support/mocks";
import { twoPrimaries } from "../support/plans";
import { TestAuthority } from "../unit/access/certificates";
import { accessTo, fakeApiServer, type Listening } from "../unit/access/fake-api-server";
import { base64, find, kubeconfigsIn, listOf, provided, updateOf } from "./support";

const token = "t0ken-of-the-administrator";
const gatewayService = "/api/v1/namespaces/istio-system/services/istio-eastwestgateway";

/** What is to be known of an output in the end. */
interface Settled {
  readonly value: unknown;
  readonly known: boolean;
  readonly secret: boolean;
}

async function settled(output: pulumi.Input<unknown>): Promise<Settled> {
  // An output has no public way to ask whether it is known.
  const { promise, isKnown, isSecret } = pulumi.output(output) as unknown as {
    readonly promise: (withUnknowns: boolean) => Promise<unknown>;
    readonly isKnown: Promise<boolean>;
    readonly isSecret: Promise<boolean>;
  };
  return { value: await promise(true), known: await isKnown, secret: await isSecret };
}

describe("meshCluster", () => {
  const objects: Record<string, unknown> = {};
  let authority: TestAuthority;
  let server: Listening;

  before(async () => {
    authority = await TestAuthority.create("test");
    server = await fakeApiServer(await authority.issue(["127.0.0.1"]), { token, objects });
    objects[gatewayService] = {
      metadata: { uid: "uid-1" },
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.7" }] } },
    };
  });
  after(() => server.close());

  const kubeconfig = (): string => accessTo("admin", server.url, authority.certificate, { token }).kubeconfig;

  /** The two clusters' mesh of a program, and what is known of the address of the gateway in east. */
  async function meshFrom(
    mode: "update" | "preview",
    of: (cluster: string) => MeshClusterArgs,
  ): Promise<{ readonly resources: readonly RecordedResource[]; readonly address: Settled }> {
    let address: Promise<Settled> | undefined;
    const { istio } = twoPrimaries;
    const resources = await record(mode, provided, () => {
      const mesh = new Mesh("mesh", {
        plan: planProgramMesh({
          id: "mesh1",
          istio,
          clusters: { east: { network: "east" }, west: { network: "west" } },
        }),
        clusters: { east: meshCluster("east", of("east")), west: meshCluster("west", of("west")) },
      });
      address = settled(mesh.clusters["east"]?.eastWest?.addresses);
    });
    assert.ok(address !== undefined);
    return { resources, address: await address };
  }

  /** What comes of one cluster's output. */
  async function outputOf(
    key: "server" | "tlsServerName" | "certificateAuthorityData",
    args: MeshClusterArgs,
  ): Promise<unknown> {
    let result: Promise<unknown> | undefined;
    await record("update", provided, () => {
      result = settled(meshCluster("east", args)[key]).then(
        ({ value }) => value,
        (error: unknown) => error,
      );
    });
    return result;
  }

  it("makes the mesh that the stack makes, of kubeconfigs that come as outputs", async () => {
    const { resources, address } = await meshFrom("update", () => ({ kubeconfig: pulumi.output(kubeconfig()) }));
    assert.deepEqual(listOf(resources), listOf(await updateOf(twoPrimaries)));
    assert.deepEqual(address, { value: ["192.0.2.7"], known: true, secret: false });
    assert.deepEqual(
      Object.keys(kubeconfigsIn(resources, "mesh-west-remote-clusters-secret")["east"] as object).sort(),
      ["apiVersion", "clusters", "contexts", "current-context", "kind", "users"],
    );
    const { clusters } = kubeconfigsIn(resources, "mesh-west-remote-clusters-secret")["east"] as {
      clusters: { cluster: unknown }[];
    };
    assert.deepEqual(clusters[0]?.cluster, {
      server: server.url,
      "certificate-authority-data": base64(authority.certificate),
    });
  });

  it("makes a provider that keeps the kubeconfig secret, replaces nothing and lets no Secret vanish", async () => {
    const { resources } = await meshFrom("update", () => ({ kubeconfig: kubeconfig() }));
    const { inputs } = find(resources, "east");
    assert.ok(isSecret(inputs["kubeconfig"]));
    assert.match(String(reveal(inputs["kubeconfig"])), new RegExp(token));
    assert.deepEqual(
      { ...inputs, kubeconfig: undefined },
      { kubeconfig: undefined, clusterIdentifier: "east", enableSecretMutable: "true" },
    );
    assert.ok(!JSON.stringify(resources.map(({ inputs: all }) => withoutSecrets(all))).includes(token));
  });

  it("asks for the same in a preview in which no kubeconfig is known yet, and waits for nothing", async () => {
    const unknown = pulumi.output(pulumi.unknown as unknown as string);
    const { resources, address } = await meshFrom("preview", () => ({ kubeconfig: unknown }));
    assert.deepEqual(listOf(resources), listOf(await updateOf(twoPrimaries)));
    assert.equal(address.known, false);
    assert.ok(isUnknown(find(resources, "east").inputs["kubeconfig"]));
    assert.equal(find(resources, "east").inputs["clusterIdentifier"], "east");
    assert.ok(isUnknown(find(resources, "mesh-west-remote-clusters-secret").inputs["data"]));
  });

  it("takes what there is in a preview, and does without an answer", async () => {
    const reached = await meshFrom("preview", () => ({ kubeconfig: kubeconfig() }));
    assert.deepEqual(reached.address, { value: ["192.0.2.7"], known: true, secret: false });
    const refused = accessTo("admin", "https://127.0.0.1:1", authority.certificate, { token }).kubeconfig;
    const { address } = await meshFrom("preview", () => ({ kubeconfig: refused }));
    assert.equal(address.known, false);
  });

  it("takes somebody's own provider, and identifier", async () => {
    const resources = await record("update", provided, () => {
      const provider = new kubernetes.Provider("mine", { kubeconfig: kubeconfig() });
      assert.equal(meshCluster("east", { kubeconfig: kubeconfig(), provider }).provider, provider);
      meshCluster("west", { kubeconfig: kubeconfig(), clusterIdentifier: pulumi.output("uid-of-west") });
    });
    assert.deepEqual(listOf(resources), ["pulumi:providers:kubernetes mine", "pulumi:providers:kubernetes west"]);
    assert.equal(find(resources, "west").inputs["clusterIdentifier"], "uid-of-west");
  });

  it("takes a mapping, another context, and another way for the other clusters", async () => {
    const entry = (name: string): object => ({
      name,
      cluster: { server: `https://${name}.example`, "tls-server-name": "api" },
    });
    const several = {
      clusters: ["one", "two"].map(entry),
      users: [{ name: "admin", user: { token } }],
      contexts: ["one", "two"].map((name) => ({ name, context: { cluster: name, user: "admin" } })),
      "current-context": "one",
    };
    assert.equal(await outputOf("server", { kubeconfig: several }), "https://one.example");
    assert.equal(await outputOf("tlsServerName", { kubeconfig: several }), "api");
    assert.equal(await outputOf("certificateAuthorityData", { kubeconfig: several }), undefined);
    const args = { kubeconfig: several, context: "two" };
    assert.equal(await outputOf("server", args), "https://two.example");
    const elsewhere = { ...args, server: "https://proxy.example", certificateAuthorityData: base64("CA") };
    assert.equal(await outputOf("server", elsewhere), "https://proxy.example");
    assert.equal(await outputOf("tlsServerName", elsewhere), undefined);
    assert.equal(await outputOf("certificateAuthorityData", elsewhere), base64("CA"));
    assert.equal(await outputOf("tlsServerName", { ...elsewhere, tlsServerName: "east" }), "east");
  });

  for (const [what, kubeconfigOf, words] of [
    ["no kubeconfig", () => `token: ${token}`, /(^|: )mesh\.clusters\.east\.kubeconfig: expected a kubeconfig, found /],
    [
      "a kubeconfig without encryption",
      () => kubeconfig().replaceAll("https:", "http:"),
      /(^|: )mesh\.clusters\.east\.kubeconfig: expected an API server with an https URL, found another URL\./,
    ],
    [
      "a kubeconfig without a current context",
      () => kubeconfig().replace("current-context", "former-context"),
      /(^|: )mesh\.clusters\.east\.kubeconfig: .* Name the context as mesh\.clusters\.east\.context\. It has "admin"\.$/,
    ],
  ] as const) {
    it(`refuses ${what}, without its content and without a stack trace of ours`, async () => {
      const error = await outputOf("server", { kubeconfig: kubeconfigOf() });
      assert.ok(pulumi.RunError.isInstance(error), String(error));
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, new RegExp(token));
    });
  }

  it("explains in an update that a cluster does not answer for the address of its load balancer", async () => {
    const refusing = accessTo("admin", "https://127.0.0.1:1", authority.certificate, { token }).kubeconfig;
    let result: Promise<unknown> | undefined;
    await record("update", provided, () => {
      const { addresses } = meshCluster("east", { kubeconfig: refusing });
      const read = addresses({ namespace: "istio-system", name: "istio-eastwestgateway" }, 0);
      result = settled(read as pulumi.Output<unknown>).catch((error: unknown) => error);
    });
    const error = await result;
    assert.ok(pulumi.RunError.isInstance(error));
    assert.equal(
      error.message,
      "mesh.clusters.east.kubeconfig: expected an answer from the API server of east, found a refused connection (ECONNREFUSED). Start the server, or mend the address and port.",
    );
  });
});

/** Inputs with nothing in place of secrets. */
function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { machineCalled, writeMachineFiles } from "../../../../operations/machines";
import { machineFiles } from "../../../../operations/machines/contents";
import { ConfigurationError, formatProblem, type MachinePlan } from "../../../../topology";
import { FakeClient, type FakeCluster } from "../../../support/cluster-client";
import { planOf } from "../../../support/plans";
import { machine as machineOf, withMachines } from "../../topology/machine-cases";

const config = withMachines({
  "billing-1": machineOf({ network: "machines", ports: { http: 8080, grpc: 9000 }, labels: { app: "billing" } }),
  plain: machineOf({ address: "fd00::7" }),
});
const plan = planOf(config);
const billing = machineCalled(plan, "billing-1");

const token = "a.b.c";
const system = "/api/v1/namespaces/istio-system/configmaps";
const accounts = "/api/v1/namespaces/shop/serviceaccounts";
const entries = "/apis/networking.istio.io/v1/namespaces/shop/workloadentries";
const mesh = {
  defaultConfig: {
    discoveryAddress: "istiod.istio-system.svc:15012",
    proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true" },
  },
  trustDomain: "mesh1.internal",
};

/** A cluster in which all that a machine needs is there. */
const whole: FakeCluster = {
  objects: {
    [`${system}/istio`]: { data: { mesh: stringify(mesh) } },
    [`${system}/istio-ca-root-cert`]: { data: { "root-cert.pem": "ROOTS\n" } },
    [`${accounts}/billing`]: {},
    [`${entries}/billing-1`]: {},
    [`${entries}/plain`]: {},
  },
  answers: {
    [`${accounts}/billing/token`]: () => ({ status: { token, expirationTimestamp: "2026-11-30T04:00:00Z" } }),
  },
};

describe("the files of a machine outside Kubernetes", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-machine-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  /** Writes them, from a cluster without some objects. */
  async function write(
    machine: MachinePlan = billing,
    without: readonly string[] = [],
    istiod: string | undefined = "172.18.11.1",
  ): Promise<{ readonly client: FakeClient; readonly problems: readonly string[]; readonly paths: readonly string[] }> {
    const kept = Object.entries(whole.objects ?? {}).filter(([path]) => !without.includes(path));
    const client = new FakeClient("east", { ...whole, objects: Object.fromEntries(kept) });
    const out = join(directory, "files");
    try {
      const made = await writeMachineFiles({ mesh: plan, machine, istiod, client, out, tokenLifetimeSeconds: 900 });
      return { client, problems: [], paths: made.map(({ path }) => path) };
    } catch (error) {
      assert.ok(error instanceof ConfigurationError);
      return { client, problems: error.problems.map(formatProblem), paths: [] };
    }
  }

  const text = (name: string): string => readFileSync(join(directory, "files", name), "utf8");

  it("say where istiod is, whom to trust and who the machine is", async () => {
    const { client, paths } = await write();
    assert.deepEqual(
      paths.map((path) => path.slice(join(directory, "files").length + 1)),
      ["cluster.env", "mesh.yaml", "root-cert.pem", "istio-token", "hosts"],
    );
    assert.equal(text("hosts"), "172.18.11.1 istiod.istio-system.svc\n");
    assert.equal(text("root-cert.pem"), "ROOTS\n");
    assert.equal(text("istio-token"), token);
    assert.deepEqual(text("cluster.env").split("\n"), [
      "CANONICAL_REVISION='latest'",
      "CANONICAL_SERVICE='billing'",
      "ISTIO_INBOUND_PORTS='8080,9000'",
      "ISTIO_LOCAL_EXCLUDE_PORTS='22,15090,15021,15020'",
      `ISTIO_METAJSON_LABELS='{"app":"billing","service.istio.io/canonical-name":"billing","service.istio.io/canonical-revision":"latest"}'`,
      "ISTIO_META_CLUSTER_ID='east'",
      "ISTIO_META_DNS_CAPTURE='true'",
      "ISTIO_META_MESH_ID='mesh1'",
      "ISTIO_META_NETWORK='machines'",
      `ISTIO_META_POD_PORTS='[{"name":"grpc","containerPort":9000},{"name":"http","containerPort":8080}]'`,
      "ISTIO_META_WORKLOAD_NAME='billing-1'",
      "ISTIO_NAMESPACE='shop'",
      "ISTIO_SERVICE='billing-1.shop'",
      "ISTIO_SERVICE_CIDR='*'",
      "ISTIO_SVC_IP='10.0.3.7'",
      "POD_NAMESPACE='shop'",
      "PROXY_CONFIG_XDS_AGENT='true'",
      "SERVICE_ACCOUNT='billing'",
      "TRUST_DOMAIN='mesh1.internal'",
      "",
    ]);
    const { defaultConfig } = parse(text("mesh.yaml")) as { defaultConfig: Record<string, Record<string, string>> };
    assert.equal(defaultConfig["discoveryAddress"], "istiod.istio-system.svc:15012");
    assert.equal(defaultConfig["proxyMetadata"]?.["ISTIO_META_NETWORK"], "machines");
    assert.equal(defaultConfig["proxyMetadata"]["PROXY_CONFIG_XDS_AGENT"], "true", "what every proxy is told");
    assert.deepEqual(client.requests, [
      {
        method: "ask",
        path: `${accounts}/billing/token`,
        object: {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          spec: { audiences: ["istio-ca"], expirationSeconds: 900 },
        },
      },
    ]);
  });

  it("keep the token for their owner alone, and tell it to nobody else", async () => {
    await write();
    const modeOf = (...path: string[]): number => statSync(join(directory, "files", ...path)).mode & 0o777;
    assert.deepEqual([modeOf(), modeOf("istio-token"), modeOf("cluster.env")], [0o700, 0o600, 0o644]);
    for (const name of ["cluster.env", "mesh.yaml", "hosts"]) assert.ok(!text(name).includes(token), name);
  });

  it("lead to istiod by its host name, where it has one", async () => {
    const { paths } = await write(billing, [], "istiod.example.org");
    assert.ok(!paths.some((path) => path.endsWith("/hosts")));
    assert.match(text("cluster.env"), /^CA_ADDR='istiod\.example\.org:15012'$/m);
    assert.match(text("mesh.yaml"), /discoveryAddress: istiod\.example\.org:15012/);
  });

  it("capture all ports of a machine that names none, on the network of its cluster", async () => {
    await write(machineCalled(plan, "plain"), [], "fd00::1");
    assert.match(text("cluster.env"), /^ISTIO_INBOUND_PORTS='\*'$/m);
    assert.match(text("cluster.env"), /^ISTIO_META_NETWORK='network1'$/m);
    assert.match(text("cluster.env"), /^CANONICAL_SERVICE='plain'$/m);
    assert.equal(text("hosts"), "fd00::1 istiod.istio-system.svc\n");
  });

  it("are not written while anything is missing, which is said all at once", async () => {
    const { client, problems } = await write(billing, [
      `${accounts}/billing`,
      `${entries}/billing-1`,
      `${system}/istio-ca-root-cert`,
    ]);
    const path = "isthmus:mesh.machines.billing-1";
    assert.deepEqual(problems, [
      `${path}: expected its WorkloadEntry billing-1 in east, found none. Run \`isthmus up\` first.`,
      `${path}.serviceAccount: expected a service account billing in namespace shop of east, found none. Make it (\`kubectl --namespace shop create serviceaccount billing\`), or name another.`,
      `${path}.cluster: expected an istiod in east that machines reach, found none that the last update tells of. Run \`isthmus up\` first.`,
    ]);
    assert.deepEqual(client.requests, [], "no token was asked for");
  });

  it("overwrite nothing, and ask for no token then", async () => {
    assert.equal((await write()).problems.length, 0);
    writeFileSync(join(directory, "files", "mesh.yaml"), "mine");
    const { client, problems } = await write();
    assert.equal(problems.length, 5);
    assert.deepEqual(client.requests, []);
    assert.equal(text("mesh.yaml"), "mine");
  });

  it("are those of a machine that is described", () => {
    assert.throws(
      () => machineCalled(plan, "billing"),
      (error: unknown) =>
        error instanceof ConfigurationError &&
        formatProblem(error.problems[0] ?? assert.fail()) ===
          "isthmus:mesh.machines: expected a machine called billing, found billing-1, plain. Describe it there and run `isthmus up`, or name one of those that are there.",
    );
  });

  it("say to a shell what was meant, whatever characters there are in it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((value) => !/[\0\n\r]/.test(value)),
        (value) => {
          const { clusterEnvironment } = machineFiles({
            machine: billing,
            mesh: plan,
            istiod: "172.18.11.1",
            proxyConfig: { proxyMetadata: { VALUE: value } },
            rootsPem: "",
            token: "",
          });
          // Other line separators than these are characters like others, to a shell and not to a regular expression.
          const [line = ""] = clusterEnvironment.split("\n").filter((text) => text.startsWith("VALUE="));
          const quoted = line.slice("VALUE=".length);
          // What POSIX makes of it: quoted parts as they are, and an escaped quote between two of them.
          assert.equal(quoted.replaceAll(/'([^']*)'|\\(')/g, "$1$2"), value);
        },
      ),
    );
  });
});

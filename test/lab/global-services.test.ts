import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { MeshConfig } from "../../topology";
import type { ServicesReport } from "../../operations/deployment";
import type { VerifyReport } from "../../operations/verify";
import { isthmus } from "../support/isthmus";
import { applyAll, kubectl, WrittenStack } from "./lab-stack";
import { clientVariable } from "./calls";
import { PhasedCalls, tableOf, type CallLine, type PhaseFigures } from "./phased-calls";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-global-services");

const clusters = {
  east: { network: "east", access: { context: "lab-east" } },
  west: { network: "west", access: { context: "lab-west" } },
};
const names = ["east", "west"] as const;

/** Where foo runs: under two namespaces, as in Istio's page about many clusters. */
const fooIn = { west: "uswest2", east: "useast2" } as const;

const namespaces: MeshConfig["namespaces"] = {
  uswest2: { clusters: ["west"] },
  useast2: { clusters: ["east"] },
  shop: {},
};

/** The pods' port; `raw` is the same one, as TCP. */
const podPort = 5000;
const ports = {
  http: { port: 80, targetPort: podPort },
  raw: { port: 81, targetPort: podPort, protocol: "TCP" },
} as const;

const globalServices: MeshConfig["globalServices"] = {
  services: {
    foo: {
      name: "foo.global",
      selector: { app: "foo" },
      ports,
      clusters: {
        west: { namespace: fooIn.west, serviceAccount: "foo" },
        east: { namespace: fooIn.east, serviceAccount: "foo" },
      },
      pinned: { "foo-west.global": "west", "foo-east.global": "east" },
    },
    shop: { namespace: "shop", selector: { app: "shop" }, ports },
    // The same pods, told apart by cluster, with one that all call first, and known in their own namespace alone.
    stall: {
      namespace: "shop",
      selector: { app: "shop" },
      ports,
      clusters: { east: {}, west: {} },
      first: "west",
      exportTo: ["shop"],
    },
  },
};
const shopName = "shop.shop.mesh.internal";
const stallName = "stall.shop.mesh.internal";

/** Proxies learn of names and of servers within seconds. */
const learnedWithinMs = 60_000;

/** Calls once by a name. @returns The answer, or how it ended. */
async function call(from: string, url: string): Promise<string> {
  const curl = ["curl", "-sS", "--max-time", "3", url];
  const said = await kubectl(from, "-n", "shop", "exec", "client", "-c", "client", "--", ...curl).catch(String);
  return /^Hello version: ([^,]+),/.exec(said)?.[1] ?? said;
}

/** Waits until calls by a name are answered by a cluster. */
async function untilAnsweredBy(from: string, url: string, by: string): Promise<void> {
  const deadline = performance.now() + learnedWithinMs;
  for (;;) {
    const said = await call(from, url);
    if (said === by) return;
    assert.ok(performance.now() < deadline, `${url} from ${from} is to be answered by ${by}, and not: ${said}`);
    await delay(300);
  }
}

async function scale(cluster: "east" | "west", replicas: number): Promise<void> {
  const where = ["-n", fooIn[cluster]];
  await kubectl(cluster, ...where, "scale", "deployment", "foo", `--replicas=${replicas}`);
  if (replicas === 0) await kubectl(cluster, ...where, "wait", "--for=delete", "pod", "-l", "app=foo", "--timeout=60s");
  else await kubectl(cluster, ...where, "rollout", "status", "deployment", "foo", "--timeout=90s");
}

/** The address of a name, the same in every cluster. */
async function addressOf(host: string): Promise<string> {
  const entries = ["-n", fooIn.west, "get", "serviceentries.networking.istio.io", "-o", "json"];
  const shop = ["-n", "shop", ...entries.slice(2)];
  const { items } = JSON.parse(await kubectl("west", ...(host === shopName ? shop : entries))) as {
    readonly items: readonly { readonly spec: { readonly hosts: string[]; readonly addresses: string[] } }[];
  };
  const [address] = items.find(({ spec }) => spec.hosts.includes(host))?.spec.addresses ?? [];
  assert.ok(address !== undefined, `${host} has an address`);
  return address;
}

describeInTurn("global-services", "global services on the lab", function () {
  this.timeout(12 * 60_000);

  before(async () => {
    stack.write({ clusters, namespaces, globalServices });
    await stack.labUp();
    await stack.up();
    await Promise.all(names.map(deploy));
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("are answered by name in the caller's own cluster first, and a pinned one in its own alone", async () => {
    for (const cluster of names) {
      await untilAnsweredBy(cluster, "http://foo.global/hello", cluster);
      await untilAnsweredBy(cluster, "http://foo-west.global/hello", "west");
      await untilAnsweredBy(cluster, "http://foo-east.global/hello", "east");
      await untilAnsweredBy(cluster, `http://${shopName}/hello`, cluster);
      await untilAnsweredBy(cluster, `http://${stallName}/hello`, "west");
      await untilAnsweredBy(cluster, "http://foo.global:81/hello", cluster);
      await untilAnsweredBy(cluster, "http://foo-west.global:81/hello", "west");
    }
  });

  it("leave plain Services that stand in one cluster only to be found from the others", async () => {
    await untilAnsweredBy("east", `http://foo.uswest2.svc.cluster.local:${podPort}/hello`, "west");
    await untilAnsweredBy("west", `http://foo.useast2.svc.cluster.local:${podPort}/hello`, "east");
  });

  it("are known to the proxies of those namespaces alone that they are exported to", async () => {
    for (const cluster of names) {
      const proxy = ["exec", "deployment/foo", "-c", "istio-proxy", "--", "pilot-agent", "request", "GET", "clusters"];
      const known = await kubectl(cluster, "-n", fooIn[cluster], ...proxy);
      assert.ok(known.includes(`outbound|80||${shopName}`), `foo in ${cluster} knows ${shopName}`);
      assert.ok(!known.includes(stallName), `foo in ${cluster} knows no ${stallName}`);
    }
  });

  it("are no change for the next preview, and stand where the command says", async () => {
    await stack.settled();
    const { code, stderr, stdout } = await isthmus("services", "--stack", stack.name, "-o", "json");
    assert.equal(code, 0, stderr);
    const { names: told } = JSON.parse(stdout) as ServicesReport;
    const foo = told.find(({ name }) => name === "foo.global");
    assert.deepEqual(
      foo?.homes.map(({ cluster, ready, withoutSidecar }) => [cluster, ready, withoutSidecar]),
      names.map((cluster) => [cluster, 2, 0]),
    );
    assert.deepEqual(
      foo.callers,
      names.map((cluster) => ({ cluster, calls: [cluster] })),
    );
  });

  it("are all called by verify, which warns of one that no pod is there for", async () => {
    await stack.verified();
    await scale("west", 0);
    const run = await isthmus("verify", "--stack", stack.name, "--only", "global-service-answered", "-o", "json");
    const { checks } = JSON.parse(run.stdout) as VerifyReport;
    assert.deepEqual(
      checks.map(({ clusters: [cluster], message, status }) => [cluster, status, message]),
      names.map((cluster) => [cluster, "warn", "no pod is ready for foo-west.global"]),
    );
    await scale("west", 2);
  });

  it("fail over and come back under load", async () => {
    const line = async (
      title: string,
      from: "east" | "west",
      host: string,
      more: Partial<CallLine> = {},
    ): Promise<CallLine> => {
      const address = await addressOf(host);
      return { title, from, host, address, port: 80, connections: "new", everyMs: 40, ...more };
    };
    const foo = "foo.global";
    const lines = [
      await line("east foo new", "east", foo),
      await line("east foo kept", "east", foo, { connections: "kept" }),
      await line("east foo tcp", "east", foo, { port: 81 }),
      await line("west foo new", "west", foo),
      await line("east foo-west new", "east", "foo-west.global"),
      await line("east foo-west kept", "east", "foo-west.global", { connections: "kept" }),
      await line("east shop new", "east", shopName),
    ];
    const fooInEast = ["east foo new", "east foo kept", "east foo tcp"];
    const calls = new PhasedCalls(lines);
    calls.begin();
    calls.enter("all there");
    await calls.untilAnsweredBy("east", fooInEast, learnedWithinMs);
    await delay(3_000);
    calls.enter("east to 0");
    await scale("east", 0);
    await calls.untilAnsweredBy("west", fooInEast, learnedWithinMs);
    await delay(3_000);
    calls.enter("east back");
    await scale("east", 2);
    await calls.untilAnsweredBy("east", fooInEast, learnedWithinMs);
    await delay(3_000);
    calls.enter("east restarted");
    await kubectl("east", "-n", fooIn.east, "rollout", "restart", "deployment", "foo");
    await kubectl("east", "-n", fooIn.east, "rollout", "status", "deployment", "foo", "--timeout=90s");
    await calls.untilAnsweredBy("east", fooInEast, learnedWithinMs);
    calls.enter("east killed");
    await kubectl("east", "-n", fooIn.east, "delete", "pods", "-l", "app=foo", "--force", "--grace-period=0");
    await kubectl("east", "-n", fooIn.east, "rollout", "status", "deployment", "foo", "--timeout=90s");
    await calls.untilAnsweredBy("east", fooInEast, learnedWithinMs);
    calls.enter("west's gateway deleted");
    await kubectl("west", "-n", "istio-system", "delete", "pod", "-l", "istio=eastwestgateway");
    await kubectl(
      "west",
      "-n",
      "istio-system",
      "rollout",
      "status",
      "deployment",
      "istio-eastwestgateway",
      "--timeout=90s",
    );
    await calls.untilAnsweredBy("west", ["east foo-west new", "east foo-west kept"], learnedWithinMs);
    await delay(3_000);
    const figures = await calls.end();
    const reasons = figures.flatMap((one) => one.reasons.map((reason) => `${one.phase}, ${one.line}: ${reason}`));
    process.stdout.write([tableOf(figures), ...reasons].join("\n").replaceAll(/^/gm, "      ") + "\n");
    assertFigures(figures);
  });

  it("leave nothing when they are taken away", async () => {
    stack.write({ clusters, namespaces });
    await stack.up();
    await stack.settled();
    const kinds = "serviceentries,destinationrules,virtualservices";
    for (const cluster of names)
      assert.equal(
        await kubectl(cluster, "get", kinds, "-A", "-l", "app.kubernetes.io/managed-by=isthmus", "-o", "name"),
        "",
      );
  });
});

function assertFigures(figures: readonly PhaseFigures[]): void {
  const of = (phase: string, line: string): PhaseFigures => {
    const found = figures.find((one) => one.phase === phase && one.line === line);
    assert.ok(found, `${phase}, ${line}`);
    return found;
  };
  for (const { answers, calls, line, phase } of figures) {
    assert.ok(calls > 0, `${phase}: calls of ${line}`);
    if (line.includes("foo-west")) assert.deepEqual(Object.keys(answers), ["west"], `${phase}: a pinned name`);
  }
  assert.deepEqual(Object.keys(of("all there", "east foo new").answers), ["east"]);
  assert.deepEqual(Object.keys(of("all there", "west foo new").answers), ["west"]);
  // Nothing is killed in these: every server goes on until nobody calls it any more.
  const graceful = ["all there", "east to 0", "east back", "east restarted"];
  assert.deepEqual(
    figures
      .filter(({ failed, phase }) => failed > 0 && graceful.includes(phase))
      .map((one) => `${one.phase}, ${one.line}`),
    [],
  );
}

async function deploy(cluster: "east" | "west"): Promise<void> {
  await applyAll(cluster, manifests(cluster));
  await kubectl(cluster, "-n", fooIn[cluster], "rollout", "status", "deployment", "foo", "--timeout=120s");
  await kubectl(cluster, "-n", "shop", "rollout", "status", "deployment", "shop", "--timeout=120s");
  await kubectl(cluster, "-n", "shop", "wait", "--for=condition=Ready", "pod", "client", "--timeout=120s");
}

/** A server as a careful team has it: it goes on for some seconds when it is to end, until nobody calls it any more. */
function server(cluster: string, namespace: string, name: string, replicas: number): object[] {
  const metadata = { namespace, name };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: { ports: [{ name: "http", port: podPort }], selector: { app: name } },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name }, annotations: { "sidecar.istio.io/proxyCPU": "10m" } },
          spec: {
            serviceAccountName: name,
            terminationGracePeriodSeconds: 15,
            containers: [
              {
                name: "helloworld",
                image: "lab.local/istio/examples-helloworld-v1:1.0",
                imagePullPolicy: "IfNotPresent",
                env: [{ name: "SERVICE_VERSION", value: cluster }],
                ports: [{ containerPort: podPort }],
                readinessProbe: { httpGet: { path: "/hello", port: podPort }, periodSeconds: 1 },
                lifecycle: { preStop: { sleep: { seconds: 4 } } },
              },
            ],
          },
        },
      },
    },
  ];
}

function manifests(cluster: "east" | "west"): object[] {
  return [
    ...server(cluster, fooIn[cluster], "foo", 2),
    ...server(cluster, "shop", "shop", 1),
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        namespace: "shop",
        name: "client",
        labels: { app: "client" },
        annotations: { "sidecar.istio.io/proxyCPU": "10m" },
      },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: "client",
            image: "lab.local/curl:lab",
            imagePullPolicy: "IfNotPresent",
            command: ["/bin/sleep", "infinity"],
            env: [{ name: clientVariable, value: cluster }],
          },
        ],
      },
    },
  ];
}

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { MeshConfig } from "../../topology";
import type { ServicesReport } from "../../operations/deployment";
import type { VerifyReport } from "../../operations/verify";
import { isthmus } from "../support/isthmus";
import { addressOf, deployClient, deployServer, helloPorts, scaleServers, ways } from "./hello-server";
import { kubectl, WrittenStack } from "./lab-stack";
import type { CallWay } from "./hello-callers";
import type { Goal, PhaseFigures } from "./phase-figures";
import { PhasedCalls, type CallLine, type GoalOf } from "./phased-calls";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-global-services");

const clusters = {
  east: { network: "east", access: { context: "lab-east" } },
  west: { network: "west", access: { context: "lab-west" } },
};
const names = ["east", "west"] as const;
type ClusterName = (typeof names)[number];

/** Where foo runs: under two namespaces, as in Istio's page about many clusters. */
const fooIn = { west: "uswest2", east: "useast2" } as const;

const namespaces: MeshConfig["namespaces"] = {
  uswest2: { clusters: ["west"] },
  useast2: { clusters: ["east"] },
  shop: {},
  market: {},
};

const ports = helloPorts;

/** A service by shares, each of a name that fails over to the other cluster. */
const market = {
  name: "market.global",
  namespace: "market",
  selector: { app: "market" },
  ports,
  preferring: { "market-near-east.global": "east", "market-near-west.global": "west" },
};
const marketPercent: Readonly<Record<ClusterName, number>> = { east: 20, west: 80 };

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
    market: { ...market },
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

/** In which each line makes some 500 calls, fewer on a busy machine. */
const manyCallsMs = 28_000;

/** A share that is as meant lies further away than so many standard deviations once in two million times. */
const deviationsByChance = 5;

/** After so many in a row an endpoint is left out: the default of `failover.errors`. */
const connectionsUntilLeftOut = 5;

const scale = (cluster: ClusterName, replicas: number): Promise<void> =>
  scaleServers({ cluster, namespace: fooIn[cluster], name: "foo", replicas });

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
    await untilAnsweredBy("east", `http://foo.uswest2.svc.cluster.local:${ports.http.port}/hello`, "west");
    await untilAnsweredBy("west", `http://foo.useast2.svc.cluster.local:${ports.http.port}/hello`, "east");
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

  it("fail over to another namespace and come back without losing a request, and a pinned one stays where it is", async () => {
    const line = async (
      title: string,
      from: ClusterName,
      host: string,
      way: CallWay,
      port: number,
    ): Promise<CallLine> => ({
      title,
      from,
      host,
      address: await addressOf("west", fooIn.west, host),
      port,
      way,
      everyMs: 50,
    });
    const lines = [
      await line("foo, HTTP", "east", "foo.global", "new connections", ports.http.port),
      await line("foo, kept", "east", "foo.global", "kept connection", ports.http.port),
      await line("foo, gRPC", "east", "foo.global", "gRPC", ports.grpc.port),
      await line("foo, TCP", "east", "foo.global", "new connections", ports.raw.port),
      await line("foo-west", "east", "foo-west.global", "new connections", ports.http.port),
      await line("foo from west", "west", "foo.global", "new connections", ports.http.port),
    ];
    const goalsWith = (fooInEast: ClusterName): GoalOf<CallLine> => {
      return ({ title }) => ({ kind: "all", by: title.includes("west") ? "west" : fooInEast });
    };
    const calls = new PhasedCalls(lines);
    calls.begin();
    const phases = [
      { name: "beforehand", answers: "east", act: () => Promise.resolve() },
      { name: "all there", answers: "east", act: () => delay(3_000) },
      { name: "east scaled to 0", answers: "west", act: () => scale("east", 0) },
      { name: "east scaled back", answers: "east", act: () => scale("east", 2) },
    ] as const;
    for (const { act, answers, name } of phases) {
      calls.enter(name, goalsWith(answers));
      await act();
      await calls.untilReached(learnedWithinMs);
    }
    const figures = (await calls.end()).filter(({ phase }) => phase !== "beforehand");
    assert.deepEqual(
      figures.filter(({ failed }) => failed > 0),
      [],
    );
    for (const { answers, calls: made, line: title, phase } of figures) {
      assert.ok(made > 0, `${phase}: calls of ${title}`);
      if (title === "foo-west") assert.deepEqual(Object.keys(answers), ["west"], `${phase}: a pinned name`);
      if (phase === "all there" && !title.includes("west")) assert.deepEqual(Object.keys(answers), ["east"], title);
    }
  });

  it("share calls out by weights, from a namespace that says whom it calls, and lose no request when a cluster goes and comes back", async () => {
    stack.write({
      clusters,
      namespaces: { ...namespaces, shop: { calls: { globalServices: ["market"] } } },
      globalServices: { services: { ...globalServices.services, market: { ...market, weights: marketPercent } } },
    });
    await stack.up();
    const address = await addressOf("west", "market", market.name);
    const lines = names.flatMap((from) =>
      ways
        .filter(({ way }) => way !== "kept connection")
        .map(({ port, title, way }): CallLine => {
          return { title: `${title} from ${from}`, from, host: market.name, address, port, way, everyMs: 50 };
        }),
    );
    const scaleMarket = (replicas: number): Promise<void> =>
      scaleServers({ cluster: "west", namespace: "market", name: "market", replicas });
    const calls = new PhasedCalls(lines);
    calls.begin();
    const phases: readonly (readonly [name: string, goal: Goal, act: () => Promise<unknown>])[] = [
      ["beforehand", { kind: "some", by: "west" }, () => Promise.resolve()],
      ["shared out", { kind: "answered" }, () => delay(manyCallsMs)],
      ["west scaled to 0", { kind: "all", by: "east" }, () => scaleMarket(0)],
      ["west scaled back", { kind: "some", by: "west" }, () => scaleMarket(1)],
      ["shared out again", { kind: "answered" }, () => delay(manyCallsMs)],
    ];
    for (const [name, goal, act] of phases) {
      calls.enter(name, () => goal);
      await act();
      await calls.untilReached(learnedWithinMs);
    }
    const figures = (await calls.end()).filter(({ phase }) => phase !== "beforehand");
    // Nobody connects again: before west's gateway is told of the first pod that is back, it refuses those who know it already.
    const mayFail = ({ line, phase }: PhaseFigures): number =>
      line.startsWith("TCP") && phase === "west scaled back" ? connectionsUntilLeftOut : 0;
    assert.deepEqual(
      figures.filter((line) => line.calls === 0 || line.failed > mayFail(line)),
      [],
    );
    for (const { answers, calls: made, line, phase } of figures.filter(({ phase: name }) =>
      name.startsWith("shared"),
    )) {
      assert.ok(made >= 300, `${phase}: ${made} calls by ${line}`);
      const percent = (100 * (answers["west"] ?? 0)) / made;
      const byChance =
        (deviationsByChance * Math.sqrt(marketPercent.west * (100 - marketPercent.west))) / Math.sqrt(made);
      assert.ok(
        Math.abs(percent - marketPercent.west) <= byChance,
        `${phase}, ${line}: ${percent.toFixed(1)} % of ${made} calls answered by west, not ${marketPercent.west} ± ${byChance.toFixed(1)}`,
      );
    }
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

async function deploy(cluster: ClusterName): Promise<void> {
  await Promise.all([
    deployServer({ cluster, namespace: fooIn[cluster], name: "foo", replicas: 2 }),
    deployServer({ cluster, namespace: "shop", name: "shop", replicas: 1 }),
    deployServer({ cluster, namespace: "market", name: "market", replicas: 1 }),
    deployClient(cluster, "shop"),
  ]);
}

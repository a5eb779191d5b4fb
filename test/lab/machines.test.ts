import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isthmus } from "../support/isthmus";
import type { CallFigures } from "./caller";
import { callingPods } from "./calls";
import { CountedCaller, networkOfProcess } from "./counted-caller";
import { applyAll, kubectl, WrittenStack } from "./lab-stack";
import { OutsideMachine } from "./outside-machine";
import { describeInTurn } from "./turns";

const clusters = ["east", "west"] as const;
type Cluster = (typeof clusters)[number];

const namespace = "shop";
const account = "billing";
const address = "172.18.0.200";
const clientVariable = "ISTHMUS_MACHINE_CALLS_FROM";

/** On a network of its own: the clusters call it at its address, it calls them through their gateways. */
const machines = {
  "billing-1": {
    cluster: "east",
    namespace,
    serviceAccount: account,
    address,
    network: "machines",
    ports: { http: 8080 },
    labels: { app: "billing" },
  },
};

describeInTurn("machines", "a machine outside Kubernetes", function () {
  this.timeout(300_000);
  const stack = new WrittenStack("lab-machines");
  const files = join(mkdtempSync(join(tmpdir(), "isthmus-machine-files-")), "billing-1");
  let machine: OutsideMachine | undefined;

  before(async () => {
    stack.write({ namespaces: { [namespace]: {} }, machines });
    await stack.labUp();
  });

  afterEach(async function () {
    if (this.currentTest?.state === "failed") process.stdout.write((await machine?.log()) ?? "");
  });

  after(async () => {
    await machine?.remove();
    await stack.destroy();
    stack.remove();
    rmSync(join(files, ".."), { recursive: true });
  });

  it("is made with the mesh, and gets its files once its service account is there", async () => {
    const { outputs } = await stack.up();
    assert.match(outputs.controlPlanes["east"]?.address ?? "", /^172\.18\./);
    assert.equal(outputs.controlPlanes["west"]?.address, undefined, "no machine joins west");
    const refused = await isthmus("machine", "files", "billing-1", "--out", files, "--stack", stack.name);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /machines\.billing-1\.serviceAccount: expected a service account billing/);
    await Promise.all(clusters.map(deploy));
    const made = await isthmus("machine", "files", "billing-1", "--out", files, "--stack", stack.name, "-o", "json");
    assert.equal(made.code, 0, made.stderr);
    machine = await OutsideMachine.make("billing-1", address);
    machine.serve(8080);
    await machine.join(files);
    await stack.settled();
    const drift = await isthmus("drift", "--stack", stack.name);
    assert.equal(drift.code, 0, drift.stdout);
  });

  it("is called from the pods of both clusters, by mutual TLS", async () => {
    const ofMachine = (cluster: Cluster): Wanted => ({
      from: networkOfProcess(`${clientVariable}=${cluster}`),
      service: "billing",
      port: 80,
      answer: `Hello version: billing-1, by By=spiffe://mesh1.internal/ns/${namespace}/sa/${account};`,
    });
    for (const cluster of clusters) await untilAnswered(cluster, ofMachine(cluster));
    await counted(clusters.map((cluster) => [`${cluster} to the machine`, cluster, ofMachine(cluster)]));
  });

  it("calls services of both clusters, as its service account", async () => {
    const ofCluster = (cluster: Cluster): Wanted => ({
      from: theMachine().network,
      service: `helloworld-${cluster}`,
      port: 5000,
      answer: `Hello version: ${cluster},`,
    });
    // By name: nobody but Istio's agent on the machine knows an address of these.
    const named = (cluster: Cluster): Promise<string> =>
      theMachine().inside(["curl", "-sS", "--max-time", "5", `http://helloworld-${cluster}.${namespace}:5000/hello`]);
    for (const cluster of clusters) assert.match(await named(cluster), new RegExp(`^Hello version: ${cluster},`));
    await counted(clusters.map((cluster) => [`the machine to ${cluster}`, "east", ofCluster(cluster)]));
    const refused = await callFromPod("west", `http://helloworld-east.${namespace}:5000/hello`);
    assert.match(refused, /RBAC: access denied/, "others than its account may not");
  });

  it("comes back by its certificate when its token is past its end", async () => {
    await theMachine().killAgent();
    await theMachine().forgetToken();
    const lost = await callFromPod("east", `http://billing.${namespace}/hello`);
    assert.doesNotMatch(lost, /^Hello/, "a machine without its proxy answers nobody");
    const began = performance.now();
    await theMachine().startAgent();
    for (const cluster of clusters) await untilHello(cluster);
    process.stdout.write(`      back after ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  });

  it("is called no more when it is taken out of the configuration", async () => {
    stack.write({ namespaces: { [namespace]: {} } });
    const { outputs } = await stack.up();
    assert.equal(outputs.controlPlanes["east"]?.address, undefined, "its istiod is exposed no longer");
    assert.equal(await kubectl("east", "-n", namespace, "get", "workloadentries", "-o", "name"), "");
    for (const cluster of clusters) {
      const answer = await callFromPod(cluster, `http://billing.${namespace}/hello`);
      assert.doesNotMatch(answer, /^Hello/, cluster);
    }
    await stack.settled();
  });

  function theMachine(): OutsideMachine {
    assert.ok(machine);
    return machine;
  }
});

/** Calls that are to be made. */
interface Wanted {
  /** File of the network namespace that they come from. */
  readonly from: string;
  readonly service: string;
  readonly port: number;
  readonly answer: string;
}

/** How long calls go on. */
const countedForMs = 10_000;

/** Calls for a while in several directions, none of which may lose any, and prints what they came to. */
async function counted(
  directions: readonly (readonly [words: string, clusterOfAddress: Cluster, Wanted])[],
): Promise<void> {
  const lost: object[] = [];
  const callers = await Promise.all(
    directions.map(async ([words, cluster, { from, service, port, answer }]) => {
      const host = `${service}.${namespace}.svc.cluster.local:${port}`;
      const task = {
        address: await addressOf(cluster, service),
        port,
        host,
        answer,
        newEveryMs: 20,
        longLivedEveryMs: 100,
      };
      return { words, caller: new CountedCaller(from, task, (call) => lost.push({ words, ...call })) };
    }),
  );
  await delay(countedForMs);
  for (const { words, caller } of callers) {
    for (const { kind, calls, p95Ms } of await caller.end()) {
      process.stdout.write(`      ${words}, ${kind}: ${calls} calls, 95 of 100 within ${p95Ms} ms\n`);
      assert.ok(calls > leastCalls[kind], `${words}, ${kind}: ${calls} calls`);
    }
  }
  assert.deepEqual(lost, []);
}

const leastCalls: Readonly<Record<CallFigures["kind"], number>> = { new: 100, "long-lived": 30 };

function addressOf(cluster: Cluster, service: string): Promise<string> {
  return kubectl(cluster, "-n", namespace, "get", "service", service, "-o", "jsonpath={.spec.clusterIP}");
}

/** What a pod of the cluster is answered, or why it is not. */
async function callFromPod(cluster: Cluster, url: string): Promise<string> {
  const call = ["exec", "client", "-c", "client", "--", "curl", "-sS", "--max-time", "3", url];
  return kubectl(cluster, "-n", namespace, ...call).catch((error: unknown) => String(error));
}

function untilHello(cluster: Cluster): Promise<void> {
  return untilAnswered(cluster, { service: "billing", port: 80, answer: "Hello version: billing-1," });
}

/** A mesh that stands answers; proxies learn of a new machine within seconds. */
async function untilAnswered(cluster: Cluster, { service, port, answer }: Omit<Wanted, "from">): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const said = await callFromPod(cluster, `http://${service}.${namespace}:${port}/hello`);
    if (said.startsWith(answer)) return;
    if (performance.now() > deadline) assert.fail(`no answer from ${service} in ${cluster}: ${said}`);
    await delay(200);
  }
}

/** Service account, Services, a server and a client; servers take calls of the machine's account alone. */
async function deploy(cluster: Cluster): Promise<void> {
  await applyAll(cluster, manifests(cluster));
  await kubectl(cluster, "-n", namespace, "wait", "--for=condition=Ready", "pods", "--all", "--timeout=120s");
}

function manifests(cluster: Cluster): object[] {
  const metadata = { namespace };
  const service = (name: string, app: string, port: number, targetPort: string | number): object => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name },
    spec: { ports: [{ name: "http", port, targetPort }], selector: { app } },
  });
  const port = 5000;
  return [
    ...(cluster === "east"
      ? [{ apiVersion: "v1", kind: "ServiceAccount", metadata: { ...metadata, name: account } }]
      : []),
    service("billing", "billing", 80, "http"),
    ...clusters.map((name) => service(`helloworld-${name}`, `helloworld-${name}`, port, port)),
    {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { ...metadata, name: "machine-alone" },
      spec: {
        selector: { matchLabels: { app: `helloworld-${cluster}` } },
        rules: [{ from: [{ source: { principals: [`mesh1.internal/ns/${namespace}/sa/${account}`] } }] }],
      },
    },
    ...callingPods(cluster, namespace, clientVariable),
  ];
}

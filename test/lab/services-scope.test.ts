import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { MeshConfig } from "../../topology";
import { isthmus } from "../support/isthmus";
import { allPairs, applyAll, kubectl, WrittenStack } from "./lab-stack";
import { clientPod, deployScope, podReady, scopePort } from "./scope-workloads";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-services-scope");

const names = ["east", "west"] as const;
const clusters = {
  east: { network: "east", access: { context: "lab-east" } },
  west: { network: "west", access: { context: "lab-west" } },
};

const ports = { http: { port: 80, targetPort: scopePort } };
const shop = { namespace: "shop", selector: { app: "shop" }, ports };
const globalServices: MeshConfig["globalServices"] = {
  dnsCapture: "annotated-pods",
  services: { shop, stall: shop },
};

/** Has proxy metadata of its own in the mesh: proxies are told to take up other roots. */
const trust: MeshConfig["trust"] = { generated: { roots: ["first", "next"] } };

const plainUrl = `http://shop.shop:${scopePort}/hello`;
const shopUrl = "http://shop.shop.mesh.internal/hello";
/** Of a plain Service that stands in west alone. */
const farUrl = `http://far.shop.svc.cluster.local:${scopePort}/hello`;
const stallUrl = "http://stall.shop.mesh.internal/hello";

/** What is declared of the services, besides their names. */
type Declared = Pick<MeshConfig, "sameness"> & { readonly web?: NonNullable<MeshConfig["namespaces"]>[string] };

/** The sidecars of `web` answer DNS, and no others. */
const capturing = { dnsCapture: "all-pods" } as const;

function write({ web = capturing, ...more }: Declared): void {
  stack.write({ clusters, namespaces: { shop: {}, web, quiet: {} }, globalServices, trust, ...more });
}

const strict: Declared = {
  sameness: { plainServices: "cluster-local" },
  web: { ...capturing, calls: { namespaces: ["shop"] } },
};

/** Proxies learn what they are told within seconds; istiod takes up its mesh configuration when kubelet or it itself looks. */
const learnedWithinMs = 90_000;

/** So many calls in a row are answered alike by chance once in a thousand runs, where two clusters share them. */
const callsInARow = 12;

const webClient = "web/client";

/** Calls once. @returns The cluster that answered, or how it ended. */
async function call(from: string, url: string, client = webClient): Promise<string> {
  const [namespace = "", pod = ""] = client.split("/");
  const curl = ["curl", "-sS", "--max-time", "3", url];
  const said = await kubectl(from, "-n", namespace, "exec", pod, "-c", "client", "--", ...curl).catch(String);
  return /^Hello version: ([^,]+),/.exec(said)?.[1] ?? said;
}

/** Who answers some calls in a row, sorted. */
async function answersOf(from: string, url: string): Promise<string[]> {
  const answers = new Set<string>();
  for (let calls = 0; calls < callsInARow; calls += 1) answers.add(await call(from, url));
  return [...answers].sort();
}

/** Waits until what comes of calls in a row is as it is to be. */
async function until(what: string, answers: () => Promise<string[]>, is: (found: string[]) => boolean): Promise<void> {
  const deadline = performance.now() + learnedWithinMs;
  for (;;) {
    const found = await answers();
    if (is(found)) return;
    assert.ok(performance.now() < deadline, `${what}, and not: ${found.join(" | ")}`);
    await delay(500);
  }
}

const answeredBy = (from: string, url: string, ...wanted: string[]): Promise<void> =>
  until(
    `${url} from ${from} is to be answered by ${wanted.join(", ")}`,
    () => answersOf(from, url),
    (found) => found.join() === wanted.join(),
  );

const endsWith = (from: string, url: string, words: RegExp, client = webClient): Promise<void> =>
  until(
    `${url} from ${client} in ${from} is to end with ${String(words)}`,
    async () => [await call(from, url, client)],
    ([found = ""]) => words.test(found),
  );

interface Preview {
  readonly risks: readonly { readonly id: string; readonly clusters: readonly string[] }[];
  readonly refusals: readonly { readonly expected: string }[];
}

async function preview(): Promise<Preview> {
  const run = await isthmus("preview", "--stack", stack.name, "-o", "json");
  return JSON.parse(run.stdout) as Preview;
}

const unresolved = /could not resolve host|no such host/i;

/** The environment of a pod's sidecar. */
async function proxyEnvironment(cluster: string, client: string): Promise<Map<string, string | undefined>> {
  const [namespace = "", pod = ""] = client.split("/");
  const read = JSON.parse(await kubectl(cluster, "-n", namespace, "get", "pod", pod, "-o", "json")) as {
    readonly spec: Record<"containers" | "initContainers", readonly Container[] | undefined>;
  };
  const all = [...(read.spec.containers ?? []), ...(read.spec.initContainers ?? [])];
  const proxy = all.find(({ name }) => name === "istio-proxy");
  assert.ok(proxy, `no sidecar in ${client}`);
  return new Map(proxy.env.map(({ name, value }) => [name, value]));
}

interface Container {
  readonly name: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

const sidecarsIn = (cluster: string): Promise<string> =>
  kubectl(cluster, "get", "sidecars.networking.istio.io", "--all-namespaces", "-o", "name");

/** Names of services that the client's proxy is told of. */
async function toldTo(cluster: string): Promise<string> {
  const request = ["pilot-agent", "request", "GET", "clusters"];
  return kubectl(cluster, "-n", "web", "exec", "client", "-c", "istio-proxy", "--", ...request);
}

describeInTurn("services-scope", "which services are one, and who is told of what, on the lab", function () {
  this.timeout(6 * 60_000);

  before(async () => {
    write({});
    await stack.labUp();
    await stack.up();
    await Promise.all(names.map(deployScope));
  });

  after(async () => {
    await stack.destroy();
    stack.remove();
  });

  it("lets plain Services cross clusters by itself, and tells everybody of every name", async () => {
    await answeredBy("east", plainUrl, "east", "west");
    await answeredBy("east", stallUrl, "east");
    assert.deepEqual(await Promise.all(names.map(sidecarsIn)), ["", ""]);
  });

  it("lets the pods of a namespace that says so know names and Services of elsewhere, and those of no other", async () => {
    await answeredBy("east", farUrl, "west");
    await answeredBy("west", farUrl, "west");
    for (const url of [farUrl, shopUrl]) await endsWith("east", url, unresolved, "quiet/client");
    const [web, quiet] = await Promise.all([webClient, "quiet/client"].map((one) => proxyEnvironment("east", one)));
    assert.deepEqual(
      [web, quiet].map((found) => [found?.get("ISTIO_META_DNS_CAPTURE"), found?.get("PROXY_CONFIG_XDS_AGENT")]),
      [
        ["true", "true"],
        [undefined, "true"],
      ],
    );
  });

  it("names the calls that would end, and refuses what others say to proxies, before anything is changed", async () => {
    write(strict);
    const spec = { egress: [{ hosts: ["./*"] }] };
    const metadata = { namespace: "web", name: "theirs", labels: { team: "web" } };
    const sidecar = { apiVersion: "networking.istio.io/v1", kind: "Sidecar", metadata, spec };
    const proxyConfig = {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "ProxyConfig",
      metadata,
      spec: { environmentVariables: { EXAMPLE: "theirs" } },
    };
    await applyAll("west", [sidecar, proxyConfig]);
    const { refusals } = await preview();
    assert.deepEqual(
      refusals.map(({ expected }) => expected),
      [
        "no sidecar/theirs in web but the mesh's own, which says what `calls` of the namespace does",
        "no proxyconfig/theirs in web but the mesh's own, which says what `dnsCapture` of the namespace does",
      ],
    );
    for (const kind of ["sidecars", "proxyconfigs"])
      await kubectl("west", "-n", "web", "delete", `${kind}.networking.istio.io`, "theirs");
    const { risks } = await preview();
    assert.deepEqual(
      risks.map(({ id, clusters: where }) => [id, ...where].join(" ")),
      ["services-become-cluster-local east west", "scope-narrowed east west"],
    );
  });

  it("keeps plain Services in their cluster where nothing else may cross, and global names cross still", async () => {
    await stack.up();
    await stack.settled();
    for (const cluster of names) await answeredBy(cluster, plainUrl, cluster);
    await kubectl("east", "-n", "shop", "scale", "deployment", "shop", "--replicas=0");
    await kubectl("east", "-n", "shop", "wait", "--for=delete", "pod", "-l", "app=shop", "--timeout=60s");
    await answeredBy("east", shopUrl, "west");
    await endsWith("east", plainUrl, /no healthy upstream/);
    await kubectl("east", "-n", "shop", "scale", "deployment", "shop", "--replicas=1");
    await kubectl("east", "-n", "shop", "rollout", "status", "deployment", "shop", "--timeout=90s");
    await answeredBy("east", shopUrl, "east");
  });

  it("is a mesh in good order to verify, which sees that they stay", async () => {
    assert.deepEqual(await stack.verified(), allPairs(names));
  });

  it("tells the proxies of a namespace of what that declares, and of nothing else", async () => {
    write({ ...strict, web: { ...capturing, calls: { globalServices: ["shop"] } } });
    const { risks } = await preview();
    assert.deepEqual(
      risks.map(({ id, clusters: where }) => [id, ...where].join(" ")),
      ["scope-narrowed east west"],
    );
    await stack.up();
    for (const cluster of names) {
      await endsWith(cluster, stallUrl, unresolved);
      await answeredBy(cluster, shopUrl, cluster);
      const told = await toldTo(cluster);
      assert.ok(told.includes("outbound|80||shop.shop.mesh.internal"), "what is declared");
      assert.ok(!told.includes("stall.shop.mesh.internal"), "another name");
      assert.ok(!told.includes("shop.shop.svc.cluster.local"), "a Service of another namespace");
    }
  });

  it("is as before once nothing of it is said any more, for pods that run, and says of new ones that they know no names", async () => {
    write({ web: {} });
    const { risks } = await preview();
    assert.deepEqual(risks.map(({ id, clusters: where }) => [id, ...where].join(" ")).sort(), [
      "global-names-need-restart east west",
      "services-become-shared east west",
    ]);
    await stack.up();
    assert.deepEqual(await Promise.all(names.map(sidecarsIn)), ["", ""]);
    await answeredBy("east", plainUrl, "east", "west");
    await answeredBy("east", stallUrl, "east");
    await applyAll("east", [clientPod("web", "late")]);
    await podReady("east", "web", "late");
    await endsWith("east", stallUrl, unresolved, "web/late");
  });
});

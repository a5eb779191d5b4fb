import assert from "node:assert/strict";
import { CommandFailed } from "../../../access";
import type { Finding } from "../../../operations/verify";
import { GlobalCalls, globalNamesFrom } from "../../../operations/verify/global-calls";
import { clustersWithGlobalNames, globalServiceAnswered } from "../../../operations/verify/global-services";
import type { MeshConfig } from "../../../topology";
import { FakeClient } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const config: MeshConfig = {
  ...twoPrimaries,
  namespaces: { shop: {} },
  globalServices: {
    services: {
      shop: {
        name: "shop.global",
        namespace: "shop",
        selector: { app: "shop" },
        ports: { admin: { port: 9000 }, http: { port: 80 } },
        pinned: { "shop-west.global": "west" },
      },
      till: {
        name: "till.global",
        namespace: "shop",
        selector: { app: "till" },
        ports: { http: { port: 80 } },
        exportTo: ["shop"],
      },
      store: { name: "store.global", namespace: "shop", selector: { app: "store" }, ports: { db: { port: 5432 } } },
    },
  },
};
const plan = planOf(config);
const hosts = ["shop.global", "shop-west.global", "store.global"];

const podsPath = "/api/v1/namespaces/shop/pods";
const readyPod = {
  metadata: {},
  spec: { containers: [{ name: "istio-proxy" }] },
  status: { conditions: [{ type: "Ready", status: "True" }] },
};

/** An answer of curl: what it writes, or the words with which it fails. */
type Curl = { readonly status: string; readonly body?: string } | { readonly fails: string };

/** By host; a host that is not named answers 200, and keeps connections open. */
type Answers = Readonly<Record<string, Curl>>;

const open: Curl = { fails: "curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received" };

async function look(answers: Answers, pods: { east?: unknown[]; west?: unknown[] } = {}) {
  const asked: string[] = [];
  const exec = (_target: unknown, command: readonly string[]): string => {
    const url = new URL(command.at(-1) ?? "");
    asked.push(url.href);
    const answer = answers[url.hostname] ?? (url.protocol === "ftp:" ? open : { status: "200" });
    if ("fails" in answer) throw new CommandFailed(command.join(" "), answer.fails);
    return command.includes("-o") ? answer.status : (answer.body ?? "");
  };
  const clients = new Map(
    (["east", "west"] as const).map((name) => [
      name as string,
      new FakeClient(name, { exec, objects: { [podsPath]: pods[name] ?? [readyPod] } }),
    ]),
  );
  const context = verifyContext({
    plan,
    client: (name) => clients.get(name) ?? assert.fail(name),
    globalCalls: new GlobalCalls({ namespace: "isthmus-verify-0a1b2c" }),
  });
  const again = (): Promise<Finding> => globalServiceAnswered(context, ["east"]);
  return { finding: await again(), asked, again };
}

describe("global-service-answered", () => {
  it("is asked of each cluster whose workloads all know a name, by a port that takes requests where there is one", () => {
    assert.deepEqual(clustersWithGlobalNames(plan), [["east"], ["west"]]);
    assert.deepEqual(clustersWithGlobalNames(planOf(twoPrimaries)), []);
    assert.deepEqual(
      globalNamesFrom(plan, "east").map(({ by, host, port }) => [host, port, by]),
      [
        ["shop.global", 80, "request"],
        ["shop-west.global", 80, "request"],
        ["store.global", 5432, "connection"],
      ],
    );
    const { east, west } = twoPrimaries.clusters;
    const apart = planOf({ ...config, clusters: { east: { ...east, peers: [] }, west } });
    assert.deepEqual(
      globalNamesFrom(apart, "east").map(({ host }) => host),
      ["shop.global", "store.global"],
      "a name that is answered where it does not call is not known to it",
    );
  });

  it("holds with any answer, and calls no name again that was answered", async () => {
    const { again, asked, finding } = await look({ "shop.global": { status: "404" } });
    assert.deepEqual(finding, { ok: true, message: `answered: ${hosts.join(", ")}` });
    assert.deepEqual(asked, ["http://shop.global/", "http://shop-west.global/", "ftp://store.global:5432/"]);
    assert.equal((await again()).ok, true);
    assert.equal(asked.length, 3);
  });

  it("knows a proxy's answer from a server's", async () => {
    const answered = async (answer: Curl): Promise<string | true> => {
      const { finding } = await look({ "shop.global": answer });
      return finding.ok || finding.message;
    };
    assert.equal(await answered({ status: "503", body: "We are closed.\n" }), true);
    assert.equal(await answered({ status: "500" }), true);
    for (const [status, body, words] of [
      ["503", "no healthy upstream", "503 no healthy upstream"],
      ["503", "upstream connect error or disconnect/reset before headers", ""],
      ["504", "upstream request timeout", "504 upstream request timeout"],
      ["503", "", "503"],
    ] as const) {
      const said = await answered({ status, body });
      assert.equal(said, `not answered: shop.global (${words === "" ? `${status} ${body}` : words})`);
    }
    const fails = "curl: (6) Could not resolve host: shop.global";
    assert.equal(await answered({ fails }), `not answered: shop.global (${fails})`);
  });

  it("takes a connection for answered that is not ended, and sends nothing over it", async () => {
    const answered = async (fails: string): Promise<boolean> => (await look({ "store.global": { fails } })).finding.ok;
    assert.equal(await answered("curl: (28) Operation timed out after 2001 milliseconds with 0 bytes received"), true);
    assert.equal(await answered("curl: (8) Weird server reply"), true);
    for (const ended of [
      "curl: (6) Could not resolve host: store.global",
      "curl: (7) Failed to connect to store.global port 5432",
      "curl: (28) Resolving timed out after 2000 milliseconds",
      "curl: (56) response reading failed (errno: 115)",
      "not finished after 9 s",
    ]) {
      assert.equal(await answered(ended), false, ended);
    }
  });

  it("warns, and fails for nothing, where no pod is ready that could answer", async () => {
    const unhealthy: Curl = { status: "503", body: "no healthy upstream" };
    const everywhere = { "shop.global": unhealthy, "shop-west.global": unhealthy };
    const gone = await look(everywhere, { east: [], west: [] });
    assert.deepEqual(gone.finding, {
      ok: false,
      isWarning: true,
      message: "no pod is ready for shop.global, shop-west.global",
      hint: "See where their pods are with `isthmus services`; start them if they are to be there.",
    });
    const half = await look(everywhere, { west: [] });
    assert.deepEqual(half.finding, {
      ok: false,
      message: "not answered: shop.global (503 no healthy upstream); no pod is ready for shop-west.global",
    });
  });
});

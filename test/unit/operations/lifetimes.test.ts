import assert from "node:assert/strict";
import { KubernetesError, type ClusterClient } from "../../../access";
import type { Check, CheckResult } from "../../../operations/verify/check";
import { checks } from "../../../operations/verify/checks";
import { runChecks } from "../../../operations/verify/run";
import { makeCa, type TestCa } from "../../support/authorities";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";
import { cacerts, showing, type Shown } from "../preflight/trust/showing";

const { east } = twoPrimaries.clusters;
const plan = planOf({ ...twoPrimaries, clusters: { east } });
const dayMs = 24 * 60 * 60 * 1000;

describe("what ends", () => {
  let root: TestCa;
  let signing: TestCa;

  before(async () => {
    root = await makeCa({ subject: "CN=Root", until: 1000 });
    signing = await makeCa({ subject: "CN=East", issuer: root, from: -100, until: 265 });
  });

  /** What the check of this id says of a cluster that shows this. */
  async function told(id: string, shown: Shown, rights: "all" | "no Secrets" = "all"): Promise<CheckResult> {
    const client = showing("east", shown);
    const get: ClusterClient["get"] = (path) =>
      rights === "no Secrets" && path.includes("/secrets/")
        ? Promise.reject(new KubernetesError("GET", path, 403, "forbidden"))
        : client.get(path);
    const context = verifyContext({
      plan,
      client: () => ({ ...client, list: client.list.bind(client), exec: client.exec.bind(client), get }),
    });
    const check = checks.find((one) => one.id === id) as Check;
    const [result] = await runChecks([{ ...check, needs: [], retryMs: 0 }], context);
    return result as CheckResult;
  }

  const signed = (until: number, from = -300): Promise<TestCa> =>
    makeCa({ subject: "CN=East", issuer: root, from, until });

  it("is the CA that an istiod signs with: it passes, warns near its end, and fails past it", async () => {
    const id = "intermediate-lifetime";
    for (const [until, status, words] of [
      [90.5, "pass", /^"CN=East" ends on [\d-]+, in 90 days$/],
      [59.5, "warn", /^"CN=East" ends on [\d-]+, in 59 days$/],
      [-0.5, "fail", /^"CN=East" ended on [\d-]+$/],
    ] as const) {
      const result = await told(id, { cacerts: cacerts(await signed(until), root) });
      assert.equal(result.status, status, result.message);
      assert.match(result.message, words);
    }
    const short = await told(id, { cacerts: cacerts(await signed(15.5, -15), root) });
    assert.equal(short.status, "pass", short.message);
  });

  it("is what stands between that CA and the root, too", async () => {
    const between = await makeCa({ subject: "CN=Between", issuer: root, from: -300, until: 20 });
    const own = await makeCa({ subject: "CN=East", issuer: between, from: -1, until: 19 });
    const files = cacerts(own, root);
    const chain = [own, between, root].map(({ certificate }) => certificate.toString()).join("");
    const result = await told("intermediate-lifetime", { cacerts: { ...files, "cert-chain.pem": chain } });
    assert.equal(result.status, "warn");
    assert.match(result.message, /^"CN=Between" ends/);
  });

  it("is told by istiod where the Secret may not be read", async () => {
    const shown = { cacerts: cacerts(signing, root), takenUp: new Date(Date.now() + 30.5 * dayMs) };
    const result = await told("intermediate-lifetime", shown, "no Secrets");
    assert.equal(result.status, "warn");
    assert.match(result.message, /^the CA that istiod has ends on .* in 30 days$/);
    const silent = await told("intermediate-lifetime", {}, "no Secrets");
    assert.deepEqual(
      [silent.status, silent.message],
      ["fail", "neither the Secret cacerts nor istiod says what it signs with"],
    );
  });

  it("is the root that an istiod signs under, and of several not one that nothing leads to", async () => {
    const past = await makeCa({ subject: "CN=Past", from: -300, until: -1 });
    const shown = { cacerts: cacerts(signing, root, past), published: [root, past] };
    const beside = await told("root-lifetime", shown);
    assert.equal(beside.status, "pass", beside.message);
    assert.match(beside.message, /^"CN=Root" ends/);
    const under = await makeCa({ subject: "CN=East", issuer: past, from: -300, until: -1 });
    const failed = await told("root-lifetime", { ...shown, cacerts: cacerts(under, root, past) });
    assert.equal(failed.status, "fail");
    assert.match(failed.message, /^"CN=Past" ended/);
    // Which of them it is cannot be told without the Secret.
    assert.equal((await told("root-lifetime", shown, "no Secrets")).status, "fail");
    assert.equal((await told("root-lifetime", { ...shown, published: [root] }, "no Secrets")).status, "pass");
    assert.equal((await told("root-lifetime", {})).status, "fail");
  });
});

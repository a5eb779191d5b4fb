import assert from "node:assert/strict";
import { KubernetesError } from "../../../access";
import type { Finding } from "../../../operations/verify";
import { callsAllowed } from "../../../operations/verify/policies";
import { FakeClient, type FakeCluster } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const peerAuthentications = "/apis/security.istio.io/v1/namespaces/istio-system/peerauthentications";
const authorizationPolicies = "/apis/security.istio.io/v1/namespaces/istio-system/authorizationpolicies";
const destinationRules = "/apis/networking.istio.io/v1/namespaces/istio-system/destinationrules";

const named = (name: string, spec?: object, creationTimestamp = "2026-01-01T00:00:00Z"): object => ({
  metadata: { name, creationTimestamp },
  ...(spec === undefined ? {} : { spec }),
});

async function look(cluster: FakeCluster, plan = planOf(twoPrimaries)): Promise<Finding> {
  return callsAllowed(verifyContext({ plan, client: (name) => new FakeClient(name, cluster) }), ["east"]);
}

const messageFor = async (path: string, ...policies: object[]): Promise<string> =>
  (await look({ objects: { [path]: policies } })).message;

const fine = "no policy of istio-system stops calls";

describe("calls-allowed", () => {
  it("holds without policies, with the mesh's own, and with those for some workloads or hosts", async () => {
    const objects = {
      [peerAuthentications]: [
        named("default", { mtls: { mode: "STRICT" } }),
        named("old", { selector: { matchLabels: { app: "old" } }, mtls: { mode: "DISABLE" } }),
      ],
      [authorizationPolicies]: [
        named("nothing"),
        named("gateways", { rules: [{ from: [] }] }),
        named("legacy", { action: "DENY", selector: { matchLabels: { app: "old" } }, rules: [{}] }),
      ],
      [destinationRules]: [
        named("one", { host: "old.shop.svc.cluster.local", trafficPolicy: { tls: { mode: "DISABLE" } } }),
        named("namespace", { host: "*.shop.svc.cluster.local", trafficPolicy: { tls: { mode: "DISABLE" } } }),
        named("outside", { host: "*.example.org", trafficPolicy: { tls: { mode: "DISABLE" } } }),
        named("here", { host: "*", exportTo: ["."], trafficPolicy: { tls: { mode: "DISABLE" } } }),
        named("all", { host: "*.local", trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } }),
      ],
    };
    assert.deepEqual(await look({ objects }), { ok: true, message: fine });
    assert.deepEqual(await look({}), { ok: true, message: fine });
  });

  it("does not hold where mutual TLS is turned off for all, by the policy that counts", async () => {
    const off = named("off", { mtls: { mode: "DISABLE" } });
    const message = "peerauthentication/off turns mutual TLS off in the whole mesh: calls between networks fail";
    assert.equal(await messageFor(peerAuthentications, off), message);
    const older = named("default", { mtls: { mode: "STRICT" } }, "2025-12-31T00:00:00Z");
    const younger = named("default", { mtls: { mode: "STRICT" } }, "2026-01-02T00:00:00Z");
    assert.equal(await messageFor(peerAuthentications, off, older), fine);
    assert.equal(await messageFor(peerAuthentications, younger, off), message);
  });

  it("does not hold where everything is denied", async () => {
    const denies = "denies every call in the whole mesh";
    const nothing = "allows nothing: every call that no other policy allows is denied";
    const told = async (spec?: object): Promise<string> => messageFor(authorizationPolicies, named("all", spec));
    assert.equal(await told({}), `authorizationpolicy/all ${nothing}`);
    assert.equal(await told(undefined), `authorizationpolicy/all ${nothing}`);
    assert.equal(await told({ action: "DENY", rules: [{}] }), `authorizationpolicy/all ${denies}`);
    assert.equal(await told({ action: "AUDIT" }), fine);
  });

  it("does not hold where every caller is to send plain text, in the domain of the mesh's Services", async () => {
    const rule = (host: string): object => named("plain", { host, trafficPolicy: { tls: { mode: "DISABLE" } } });
    const message = "destinationrule/plain has every caller in the mesh send plain text";
    for (const host of ["*", "*.local", "*.svc.cluster.local"]) {
      assert.equal(await messageFor(destinationRules, rule(host)), message, host);
    }
    const istiod = { global: { proxy: { clusterDomain: "corp.example" } } };
    const plan = planOf({ ...twoPrimaries, istio: { ...twoPrimaries.istio, values: { istiod } } });
    const inDomain = async (host: string): Promise<string> =>
      (await look({ objects: { [destinationRules]: [rule(host)] } }, plan)).message;
    assert.equal(await inDomain("*.corp.example"), message);
    assert.equal(await inDomain("*.local"), fine);
  });

  it("says how to look at the policy, and how to keep it", async () => {
    const hintOf = async (spec: object): Promise<string> =>
      (await look({ objects: { [authorizationPolicies]: [named("deny-all", spec)] } })).hint ?? "";
    const edit =
      "Narrow it, or remove it if it is not meant: `kubectl --context lab-east --namespace istio-system edit " +
      "authorizationpolicy deny-all`.";
    assert.equal(
      await hintOf({ action: "DENY", rules: [{}] }),
      `${edit} If it is, leave this out with --skip calls-allowed.`,
    );
    assert.equal(
      await hintOf({}),
      `${edit} If it is, each namespace allows what it needs, as the sample's does for its own calls: accept it with a reason in the mesh's file.`,
    );
  });

  it("is a warning where everything is denied that no policy allows, by that alone: the sample has one of its own", async () => {
    const byDefault = named("deny-all", {});
    const isWarning = async (objects: Record<string, unknown>): Promise<boolean> =>
      (await look({ objects })).isWarning === true;
    assert.ok(await isWarning({ [authorizationPolicies]: [byDefault] }));
    const denying = named("all", { action: "DENY", rules: [{}] });
    assert.ok(!(await isWarning({ [authorizationPolicies]: [byDefault, denying] })));
    const plain = named("plain", { host: "*", trafficPolicy: { tls: { mode: "DISABLE" } } });
    assert.ok(!(await isWarning({ [authorizationPolicies]: [byDefault], [destinationRules]: [plain] })));
  });

  it("is a warning where the policies may not be read, and an error where the cluster fails otherwise", async () => {
    const refused = (status: number): FakeCluster => ({
      refusals: { [destinationRules]: new KubernetesError("GET", destinationRules, status, "no") },
    });
    const { isWarning, message, ok } = await look(refused(403));
    assert.deepEqual(
      [ok, isWarning, message],
      [false, true, `not known: the policies of istio-system may not be read (${destinationRules})`],
    );
    await assert.rejects(look(refused(500)), KubernetesError);
  });
});

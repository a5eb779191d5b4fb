import assert from "node:assert/strict";
import { CommandFailed } from "../../../access";
import { CallTimes } from "../../../operations/verify/call-times";
import { Calls } from "../../../operations/verify/calls";
import type { Finding } from "../../../operations/verify/check";
import { acceptedIdentities, refusalOf } from "../../../operations/verify/identities";
import { Sample } from "../../../operations/verify/sample";
import { helloworldReached } from "../../../operations/verify/sample-checks";
import { issue } from "../../support/authority";
import { FakeClient } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const plan = planOf(twoPrimaries);
const images = { helloworld: "hub/helloworld", client: "hub/curl" };

/** Envoy's dump of one cluster whose servers are to have these identities, as Istio 1.31 has it configured. */
function clustersDump(identities: readonly string[]): string {
  const names = identities.map((exact) => ({ exact }));
  const tls = {
    common_tls_context: {
      combined_validation_context: { default_validation_context: { match_subject_alt_names: names } },
    },
  };
  const matches = [
    { name: "tlsMode-istio", transport_socket: { name: "envoy.transport_sockets.tls", typed_config: tls } },
    { name: "tlsMode-disabled", transport_socket: { name: "envoy.transport_sockets.raw_buffer", typed_config: {} } },
  ];
  return JSON.stringify({ configs: [{ cluster: { name: "outbound|5000||a", transport_socket_matches: matches } }] });
}

describe("identities of servers", () => {
  const identity = (trustDomain: string, account: string): string => `spiffe://${trustDomain}/ns/ns/sa/${account}`;

  it("are accepted as the caller's proxy is told, each once", () => {
    const both = [identity("mesh1.internal", "b"), identity("mesh1.internal", "a"), identity("mesh1.internal", "b")];
    assert.deepEqual(acceptedIdentities(clustersDump(both)), both.slice(0, 2).toSorted());
    assert.deepEqual(acceptedIdentities(clustersDump([])), []);
    assert.deepEqual(acceptedIdentities("{}"), []);
    assert.throws(() => acceptedIdentities("no healthy upstream"), SyntaxError);
  });

  it("are refused where the account is taken for one of another trust domain, and where it is not known at all", () => {
    const presented = identity("mesh1.internal", "helloworld-v2");
    const judge = (...accepted: string[]): ReturnType<typeof refusalOf> =>
      refusalOf({ accepted, presented, from: "north", to: "edge", servedBy: "east" });
    assert.equal(judge(), undefined, "plain text");
    assert.equal(judge(identity("mesh1.internal", "helloworld-v1"), presented), undefined);
    const mistaken = judge(identity("mesh1.internal", "helloworld-v1"), identity("cluster.local", "helloworld-v2"));
    assert.equal(
      mistaken?.message,
      "callers in north refuse the identity of its pods, spiffe://mesh1.internal/ns/ns/sa/helloworld-v2: they take them for spiffe://cluster.local/ns/ns/sa/helloworld-v2",
    );
    assert.match(
      mistaken.hint ?? "",
      /The istiod in east takes the pods of edge for ones of the trust domain cluster\.local: .*ConfigMap/,
    );
    const unknown = judge(identity("mesh1.internal", "helloworld-v1"));
    assert.match(unknown?.message ?? "", /they accept spiffe:\/\/mesh1\.internal\/ns\/ns\/sa\/helloworld-v1$/);
    assert.equal(unknown?.hint, undefined);
  });

  /** Helloworld of west is not answered from east, whose proxy accepts some. */
  async function reached(accepted: () => string, presented: string): Promise<Finding> {
    const { certificate } = await issue({ subject: "O=Istio", spiffeId: presented });
    const chain = { inline_bytes: Buffer.from(certificate.toString()).toString("base64") };
    const secrets = { configs: [{ name: "default", secret: { tls_certificate: { certificate_chain: chain } } }] };
    const asked: string[] = [];
    const east = new FakeClient("east", {
      exec: ({ container, pod }, command) => {
        if (command[0] !== "pilot-agent") return "Hello version: v1, instance: helloworld-v1";
        asked.push(`${pod} ${container} ${command.at(-1) ?? ""}`);
        return accepted();
      },
    });
    const west = new FakeClient("west", {
      exec: ({ container, pod }, command) => {
        asked.push(`${pod} ${container} ${command.at(-1) ?? ""}`);
        return JSON.stringify(secrets);
      },
    });
    const clients = new Map([east, west].map((client) => [client.name, client]));
    const sample = new Sample({ plan, images, clients });
    const client = (name: string): FakeClient => clients.get(name) ?? assert.fail(name);
    const context = verifyContext({ plan, client, sample, calls: new Calls(sample, clients, new CallTimes()) });
    const finding = await helloworldReached(context, ["east", "west"]);
    assert.deepEqual(asked, [
      `client istio-proxy config_dump?resource=dynamic_active_clusters&name_regex=.*helloworld.${sample.namespace}.svc.*`,
      "helloworld-v2 istio-proxy config_dump?resource=dynamic_active_secrets",
    ]);
    return finding;
  }

  it("are looked at where a cluster does not answer, and said: another one answers in its place", async () => {
    const presented = identity("mesh1.internal", "helloworld-v2");
    const finding = await reached(() => clustersDump([identity("cluster.local", "helloworld-v2")]), presented);
    assert.match(
      finding.message,
      /^no answer from v2: only v1 answered; callers in east refuse the identity of its pods, spiffe:\/\/mesh1/,
    );
    assert.match(finding.hint ?? "", /trust domain cluster\.local/);
    const other = await reached(() => clustersDump([presented]), presented);
    assert.deepEqual(other, { ok: false, message: "no answer from v2: only v1 answered" });
  });

  it("are said not to be known where a proxy does not say", async () => {
    const silent = await reached(
      () => {
        throw new CommandFailed("pilot-agent request GET config_dump", "container not running");
      },
      identity("mesh1.internal", "helloworld-v2"),
    );
    assert.match(silent.message, /only v1 answered; whom its proxy accepts is not known: .*container not running/);
    const strange = await reached(() => "upstream connect error", identity("mesh1.internal", "helloworld-v2"));
    assert.match(strange.message, /^no answer from v2: only v1 answered; whom its proxy accepts is not known: no JSON/);
  });
});

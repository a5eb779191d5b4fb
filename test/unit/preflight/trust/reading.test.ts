import assert from "node:assert/strict";
import type { ExecTarget } from "../../../../access";
import { authorityIn, readClusterTrust } from "../../../../preflight/trust/standing/read";
import { proxySecrets } from "../../../../preflight/trust/standing/proxy-secrets";
import { readProxies } from "../../../../preflight/trust/standing/proxies";
import { FakeClient } from "../../../support/cluster-client";
import type { TestCa } from "../../../support/authorities";
import { pem } from "./given-files";
import { cacerts, dumpOf, leafOf, makeRoot, proxyCalled, readShown, showing, type TestRoot } from "./showing";

const prints = (certificates: readonly { readonly fingerprint256: string }[] = []): string[] =>
  certificates.map(({ fingerprint256 }) => fingerprint256);
const printsOf = (...cas: readonly TestCa[]): string[] => prints(cas.map(({ certificate }) => certificate));

describe("What a cluster shows of its certificates", () => {
  let mesh: TestRoot;
  let east: TestCa;
  let leaf: TestCa;

  before(async () => {
    mesh = await makeRoot("Root", "east");
    east = mesh.sites["east"] as TestCa;
    leaf = await leafOf(east);
  });

  it("is what Envoy's dump says of a proxy, whatever stands before it", () => {
    const dump = dumpOf([leaf, east, mesh.root], [mesh.root]);
    const { issuers, leaf: own, roots } = proxySecrets(dump);
    assert.deepEqual([own?.fingerprint256, ...prints(issuers)], printsOf(leaf, east, mesh.root));
    assert.deepEqual(prints(roots), printsOf(mesh.root));
    assert.equal(proxySecrets(`2026-11-21T10:27:35.467931Z\twarn\t[x] {y}\n${dump}\n`).issuers.length, 2);
    assert.deepEqual(proxySecrets("{}"), { issuers: [], roots: [] });
    assert.throws(() => proxySecrets("error: no such proxy"), SyntaxError);
  });

  it("has every running pod with a proxy, of sidecars and init containers, on whatever page of the list", async () => {
    const has = { chain: [leaf, east, mesh.root], roots: [mesh.root] };
    const trust = await readShown("east", {
      pods: [
        { name: "first", has },
        { name: "native", has, kind: "init sidecar" },
        { name: "plain", has, kind: "none" },
      ],
    });
    assert.deepEqual(
      trust.proxies.map(({ pod }) => pod),
      ["first", "native"],
    );
    const proxy = proxyCalled(trust, "first");
    assert.deepEqual(prints(proxy?.issuers), printsOf(east, mesh.root));
    assert.equal(proxy?.leaf.notAfter.getTime(), leaf.certificate.validToDate.getTime());
    // What all have in common is read once.
    assert.equal(proxy.issuers, proxyCalled(trust, "native")?.issuers);
    assert.deepEqual([trust.unread, trust.troubles], [[], []]);
  });

  it("has those that do not say, and not those that are gone by then", async () => {
    const { proxies, unread } = await readShown("east", {
      pods: [
        { name: "silent", has: "not finished after 10 s" },
        { name: "gone", has: "no such pod", afterwards: "gone" },
        { name: "ended", has: "no such container", afterwards: "ended" },
        { name: "new", has: { chain: [], roots: [] } },
        { name: "rootless", has: { chain: [leaf], roots: [] } },
      ],
    });
    assert.deepEqual(proxies, []);
    assert.deepEqual(
      unread.map(({ pod, reason }) => [pod, reason]),
      [
        ["silent", "pilot-agent: not finished after 10 s"],
        ["new", "it has no certificate yet"],
        ["rootless", "it has no roots yet"],
      ],
    );
  });

  it("has the CA of istiod and its roots, without the key, in either form of the Secret", async () => {
    const forms = [
      cacerts(east, mesh.root),
      { "tls.crt": cacerts(east)["ca-cert.pem"] ?? "", "tls.key": "key", "ca.crt": mesh.root.certificate.toString() },
    ];
    for (const files of forms) {
      const trust = await readShown("east", { cacerts: files, published: [mesh.root], copies: { sample: [east] } });
      assert.deepEqual(prints(trust.authority?.chain), printsOf(east));
      assert.deepEqual(prints(trust.authority?.roots), printsOf(mesh.root));
      assert.deepEqual(prints(trust.published), printsOf(mesh.root));
      assert.deepEqual(
        trust.copies.map(({ namespace, roots }) => [namespace, ...prints(roots)]),
        [["sample", ...printsOf(east)]],
      );
      assert.doesNotMatch(JSON.stringify(trust), /PRIVATE KEY|tls\.key/);
    }
  });

  it("has when the CA ends that istiod has taken up", async () => {
    const end = new Date("2027-11-29T00:00:00Z");
    assert.equal((await readShown("east", { takenUp: end })).takenUpUntil?.getTime(), end.getTime());
    assert.equal((await readShown("east", {})).takenUpUntil, undefined);
  });

  it("does not look for a CA where no istiod runs", async () => {
    const trust = await readShown("east", { cacerts: cacerts(east, mesh.root) }, "workloads");
    assert.equal(trust.authority, undefined);
  });

  it("is told in words where it may not be read, once", async () => {
    const trust = await readClusterTrust({ client: new FakeClient("east"), runs: "workloads" });
    assert.equal(trust.troubles.length, 1);
    assert.match(trust.troubles.join(), /\/api\/v1\/pods/);
  });

  it("is asked of some pods at a time, and of none when the time is up", async () => {
    let [underWay, most] = [0, 0];
    const has = { chain: [leaf, east], roots: [mesh.root] };
    const pods = Array.from({ length: 12 }, (_unused, at) => ({ name: `pod-${at}`, has }));
    const asked: ExecTarget[] = [];
    const client = showing("east", { pods }, asked);
    const slow = {
      get: client.get.bind(client),
      exec: async (...args: Parameters<typeof client.exec>): Promise<string> => {
        most = Math.max(most, ++underWay);
        const answer = await client.exec(...args);
        underWay--;
        return answer;
      },
    };
    assert.equal((await readProxies(slow, { atOnce: 3 })).proxies.length, 12);
    assert.equal(most, 3);
    asked.length = 0;
    for (const limits of [{ timeoutMs: 0 }, { signal: AbortSignal.abort() }]) {
      const late = await readProxies(client, limits);
      assert.deepEqual([late.proxies.length, late.unread.length, asked.length], [0, 12, 0]);
    }
  });

  it("is what cert-manager issued under the roots beside it, whatever the issuer calls its CA, and cacerts before", async () => {
    const other = await makeRoot("Other", "east");
    const system = "/api/v1/namespaces/istio-system/secrets";
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const data = (files: Readonly<Record<string, string>>): object => ({
      data: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, base64(text)])),
    });
    const own = data(cacerts(other.sites["east"] as TestCa, other.root));
    const roots = data({ "root-cert.pem": pem(mesh.root, other.root) });
    const issued = data({ "tls.crt": pem(east), "tls.key": "KEY", "ca.crt": pem(other.root) });
    const [made, bundle, secret] = ["cacerts", "isthmus-root-ca", "isthmus-intermediate-ca"].map(
      (name) => `${system}/${name}`,
    ) as [string, string, string];
    const read = (objects: Record<string, unknown>) => authorityIn(new FakeClient("east", { objects }));
    const found = await read({ [made]: own, [bundle]: roots, [secret]: issued });
    assert.deepEqual([prints(found?.chain), prints(found?.roots)], [printsOf(east), printsOf(mesh.root, other.root)]);
    // It is yet to be issued; and what is left of it when the mesh goes by another source again.
    for (const objects of [
      { [made]: own, [bundle]: roots },
      { [made]: own, [secret]: issued },
    ]) {
      assert.deepEqual(prints((await read(objects))?.roots), printsOf(other.root));
    }
  });
});

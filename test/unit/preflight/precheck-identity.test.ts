import assert from "node:assert/strict";
import type { KnowledgeReader, KnownCluster, StackKnowledge } from "../../../preflight";
import { fingerprintsIn } from "../../../trust";
import { systemNamespace } from "../../../topology";
import { selfSignedCertificatePem } from "../../support/certificates";
import { TestAuthority } from "../access/certificates";
import type { Cluster } from "../access/fake-api-server";
import { assertNothing, only, PrecheckBench } from "./precheck-support";

const path = `/api/v1/namespaces/${systemNamespace}`;

/** What a cluster says that stands in the mesh of the tests. */
function inMesh(name: string, bundle: string, uid = "system-uid"): Partial<Cluster> {
  const annotations = {
    "isthmus.dev/mesh": "mesh1",
    "isthmus.dev/trust-domain": "mesh1.internal",
    "isthmus.dev/cluster": name,
  };
  return {
    objects: {
      [path]: { metadata: { uid, labels: { "app.kubernetes.io/managed-by": "isthmus" }, annotations } },
      [`${path}/configmaps/istio-ca-root-cert`]: { metadata: {}, data: { "root-cert.pem": bundle } },
    },
  };
}

describe("precheck of who is who", () => {
  const bench = new PrecheckBench();
  const pem = selfSignedCertificatePem;
  const roots = fingerprintsIn(pem);
  const made: KnownCluster = {
    belongs: true,
    uid: "uid-of-east",
    state: { holds: "something", systemNamespace: "made", systemUid: "system-uid" },
  };
  let asked: string[];

  beforeEach(() => {
    asked = [];
  });

  /** A stack that knows the cluster `east`, or none. */
  const knowing =
    (east?: KnownCluster): KnowledgeReader =>
    (source): Promise<StackKnowledge> => {
      asked.push(source);
      return Promise.resolve({ clusters: new Map(east === undefined ? [] : [["east", east]]), roots });
    };

  it("finds the cluster that the outputs say, and reads no state for that", async () => {
    const access = [await bench.cluster("east", inMesh("east", pem))];
    assertNothing(await bench.check(access, undefined, undefined, { knowledge: knowing(made) }));
    assert.deepEqual(asked, ["outputs"]);
  });

  it("reads the state of a cluster that is to join", async () => {
    const findings = await bench.check([await bench.cluster("east")], undefined, undefined, { knowledge: knowing() });
    assertNothing(findings);
    assert.deepEqual(asked, ["outputs", "state"]);
    assert.deepEqual([...findings.sightings], [["east", { uid: "uid-of-east", system: { kind: "absent" } }]]);
  });

  it("asks the stack nothing where no cluster told anything", async () => {
    await bench.check([await bench.cluster("east", { status: 503 })], undefined, undefined, {
      knowledge: knowing(made),
    });
    assert.deepEqual(asked, []);
  });

  it("refuses a cluster that was made anew, and takes it back when that is asked for", async () => {
    const access = [await bench.cluster("east", { uid: "new" })];
    const refused = await bench.check(access, undefined, undefined, { knowledge: knowing(made) });
    assert.match(only(refused.problems), /one with the UID new without istio-system: east was made anew/);
    const accepted = await bench.check(access, undefined, undefined, { knowledge: knowing(made), madeAnew: "accept" });
    assert.deepEqual(accepted.problems, []);
    assert.match(only(accepted.warnings), /It is taken for made anew/);
  });

  it("does not take an istio-system that may not be read for one that is gone", async () => {
    const access = [await bench.cluster("east", { statuses: { [path]: 403 } })];
    assertNothing(await bench.check(access, undefined, undefined, { knowledge: knowing(made) }));
  });

  it("refuses another cluster behind the context", async () => {
    const access = [await bench.cluster("east", { ...inMesh("east", "", "other-system"), uid: "other" })];
    const { problems } = await bench.check(access, undefined, undefined, {
      knowledge: knowing(made),
      madeAnew: "accept",
    });
    assert.match(only(problems), /another cluster \(other\): one with another istio-system of a mesh mesh1/);
  });

  it("tells another mesh of the same id by the bundle of its roots", async () => {
    const others = (await TestAuthority.create("another root")).certificate;
    const knowledge = knowing({ belongs: false, state: { holds: "nothing", systemNamespace: "none" } });
    const theirs = [await bench.cluster("east", inMesh("east", others))];
    assert.match(
      only((await bench.check(theirs, undefined, undefined, { knowledge })).problems),
      /expected a cluster of this stack's mesh mesh1, whose root is .*, found one of another mesh mesh1/,
    );
    const rotating = [await bench.cluster("east", inMesh("east", `${others}\n${pem}`))];
    assertNothing(await bench.check(rotating, undefined, undefined, { knowledge: knowing(made) }));
  });

  it("refuses a stack that has lost its state, but none whose first update was killed", async () => {
    const access = [await bench.cluster("east", inMesh("east", ""))];
    const lost = await bench.check(access, undefined, undefined, { knowledge: knowing() });
    assert.match(
      only(lost.problems),
      /^isthmus:mesh\.id: expected the stack that has the mesh mesh1, which stands in east/,
    );
    const killed: KnownCluster = { belongs: false, state: { holds: "something", systemNamespace: "begun" } };
    assertNothing(await bench.check(access, undefined, undefined, { knowledge: knowing(killed) }));
  });

  it("tells a prepared istio-system that was only just adopted from one in which the mesh stands", async () => {
    const annotations = {
      "isthmus.dev/mesh": "mesh1",
      "isthmus.dev/trust-domain": "mesh1.internal",
      "isthmus.dev/cluster": "east",
    };
    const namespace = { metadata: { uid: "system", annotations, labels: { team: "platform" } } };
    const system = "/api/v1/namespaces/istio-system";
    const ours = "labelSelector=app.kubernetes.io%2Fmanaged-by%3Disthmus&limit=1";
    const none = { items: [] };
    const theirs = { items: [{ metadata: { name: "registry" } }] };
    const objects = {
      [system]: namespace,
      [`${system}/secrets`]: none,
      [`${system}/services`]: none,
      [`${system}/configmaps`]: theirs,
      [`${system}/secrets?limit=2`]: theirs,
    };
    const adopted = [await bench.cluster("east", { objects })];
    assertNothing(await bench.check(adopted, undefined, undefined, { knowledge: knowing() }));
    const cacerts = { items: [{ metadata: { name: "cacerts" } }] };
    const standing = [await bench.cluster("east", { objects: { ...objects, [`${system}/secrets?${ours}`]: cacerts } })];
    assert.match(
      only((await bench.check(standing, undefined, undefined, { knowledge: knowing() })).problems),
      /^isthmus:mesh\.id: expected the stack that has the mesh mesh1, which stands in east/,
    );
  });
});

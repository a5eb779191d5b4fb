import assert from "node:assert/strict";
import { generateKeyPairSync, type X509Certificate } from "node:crypto";
import { knowsNothing, type StackKnowledge } from "../../../../preflight";
import { judgeStandingRevocations, type ListedCluster } from "../../../../preflight/trust/standing-revocations";
import { parseMesh, planMesh } from "../../../../topology";
import { revocationListsIn, revocationListsPem, serialOf } from "../../../../trust";
import {
  intermediateName,
  issueIntermediate,
  issueRevocationList,
  issueRoot,
  type Issuer,
} from "../../../../trust/authority";

const now = new Date();

function rootCalled(meshId: string): Issuer {
  const { privateKey: key, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { certificate: issueRoot(meshId, key, publicKey, { now, days: 1000 }), key };
}

function authority(site: string, root: Issuer): Issuer {
  const { privateKey: key, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const request = { subjectName: intermediateName("mesh1", site), publicKey };
  return { certificate: issueIntermediate(request, root, { now, days: 100 }), key };
}

const root = rootCalled("mesh1");
const another = rootCalled("mesh1-2031");
const [east, west] = [authority("east", root), authority("west", root)];

function listsOf(authorities: readonly Issuer[], revoked: readonly X509Certificate[] = []): string {
  return revocationListsPem(
    authorities.map((one, index) => ({
      der: issueRevocationList(
        {
          revoked: index === 0 ? revoked.map((certificate) => ({ serial: serialOf(certificate), at: now })) : [],
          now,
          nextUpdate: root.certificate.validToDate,
        },
        one,
      ),
    })),
  );
}

const whole = listsOf([root, east, west]);

interface Said {
  readonly file: string;
  /** Lists that proxies look at by now. */
  readonly inForce?: string;
  /** Clusters that stand. Default: both. */
  readonly standing?: readonly string[];
  /** The root under which east is to sign. */
  readonly under?: Issuer;
}

function judged({ file, inForce = "", standing = ["east", "west"], under }: Said): string[] {
  const plan = planMesh(
    parseMesh({
      id: "mesh1",
      istio: { version: "1.31.1" },
      clusters: {
        east: { network: "a", access: { context: "lab-east" } },
        west: { network: "b", access: { context: "lab-west" } },
      },
      trust: {
        revocations: "lists.pem",
        ...(under === undefined ? {} : { generated: { roots: ["first", "2031"], issuers: { east: "2031" } } }),
      },
    }),
  );
  const knowledge: StackKnowledge = {
    ...knowsNothing,
    clusters: new Map(standing.map((name) => [name, { belongs: true }])),
    ...(under === undefined
      ? {}
      : {
          generatedRoots: new Map([
            ["first", root.certificate.fingerprint256],
            ["2031", under.certificate.fingerprint256],
          ]),
        }),
  };
  const clusters = new Map(
    standing.map((name): [string, ListedCluster] => [
      name,
      {
        chain: [(name === "east" ? east : west).certificate, root.certificate],
        roots: [root.certificate, another.certificate],
        lists: revocationListsIn(inForce),
      },
    ]),
  );
  const material = { intermediates: new Map(), sites: ["east", "west"], revocationListsPem: file };
  return judgeStandingRevocations({ plan, material, sightings: new Map(), knowledge }, clusters).map(
    ({ path, found }) => `${path}: ${found}`,
  );
}

describe("revocation lists for a mesh that stands", () => {
  it("are fine with one of every CA, whether proxies look at lists yet or not", () => {
    assert.deepEqual(judged({ file: whole }), []);
    assert.deepEqual(judged({ file: whole, inForce: whole }), []);
  });

  it("are refused without one of a CA that signs", () => {
    assert.deepEqual(judged({ file: listsOf([root, east]) }), [
      'isthmus:mesh.trust.revocations: none of "O=Istio, OU=mesh1, CN=Intermediate CA, L=west", with which west signs',
    ]);
    assert.equal(judged({ file: listsOf([east, west]) }).length, 2);
  });

  it("are refused where they revoke what an istiod signs with", () => {
    assert.deepEqual(judged({ file: listsOf([root, east, west], [east.certificate]) }), [
      'isthmus:mesh.trust.revocations: "O=Istio, OU=mesh1, CN=Intermediate CA, L=east" among what is revoked, with which east signs',
    ]);
  });

  it("keep a new cluster from joining whose CA the update is to make", () => {
    assert.deepEqual(judged({ file: whole, inForce: whole, standing: ["east"] }), [
      "isthmus:mesh.trust.revocations: one that this update is to make",
    ]);
  });

  it("must have the list of another root with every proxy before anything is signed under it", () => {
    const withAnother = listsOf([root, another, east, west]);
    assert.deepEqual(judged({ file: withAnother, inForce: whole, under: another }), [
      "isthmus:mesh.trust.revocations: none of some of them in east, west",
    ]);
    assert.deepEqual(judged({ file: withAnother, inForce: withAnother, under: another }), []);
  });
});

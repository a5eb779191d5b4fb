import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Mesh } from "../../components";
import { intermediateCaData } from "../../components/internal/certificates";
import { generateKeyPairSync } from "node:crypto";
import * as kubernetes from "@pulumi/kubernetes";
import { firstIntermediateKey, sitesOf, type MeshConfig } from "../../topology";
import { pemOf, revocationListsPem } from "../../trust";
import {
  intermediateName,
  issueIntermediate,
  issueRevocationList,
  issueRoot,
  type Issuer,
} from "../../trust/authority";
import { isSecret, record, reveal, type RecordedResource } from "../support/mocks";
import { planOf, twoPrimaries } from "../support/plans";
import { find, listOf, provided, updateOf, valuesOf } from "./support";

const now = new Date();
const rootKeys = generateKeyPairSync("ec", { namedCurve: "P-256" });
const root: Issuer = {
  certificate: issueRoot("mesh1", rootKeys.privateKey, rootKeys.publicKey, { now, days: 1000 }),
  key: rootKeys.privateKey,
};
const authorities = new Map<string, Issuer>();

/** The CA of a key of a cluster. */
function authority(site: string, key: string = firstIntermediateKey): Issuer {
  const name = `${site} ${key}`;
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const request = { subjectName: intermediateName("mesh1", site), publicKey: keys.publicKey };
  const made = authorities.get(name) ?? {
    certificate: issueIntermediate(request, root, { now, days: 365 }),
    key: keys.privateKey,
  };
  authorities.set(name, made);
  return made;
}

const listsOf = (...of: readonly Issuer[]): string =>
  revocationListsPem(
    of.map((one) => ({
      der: issueRevocationList({ revoked: [], now, nextUpdate: root.certificate.validToDate }, one),
    })),
  );

/** The providers' answers, with certificates that are really signed. */
function signed(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  if (args.name === "mesh-root-certificate") return { certPem: pemOf(root.certificate) };
  const [, site, key] = /^mesh-(east|west)-intermediate-certificate(?:\.(.+))?$/.exec(args.name) ?? [];
  if (site === undefined) return provided(args);
  return { certPem: pemOf(authority(site, key).certificate), validityEndTime: "2027-01-01T00:00:00Z" };
}

function meshOf(config: MeshConfig, revocationListsPem?: string): Promise<readonly RecordedResource[]> {
  const plan = planOf(config);
  return record("update", signed, () => {
    new Mesh("mesh", {
      plan,
      ...(revocationListsPem === undefined ? {} : { revocationListsPem }),
      clusters: Object.fromEntries(
        sitesOf(plan).map(({ name }) => [
          name,
          {
            provider: new kubernetes.Provider(name, { clusterIdentifier: name }),
            server: `https://${name}.example:6443`,
            addresses: () => Promise.resolve([`lb.${name}.example`]),
          },
        ]),
      ),
    });
  });
}

function filesOf(resources: readonly RecordedResource[], site: string): Record<string, string> {
  const { data } = find(resources, `mesh-${site}-system-cacerts`).inputs;
  assert.ok(isSecret(data));
  return Object.fromEntries(
    Object.entries(reveal(data) as Record<string, string>).map(([name, text]) => [
      name,
      Buffer.from(text, "base64").toString(),
    ]),
  );
}

const annotationsOf = (resources: readonly RecordedResource[], site: string): Record<string, unknown> =>
  (valuesOf(resources, `mesh-${site}-control-plane-istiod`)["podAnnotations"] ?? {}) as Record<string, unknown>;

describe("A mesh with revocation lists", () => {
  it("gives them to every istiod beside its CA, makes the pods anew that read them, and makes nothing else", async () => {
    const lists = listsOf(root, authority("east"), authority("west"));
    const resources = await meshOf(twoPrimaries, lists);
    assert.deepEqual(listOf(resources), listOf(await updateOf(twoPrimaries)));
    for (const site of ["east", "west"]) {
      assert.equal(filesOf(resources, site)["ca-crl.pem"], lists);
      assert.match(String(annotationsOf(resources, site)["isthmus.dev/revocation-lists"]), /^[0-9a-f]{32}$/);
    }
  });

  it("has nothing of them where there are none", async () => {
    const resources = await meshOf(twoPrimaries);
    assert.ok(!Object.hasOwn(filesOf(resources, "east"), "ca-crl.pem"));
    assert.deepEqual(annotationsOf(resources, "east"), {});
  });

  it("gives no istiod lists that lack one of its own CAs, with which it would not start", () => {
    const files = (revocationListsPem: string) => ({
      certificatePem: pemOf(authority("east").certificate),
      privateKeyPem: "KEY",
      rootCertificatePem: pemOf(root.certificate),
      revocationListsPem,
    });
    assert.throws(
      () => intermediateCaData(files(listsOf(root, authority("west")))),
      /isthmus:mesh\.trust\.revocations: no list there is one of "O=Istio, .*L=east".*--renew/,
    );
    assert.doesNotThrow(() => intermediateCaData(files(listsOf(root, authority("east")))));
  });
});

describe("An intermediate CA of several keys", () => {
  const keysOf = (keys: readonly string[], used: string): MeshConfig => ({
    ...twoPrimaries,
    trust: { intermediateKeys: { east: { keys: [...keys], used } } },
  });
  const later = ["certRequest:CertRequest", "locallySignedCert:LocallySignedCert", "privateKey:PrivateKey"].map(
    (type) =>
      `tls:index/${type} mesh-east-intermediate-${{ c: "request", l: "certificate", p: "key" }[type.charAt(0)] ?? ""}.new`,
  );

  it("has a certificate for each, and gives istiod that of the one that is used", async () => {
    const beside = await meshOf(keysOf(["first", "new"], "first"));
    assert.deepEqual(
      listOf(beside).filter((line) => !later.includes(line)),
      listOf(await meshOf(twoPrimaries)),
    );
    assert.equal(listOf(beside).filter((line) => later.includes(line)).length, 3);
    assert.equal(filesOf(beside, "east")["ca-cert.pem"], pemOf(authority("east").certificate));
    const used = filesOf(await meshOf(keysOf(["first", "new"], "new")), "east");
    assert.equal(used["ca-cert.pem"], pemOf(authority("east", "new").certificate));
    assert.equal(used["ca-key.pem"], "KEY OF mesh-east-intermediate-key.new");
  });

  it("keeps nothing of a key that is dropped", async () => {
    const names = listOf(await meshOf(keysOf(["new"], "new"))).filter((line) => line.includes("east-intermediate-"));
    assert.deepEqual(names, later);
  });
});

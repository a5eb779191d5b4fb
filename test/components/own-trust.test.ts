import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Trust } from "../../components";
import { issue, type Authority } from "../support/authority";
import { isSecret, record, reveal, type RecordedResource } from "../support/mocks";
import { twoPrimaries } from "../support/plans";
import { buildMesh, find, provided } from "./support";

const pem = ({ parsed }: Authority): string => `${parsed.toString("pem")}\n`;

describe("A mesh with a trust of its own", () => {
  let company: Authority;
  let former: Authority;
  let division: Authority;
  let signed: Readonly<Record<string, Authority>>;
  let resources: RecordedResource[];
  let fingerprint: string | undefined;
  let ends: unknown;

  before(async () => {
    company = await issue({ subject: "CN=Company" });
    former = await issue({ subject: "CN=Former company" });
    division = await issue({ subject: "CN=Division", issuer: company });
    const notAfter = new Date("2031-05-06T07:08:09Z");
    signed = {
      east: await issue({ subject: "CN=east", issuer: division, notAfter }),
      west: await issue({ subject: "CN=west", issuer: division, notAfter }),
    };
    const trust: Trust = {
      rootCertificatesPem: pem(former) + pem(company),
      intermediateOf: (site) => ({
        certificatePem: pem(signed[site] as Authority) + pem(division),
        privateKeyPem: `KEY OF ${site}`,
      }),
    };
    resources = await record("update", provided, () => {
      const mesh = buildMesh(twoPrimaries, { trust });
      mesh.rootFingerprint.apply((value) => (fingerprint = value));
      pulumi.output(mesh.clusters["east"]?.intermediate?.notAfter).apply((value) => (ends = value));
    });
  });

  it("makes no certificate and no key", () => {
    assert.deepEqual(
      resources.filter(({ type }) => /^tls:|RootCa|IntermediateCa/.test(type)),
      [],
    );
  });

  it("gives every istiod its own chain up to the root that signed it, and every root to its workloads", () => {
    for (const site of ["east", "west"]) {
      const { data } = find(resources, `mesh-${site}-system-cacerts`).inputs;
      const files = Object.entries(reveal(data) as Record<string, string>).map(
        ([name, text]) => [name, Buffer.from(text, "base64").toString()] as const,
      );
      const own = pem(signed[site] as Authority);
      assert.deepEqual(Object.fromEntries(files), {
        "ca-cert.pem": own,
        "ca-key.pem": `KEY OF ${site}`,
        "cert-chain.pem": own + pem(division) + pem(company),
        "root-cert.pem": pem(former) + pem(company),
      });
    }
  });

  it("keeps keys secret that come as none", () => {
    const { data } = find(resources, "mesh-east-system-cacerts").inputs;
    assert.ok(isSecret(data));
  });

  it("is known by its first root, and says when an intermediate ends", () => {
    assert.equal(fingerprint, former.certificate.fingerprint256);
    assert.equal(ends, "2031-05-06T07:08:09.000Z");
  });
});

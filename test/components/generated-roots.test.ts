import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { MeshTrust } from "../../components";
import type { MeshConfig } from "../../topology";
import { issue, type Authority } from "../support/authority";
import { isSecret, record, reveal, type RecordedResource } from "../support/mocks";
import { planOf, twoPrimaries } from "../support/plans";
import { buildMesh, find, listOf, provided, rootParts, updateOf, valuesOf } from "./support";

const pem = ({ parsed }: Authority): string => `${parsed.toString("pem")}\n`;

type Generated = NonNullable<NonNullable<MeshConfig["trust"]>["generated"]>;
const meshWith = (generated: Generated): MeshConfig => ({ ...twoPrimaries, trust: { generated } });

const laterRootParts = [
  "isthmus:index:RootCa mesh-root-2031",
  "tls:index/privateKey:PrivateKey mesh-root-2031-key",
  "tls:index/selfSignedCert:SelfSignedCert mesh-root-2031-certificate",
];

describe("A mesh of several generated roots", () => {
  const roots = new Map<string, Authority>();
  const intermediates = new Map<string, Authority>();

  before(async () => {
    for (const name of ["mesh-root", "mesh-root-2031"]) {
      const root = await issue({ subject: `CN=${name}` });
      roots.set(name, root);
      for (const site of ["east", "west"])
        intermediates.set(`${site} ${pem(root)}`, await issue({ subject: `CN=${site}`, issuer: root }));
    }
  });

  /** The providers' answers, with certificates that are really signed. */
  function signed(args: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
    const root = roots.get(args.name.replace(/-certificate$/, ""));
    if (root !== undefined) return { certPem: pem(root) };
    const [, site] = /^mesh-(east|west)-intermediate-certificate$/.exec(args.name) ?? [];
    if (site === undefined) return provided(args);
    const { caCertPem } = args.inputs as { caCertPem: string };
    const made = intermediates.get(`${site} ${caCertPem}`);
    assert.ok(made, `${site} is signed with a root of the mesh`);
    return { certPem: pem(made), validityEndTime: "2027-01-01T00:00:00Z" };
  }

  interface Made {
    readonly resources: readonly RecordedResource[];
    readonly fingerprint: unknown;
    readonly roots: unknown;
  }

  async function made(generated: Generated): Promise<Made> {
    const seen: { fingerprint?: unknown; roots?: unknown } = {};
    const resources = await record("update", signed, () => {
      const mesh = buildMesh(meshWith(generated));
      mesh.rootFingerprint.apply((value) => (seen.fingerprint = value));
      mesh.roots.apply((value) => (seen.roots = value.map(({ name, fingerprint }) => ({ name, fingerprint }))));
    });
    return { resources, fingerprint: seen.fingerprint, roots: seen.roots };
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

  const rootPem = (name: string): string => pem(roots.get(name) as Authority);
  const printOf = (name: string): string => (roots.get(name) as Authority).certificate.fingerprint256;

  it("makes a key and a certificate for each, and nothing else beside those of one root", async () => {
    const ofRoots = (resources: readonly RecordedResource[]): string[] =>
      listOf(resources).filter((line) => rootParts.includes(line) || line.includes("mesh-root"));
    const both = await made({ roots: ["first", "2031"] });
    assert.deepEqual(ofRoots(both.resources), [...rootParts, ...laterRootParts].sort());
    const one = await updateOf(twoPrimaries);
    assert.deepEqual(
      listOf(both.resources).filter((line) => !laterRootParts.includes(line)),
      listOf(one),
    );
    const last = await made({ roots: ["2031"], issuer: "2031" });
    assert.deepEqual(ofRoots(last.resources), ["isthmus:index:Mesh mesh", ...laterRootParts].sort());
  });

  it("leaves the first one as it is, and gives a later one a name and room for one that is cross-signed", async () => {
    const { resources } = await made({ roots: ["first", "2031"] });
    const told = (name: string): unknown => {
      const { maxPathLength, subject } = find(resources, name).inputs as { maxPathLength: number; subject: object };
      return { maxPathLength, subject };
    };
    const subject = { organization: "Istio", organizationalUnit: "mesh1" };
    assert.deepEqual(told("mesh-root-certificate"), {
      maxPathLength: 1,
      subject: { ...subject, commonName: "Root CA" },
    });
    assert.deepEqual(told("mesh-root-2031-certificate"), {
      maxPathLength: 2,
      subject: { ...subject, commonName: "Root CA 2031" },
    });
  });

  it("goes over to another root cluster by cluster, with the keys of the istiods as they are", async () => {
    for (const [generated, issuers] of [
      [{ roots: ["first", "2031"] }, { east: "mesh-root", west: "mesh-root" }],
      [
        { roots: ["first", "2031"], issuers: { east: "2031" } },
        { east: "mesh-root-2031", west: "mesh-root" },
      ],
      [
        { roots: ["first", "2031"], issuer: "2031" },
        { east: "mesh-root-2031", west: "mesh-root-2031" },
      ],
    ] as const) {
      const { resources } = await made(generated as unknown as Generated);
      for (const site of ["east", "west"] as const) {
        const issuer = issuers[site];
        const certificate = find(resources, `mesh-${site}-intermediate-certificate`);
        assert.equal(reveal(certificate.inputs["caPrivateKeyPem"]), `KEY OF ${issuer}-key`);
        assert.ok(isSecret(certificate.inputs["caPrivateKeyPem"]));
        const own = pem(intermediates.get(`${site} ${rootPem(issuer)}`) as Authority);
        const other = issuer === "mesh-root" ? "mesh-root-2031" : "mesh-root";
        assert.deepEqual(filesOf(resources, site), {
          "ca-cert.pem": own,
          "ca-key.pem": `KEY OF mesh-${site}-intermediate-key`,
          "cert-chain.pem": own + rootPem(issuer),
          // Where it signs the root comes first, by which proxies renew their certificates at once.
          "root-cert.pem": rootPem(issuer) + rootPem(other),
        });
      }
    }
  });

  it("is known by the root that signs, and tells of all by their names", async () => {
    const first = { name: "first", fingerprint: printOf("mesh-root") };
    const later = { name: "2031", fingerprint: printOf("mesh-root-2031") };
    const begun = await made({ roots: ["2031", "first"] });
    assert.equal(begun.fingerprint, first.fingerprint);
    assert.deepEqual(begun.roots, [first, later]);
    const done = await made({ roots: ["first", "2031"], issuer: "2031" });
    assert.equal(done.fingerprint, later.fingerprint);
    assert.deepEqual(done.roots, [later, first]);
  });

  it("tells istiods and proxies to take up other roots while they run, and a mesh of the first alone nothing", async () => {
    const told = (resources: readonly RecordedResource[]): unknown => {
      const values = valuesOf(resources, "mesh-east-control-plane-istiod") as { env?: unknown; meshConfig?: object };
      return { env: values.env, meshConfig: values.meshConfig };
    };
    const flags = {
      env: { ISTIO_MULTIROOT_MESH: "true" },
      meshConfig: {
        trustDomain: "mesh1.internal",
        defaultConfig: { proxyMetadata: { PROXY_CONFIG_XDS_AGENT: "true" } },
      },
    };
    assert.deepEqual(told((await made({ roots: ["first", "2031"] })).resources), flags);
    assert.deepEqual(told((await made({ roots: ["2031"], issuer: "2031" })).resources), flags);
    assert.deepEqual(told(await updateOf(twoPrimaries)), {
      env: undefined,
      meshConfig: { trustDomain: "mesh1.internal" },
    });
  });

  it("protects the roots that sign, where they are in a stack of their own", async () => {
    const isProtected = async (generated: Generated): Promise<string[]> => {
      const plan = planOf(meshWith(generated));
      const resources = await record("update", signed, () => new MeshTrust("mesh", { plan }));
      return resources.filter((resource) => resource.isProtected).map(({ name }) => name);
    };
    assert.deepEqual(
      (await isProtected({ roots: ["first", "2031"] })).filter((name) => name.includes("2031")),
      [],
    );
    assert.ok((await isProtected({ roots: ["first", "2031"] })).includes("mesh-root-key"));
    assert.ok(
      (await isProtected({ roots: ["first", "2031"], issuers: { east: "2031" } })).includes("mesh-root-2031-key"),
    );
    assert.deepEqual(
      (await isProtected({ roots: ["first", "2031"], issuer: "2031" })).filter((name) => !name.includes("2031")),
      [],
    );
  });
});

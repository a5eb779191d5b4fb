import assert from "node:assert/strict";
import type { KubeconfigSources } from "../../../../access";
import { findTrust } from "../../../../preflight";
import type { TrustMaterial } from "../../../../trust";
import { formatProblem, type MeshConfig } from "../../../../topology";
import { makeCa, privateKeyPem, type TestCa } from "../../../support/authorities";
import { noSources, sourcesOf } from "../../../support/kubeconfig-sources";
import { planOf } from "../../../support/plans";
import { meshOf } from "../../topology/meshes";
import { FilesBench, intermediateOf, istioFiles, pem } from "./given-files";

describe("What of a mesh's certificates is made elsewhere", () => {
  const bench = new FilesBench();
  let root: TestCa;
  let other: TestCa;
  let division: TestCa;
  let east: TestCa;
  let west: TestCa;

  before(async () => {
    root = await makeCa({ subject: "CN=Company" });
    other = await makeCa({ subject: "CN=Other company" });
    division = await makeCa({ subject: "CN=Division", issuer: root });
    east = await intermediateOf("east", division);
    west = await intermediateOf("west", division);
  });

  async function found(trust: MeshConfig["trust"], sources: KubeconfigSources = noSources): Promise<TrustMaterial> {
    const { material, problems } = await findTrust(
      planOf(meshOf({ east: {}, west: {} }, { trust })),
      bench.directory,
      sources,
    );
    assert.deepEqual(problems.map(formatProblem), []);
    return material;
  }

  async function wrong(trust: MeshConfig["trust"], sources: KubeconfigSources = noSources): Promise<string[]> {
    const { problems } = await findTrust(planOf(meshOf({ east: {}, west: {} }, { trust })), bench.directory, sources);
    for (const problem of problems)
      assert.ok(!/PRIVATE KEY|BEGIN/.test(formatProblem(problem)), formatProblem(problem));
    return problems.map(formatProblem);
  }

  /** The material of both clusters, as every way to give it must end. */
  const whole = (): TrustMaterial => ({
    rootsPem: pem(root),
    sites: ["east", "west"],
    intermediates: new Map(
      Object.entries({ east, west }).map(([site, ca]) => [
        site,
        { certificatePem: pem(ca, division), privateKeyPem: privateKeyPem(ca, "older") },
      ]),
    ),
  });

  it("is nothing where the stack makes everything", async () => {
    assert.deepEqual(await found({}), { intermediates: new Map(), sites: ["east", "west"] });
  });

  it("are roots beside the stack's own, where a file names them", async () => {
    await bench.write("more.pem", pem(other));
    assert.equal((await found({ roots: "more.pem" })).rootsPem, pem(other));
  });

  it("is read from directories as Istio's makefiles write them, with the roots that come along", async () => {
    await bench.writeAll("east", istioFiles(east, [division], root));
    await bench.writeAll("west", istioFiles(west, [division], root));
    const intermediates = { east: { directory: "east" }, west: { directory: "./west" } };
    assert.deepEqual(await found({ root: "given", intermediates }), whole());
  });

  it("is read from directories in the form of kubernetes.io/tls, with CRLF line ends", async () => {
    for (const [site, ca] of Object.entries({ east, west })) {
      await bench.writeAll(site, {
        "tls.crt": pem(ca, division).replaceAll("\n", "\r\n"),
        "tls.key": privateKeyPem(ca, "older").replaceAll("\n", "\r\n"),
        "ca.crt": pem(root),
      });
    }
    const intermediates = { east: { directory: "east" }, west: { directory: "west" } };
    assert.deepEqual(await found({ root: "given", intermediates }), whole());
  });

  it("is read from files, with the roots of a file of their own", async () => {
    await bench.write("roots.pem", pem(root));
    for (const [site, ca] of Object.entries({ east, west })) {
      await bench.write(`${site}.pem`, pem(ca, division, root));
      await bench.write(`${site}-key.pem`, privateKeyPem(ca, "older"));
    }
    const of = (site: string): object => ({ certificate: `${site}.pem`, key: `${site}-key.pem` });
    const trust = { root: "given", roots: "roots.pem", intermediates: { east: of("east"), west: of("west") } };
    assert.deepEqual(await found(trust as MeshConfig["trust"]), whole());
  });

  it("is read from secrets of the configuration and outputs of other stacks, as text and as mappings", async () => {
    await bench.write("roots.pem", pem(root));
    const sources = sourcesOf(
      { east: pem(east, division) + privateKeyPem(east, "older") },
      { pki: { intermediates: { west: istioFiles(west, [division], root) } } },
    );
    const intermediates = {
      east: { configSecret: "east" },
      west: { stack: "pki", output: "intermediates.west" },
    };
    assert.deepEqual(await found({ root: "given", roots: "roots.pem", intermediates }, sources), whole());
  });

  it("is a certificate for the stack's own key, where the root is offline, and none where nothing is signed yet", async () => {
    await bench.write("roots.pem", pem(root));
    await bench.write("east.pem", pem(east, division));
    const trust = {
      root: "offline",
      roots: "roots.pem",
      intermediates: { east: { certificate: "east.pem" } },
    } as const;
    assert.deepEqual(await found(trust), {
      rootsPem: pem(root),
      sites: ["east", "west"],
      intermediates: new Map([["east", { certificatePem: pem(east, division) }]]),
    });
  });

  it("is not read from a Secret that somebody else keeps in the cluster", async () => {
    await bench.write("roots.pem", pem(root));
    const existing = { existingSecret: "cacerts" } as const;
    const { intermediates } = await found({
      root: "given",
      roots: "roots.pem",
      intermediates: { east: existing, west: existing },
    });
    assert.deepEqual(
      [...intermediates],
      [
        ["east", existing],
        ["west", existing],
      ],
    );
  });

  it("is refused for all that is wrong, at once and where it is named", async () => {
    await bench.write("roots.pem", pem(root));
    await bench.write("east.pem", pem(east, division));
    await bench.write("east-key.pem", privateKeyPem(west));
    const intermediates = {
      east: { certificate: "east.pem", key: "east-key.pem" },
      west: { directory: "west" },
    };
    assert.deepEqual(await wrong({ root: "given", roots: "roots.pem", intermediates }), [
      "isthmus:mesh.trust.intermediates.west.directory: expected an intermediate CA: ca-cert.pem, ca-key.pem and what is above, or tls.crt, tls.key, found nothing in directory west. Put the certificate and the key there under these names, or name another place.",
      "isthmus:mesh.trust.intermediates.east.key: expected the key of the intermediate's certificate, found another key. Give the key for which the intermediate's certificate was signed.",
    ]);
  });

  it("is refused when clusters come with different roots, or one without its key", async () => {
    const alone = await intermediateOf("west", other);
    await bench.writeAll("east", { "tls.crt": pem(east, division), "ca.crt": pem(root) });
    await bench.writeAll("west", istioFiles(alone, [], other));
    const problems = await wrong({
      root: "given",
      intermediates: { east: { directory: "east" }, west: { directory: "west" } },
    });
    assert.match(
      problems.join("\n"),
      /intermediates\.west\.directory: expected the same roots as east's intermediate comes with, found others\./,
    );
    assert.match(
      problems.join("\n"),
      /intermediates\.east\.directory: expected the private key of east's intermediate, beside its certificate, found none\./,
    );
  });

  it("is refused when a file is not there, or holds no certificate", async () => {
    await bench.write("east.pem", "nothing of that kind");
    const problems = await wrong({
      root: "offline",
      roots: "roots.pem",
      intermediates: { east: { certificate: "east.pem" }, west: { certificate: "west.pem" } },
    });
    assert.deepEqual(problems, [
      "isthmus:mesh.trust.roots: expected a PEM file with certificates of root CAs, found no such file at roots.pem. Create the file, or name another.",
      "isthmus:mesh.trust.intermediates.west.certificate: expected a PEM file with a certificate, found no such file at west.pem. Create the file, or name another.",
    ]);
  });
});

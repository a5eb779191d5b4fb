import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Revoked } from "../../operations/deployment";
import type { MeshConfig } from "../../topology";
import { certificatesIn, isRevoked, revocationListsIn, rootOf, serialOf } from "../../trust";
import { cacertsOf, publishRoots } from "./paper/istiod";
import { paperCluster, PaperMesh, type CommandEnd } from "./paper/mesh";
import { standingMesh, trustOf } from "./paper/standing";
import { describeEngine } from "./tools";

const sites = ["east", "west"] as const;
const clusters = { east: paperCluster("east"), west: paperCluster("west") };

describeEngine("isthmus trust revoke", (tools) => {
  let mesh: PaperMesh;

  before(async () => {
    mesh = await standingMesh(tools(), sites);
  });
  after(() => mesh.dispose());

  const publish = (): void => {
    for (const site of sites) publishRoots(mesh, site);
  };
  const file = (): string => join(mesh.directory, "Pulumi.paper.yaml");
  const lists = (): string => join(mesh.directory, "revocations.paper.pem");
  const command = (...args: string[]): Promise<CommandEnd> => mesh.command("trust", "revoke", "-o", "json", ...args);

  async function revoke(code: number, ...args: string[]): Promise<Revoked> {
    const run = await command(...args);
    assert.equal(run.code, code, run.stderr);
    for (const text of [run.stdout, run.stderr]) assert.doesNotMatch(text, /PRIVATE KEY/);
    return JSON.parse(run.stdout) as Revoked;
  }

  const trust = (): Promise<MeshConfig["trust"]> => trustOf(mesh);

  /** The intermediate's certificate that an istiod is given. */
  const chainOf = (site: string) => certificatesIn(cacertsOf(mesh, site)["cert-chain.pem"] ?? "");

  it("says what it would do, and changes nothing unless it is told to", async () => {
    const before = await readFile(file(), "utf8");
    const { done, readiness, steps } = await revoke(0, "east");
    assert.deepEqual([done, readiness.kind, steps.map(({ kind }) => kind)], [[], "ready", ["use", "revoke"]]);
    assert.deepEqual([await readFile(file(), "utf8"), existsSync(lists())], [before, false]);
  });

  it("gives the istiod another key, revokes the former certificate everywhere, and keeps nothing of its key", async () => {
    const [stolen] = chainOf("east");
    const istiods = setInterval(publish, 200);
    try {
      const { done, revoked } = await revoke(0, "east", "--yes", "--wait", "2m");
      assert.deepEqual([done.length, revoked.length], [2, 1]);
    } finally {
      clearInterval(istiods);
    }
    assert.ok(stolen);
    const [key = ""] = (await trust())?.intermediateKeys?.["east"]?.keys ?? [];
    assert.match(key, /^from-\d{4}-\d{2}-\d{2}$/);
    assert.deepEqual(await trust(), {
      intermediateKeys: { east: { keys: [key], used: key } },
      revocations: "revocations.paper.pem",
    });
    for (const site of sites) {
      const given = cacertsOf(mesh, site);
      const inForce = revocationListsIn(given["ca-crl.pem"] ?? "");
      const root = rootOf([stolen], certificatesIn(given["root-cert.pem"] ?? ""));
      assert.ok(root && isRevoked(stolen, root, inForce), site);
      assert.equal(given["ca-crl.pem"], await readFile(lists(), "utf8"));
    }
    assert.notEqual(chainOf("east")[0]?.serialNumber, stolen.serialNumber);
    assert.doesNotMatch(await readFile(lists(), "utf8"), /PRIVATE KEY/);
    const { changes } = JSON.parse((await mesh.command("preview", "-o", "json")).stdout) as { changes: object };
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  it("refuses lists that would cut off what is not meant, with nothing changed", async () => {
    const before = await readFile(lists(), "utf8");
    const [first = ""] = before.split(/(?<=-----END X509 CRL-----\n)/);
    await writeFile(lists(), before.replace(first, ""));
    const { code, stderr } = await mesh.command("up", "--yes");
    assert.equal(code, 2, stderr);
    assert.match(stderr, /isthmus:mesh\.trust\.revocations: expected a list of every CA that signs now/);
    await writeFile(lists(), "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n");
    assert.match((await mesh.command("up", "--yes")).stderr, /found block 1, which is no list/);
    await writeFile(lists(), before);
  });

  it("keeps a cluster from joining whose CA no proxy has a list of", async () => {
    const before = await readFile(file(), "utf8");
    const { config, ...rest } = parse(before) as { config: { "isthmus:mesh": MeshConfig } };
    const joined = { ...config["isthmus:mesh"], clusters: { ...clusters, north: paperCluster("north") } };
    await writeFile(file(), JSON.stringify({ ...rest, config: { ...config, "isthmus:mesh": joined } }));
    const { code, stderr } = await mesh.command("up", "--yes");
    assert.equal(code, 2, stderr);
    assert.match(stderr, /expected a CA of north that is there already/);
    await writeFile(file(), before);
  });

  it("lifts what is revoked", async () => {
    const istiods = setInterval(publish, 200);
    try {
      const { readiness, revoked } = await revoke(0, "--lift", "--yes", "--wait", "2m");
      assert.deepEqual([readiness.kind, revoked], ["ready", []]);
    } finally {
      clearInterval(istiods);
    }
  });

  it("is asked for one thing at a time, of a cluster with an istiod", async () => {
    assert.match((await command()).stderr, /found none of them/);
    assert.match((await command("east", "--lift")).stderr, /found a cluster and --lift/);
    assert.match((await command("--lift", "--now")).stderr, /found --now without a cluster/);
    assert.match((await command("nowhere")).stderr, /expected a cluster that an istiod runs in: east, west/);
  });
});

describeEngine("isthmus trust revoke, with a stack for each cluster", (tools) => {
  let mesh: PaperMesh;

  before(async () => {
    mesh = await PaperMesh.create(tools());
    const { code, stderr } = await mesh.isthmus({ id: "mesh1", clusters, stacks: "per-cluster" }, "up", "--yes");
    assert.equal(code, 0, stderr);
  });
  after(() => mesh.dispose());

  it("takes the keys out of the state of the trust, and brings the lists to every cluster's own stack", async () => {
    const [stolen] = certificatesIn(cacertsOf(mesh, "east")["cert-chain.pem"] ?? "");
    const { code, stderr } = await mesh.command("trust", "revoke", "east", "--yes", "--wait", "2m");
    assert.equal(code, 0, stderr);
    assert.ok(stolen);
    for (const site of sites) {
      const lists = revocationListsIn(cacertsOf(mesh, site)["ca-crl.pem"] ?? "");
      assert.ok(
        lists.some(({ revoked }) => revoked.has(serialOf(stolen))),
        site,
      );
    }
    const file = join(mesh.directory, "revocations.paper.pem");
    const [first = "", ...others] = (await readFile(file, "utf8")).split(/(?<=-----END X509 CRL-----\n)/);
    assert.match(first, /X509 CRL/);
    await writeFile(file, others.join(""));
    const refused = await mesh.command("up", "--yes");
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /isthmus:mesh\.trust\.revocations: expected a list of every CA that signs now/);
  });
});

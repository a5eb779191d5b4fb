import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { paperCluster, PaperMesh, type PaperConfig } from "./paper/mesh";
import { describeEngine } from "./tools";

describeEngine("global services in files beside the stack's", (tools) => {
  let mesh: PaperMesh;
  const config: PaperConfig = {
    id: "mesh1",
    clusters: { east: paperCluster("east") },
    namespaces: { shop: {} },
    globalServices: { files: ["services"] },
  };

  before(async () => {
    mesh = await PaperMesh.create(tools());
    await mkdir(join(mesh.directory, "services"));
  });

  after(() => mesh.dispose());

  const describe = (port: string): Promise<void> =>
    writeFile(
      join(mesh.directory, "services", "orders.yaml"),
      `orders: { namespace: shop, selector: { app: orders }, ports: { http: { port: ${port} } } }\n`,
    );

  it("are seen by Pulumi alone and by the command line, and a change of the file is one of the mesh", async () => {
    await describe("80");
    const { code, stderr } = await mesh.isthmus(config, "up", "--yes", "--quiet");
    assert.equal(code, 0, stderr);
    assert.match(await mesh.pulumi("stack", "--stack", "paper"), /GlobalService +mesh-east-global-service\.orders/);
    assert.match(await mesh.pulumi("preview", "--stack", "paper", "--expect-no-changes"), /unchanged/);
    await describe("81");
    await assert.rejects(mesh.pulumi("preview", "--stack", "paper", "--expect-no-changes"), /no changes were expected/);
    const changed = await mesh.command("preview");
    assert.equal(changed.code, 0, changed.stderr);
    assert.match(changed.stdout, /orders/);
  });

  it("are refused by both with the file's name", async () => {
    await describe("none");
    const expected = /services\/orders\.yaml: orders\.ports\.http\.port: expected/;
    await assert.rejects(mesh.pulumi("preview", "--stack", "paper"), expected);
    const { code, stderr } = await mesh.command("preview");
    assert.equal(code, 2);
    assert.match(stderr, expected);
  });
});

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readMesh } from "../../../access";
import { ConfigurationError, planMesh, type MeshConfig } from "../../../topology";
import { twoPrimaries } from "../../support/plans";

type Services = NonNullable<NonNullable<MeshConfig["globalServices"]>["services"]>;

const service = (name: string): Services[string] => ({
  namespace: "shop",
  selector: { app: name },
  ports: { http: { port: 80 } },
});

/** The same in YAML. */
const written = (...names: readonly string[]): string =>
  names
    .map((name) => `${name}: { namespace: shop, selector: { app: ${name} }, ports: { http: { port: 80 } } }\n`)
    .join("");

const meshNaming = (files: readonly string[], services: Services = {}): MeshConfig => ({
  ...twoPrimaries,
  namespaces: { shop: {} },
  globalServices: { services, files: [...files] },
});

describe("global services in files beside the stack's", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-services-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const put = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), text);
    }
  };

  const problemsOf = async (config: unknown): Promise<readonly string[]> => {
    try {
      await readMesh(config, directory);
    } catch (error) {
      assert.ok(error instanceof ConfigurationError, String(error));
      return error.message.split("\n");
    }
    return [];
  };

  it("are as those of the stack's file", async () => {
    await put({
      "services/a.yaml": written("orders", "cart"),
      "services/b.yml": written("bills"),
      "one.yaml": written("shop"),
    });
    const read = planMesh(await readMesh(meshNaming(["services", "one.yaml"], { own: service("own") }), directory));
    const services = Object.fromEntries(
      ["bills", "cart", "orders", "own", "shop"].map((name) => [name, service(name)]),
    );
    const inOne = planMesh(await readMesh({ ...meshNaming([]), globalServices: { services } }, directory));
    assert.deepEqual(read.globalServices, inOne.globalServices);
    assert.equal(read.globalServices.services.length, 5);
  });

  it("count once where file and directory are named, and not at all where nothing stands in them", async () => {
    await put({
      "services/a.yaml": written("orders"),
      "services/b.yaml": "# none yet\n",
      "services/README.md": "words",
    });
    const { globalServices } = await readMesh(meshNaming(["services/a.yaml", "./services"]), directory);
    assert.deepEqual(Object.keys(globalServices.services), ["orders"]);
  });

  it("have problems that name the file, all at once with those of the configuration", async () => {
    await put({
      "a.yaml": "orders: { namespace: shop, selector: { app: orders }, ports: { http: { port: many } } }\n",
    });
    const config = { ...meshNaming(["a.yaml"]), id: "No Label" };
    const problems = await problemsOf(config);
    assert.ok(
      problems.some((line) => line.startsWith("isthmus:mesh.id: ")),
      problems.join("\n"),
    );
    assert.ok(
      problems.some((line) => line.startsWith("a.yaml: orders.ports.http.port: ")),
      problems.join("\n"),
    );
    assert.ok(!problems.some((line) => line.includes("globalServices.services")), problems.join("\n"));
  });

  it("have rules that name the file, too", async () => {
    await put({
      "a.yaml": written("orders"),
      "b.yaml":
        "bills: { name: orders.shop.mesh.internal, namespace: shop, selector: { app: b }, ports: { http: { port: 80 } } }\n",
    });
    assert.deepEqual(await problemsOf(meshNaming(["a.yaml", "b.yaml"])), [
      'a.yaml: orders: expected a name of its own, found "orders.shop.mesh.internal", the name at b.yaml: bills.name. Give one of the two another name: one name is one service everywhere.',
    ]);
  });

  it("are described in one place alone", async () => {
    await put({ "a.yaml": written("orders", "shop"), "b.yaml": written("orders") });
    assert.deepEqual(await problemsOf(meshNaming(["a.yaml", "b.yaml"], { shop: service("shop") })), [
      'a.yaml: shop: expected a global service that is described once, found "shop", which isthmus:mesh.globalServices.services.shop describes as well. Remove one of the two, or give it another name.',
      'b.yaml: orders: expected a global service that is described once, found "orders", which a.yaml: orders describes as well. Remove one of the two, or give it another name.',
    ]);
  });

  it("are refused in words where they cannot be read", async () => {
    await put({
      "twice.yaml": `${written("orders")}${written("orders")}`,
      "list.yaml": "- orders\n",
      "empty/README.md": "",
    });
    assert.deepEqual(
      await problemsOf(meshNaming(["gone.yaml", "services/*.yaml", "twice.yaml", "list.yaml", "empty"])),
      [
        "gone.yaml: expected a file with global services, or a directory of these, found no such file. Mend isthmus:mesh.globalServices.files, whose paths start from the project's directory.",
        "services/*.yaml: expected a file with global services, or a directory of these, found no such file. Name the directory in isthmus:mesh.globalServices.files: all its files count whose names end in `.yaml`.",
        "twice.yaml: orders: expected each key once, found `orders` twice, in lines 1 and 2 of twice.yaml. Remove one of the two, or join them.",
        "empty: expected a directory with files whose names end in `.yaml`, found none of these in it. Put the files with global services there, or take it out of isthmus:mesh.globalServices.files.",
        "list.yaml: expected a mapping of global services by name, found a list of 1. Write the services as they would stand below `globalServices.services`, each by its name.",
      ],
    );
  });

  it("leave what is written wrongly in the configuration to its own problems", async () => {
    await put({ "a.yaml": written("orders") });
    assert.match((await problemsOf({ ...meshNaming([]), globalServices: { files: "a.yaml" } })).join("\n"), /files/);
    assert.match(
      (await problemsOf({ ...meshNaming([]), globalServices: { files: ["a.yaml"], services: [] } })).join("\n"),
      /^isthmus:mesh\.globalServices\.services: /,
    );
    assert.ok((await problemsOf("no mesh")).length > 0);
  });
});

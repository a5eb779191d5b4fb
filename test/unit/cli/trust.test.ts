import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { madeLines } from "../../../cli/made-files";

const repository = join(__dirname, "../../..");

describe("isthmus trust", function () {
  this.timeout(60_000);
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-trust-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const isthmus = (...args: string[]): { code: number | null; stdout: string; stderr: string } => {
    const command = [join(repository, "bin/isthmus.js"), "trust", ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: directory, encoding: "utf8" });
    for (const said of [stdout, stderr]) assert.doesNotMatch(said, /PRIVATE KEY|undefined/);
    return { code: status, stdout, stderr };
  };

  it("makes a root, the intermediates below it and a workload's certificate, and clears them away, outside of any project", () => {
    const root = isthmus("root", "root", "--mesh", "mesh1");
    assert.deepEqual([root.code, root.stderr], [0, ""]);
    assert.match(
      root.stdout,
      /^root\/root-key\.pem {3}key of the root CA: keep it offline\nroot\/root-cert\.pem {2}root CA, until \d{4}-\d\d-\d\d, SHA-256 [0-9A-F:]{95}\n$/,
    );
    const made = isthmus("intermediate", "east", "west", "--mesh", "mesh1", "--root", "root", "-o", "json");
    const { files } = JSON.parse(made.stdout) as { files: { path: string; isSecret: boolean }[] };
    assert.equal(files.length, 8);
    assert.deepEqual(
      files.filter(({ isSecret }) => isSecret).map(({ path }) => path),
      ["east/ca-key.pem", "west/ca-key.pem"],
    );
    const workload = isthmus(..."workload --namespace shop --trust-domain mesh1.internal --ca east".split(" "));
    assert.equal(workload.code, 0, workload.stderr);
    assert.match(readFileSync(join(directory, "shop-default/key.pem"), "utf8"), /^-----BEGIN PRIVATE KEY-----\n/);

    const unasked = isthmus("clean");
    assert.equal(unasked.code, 2);
    assert.match(unasked.stderr, /root\/root-key\.pem[^]*expected --yes, or a terminal/);
    assert.ok(existsSync(join(directory, "root/root-key.pem")));
    assert.equal(isthmus("clean", "--yes").code, 0);
    assert.equal(existsSync(join(directory, "root")), false);
    assert.equal(isthmus("clean").stdout, "nothing to remove\n");
  });

  it("ends with 2 and makes nothing where it is told wrong", () => {
    for (const [args, word] of [
      [["root"], /--mesh/],
      [["root", "--mesh", "Mesh 1"], /--mesh: expected the mesh's id, a DNS label/],
      [["root", "--mesh", "mesh1", "--lifetime", "0"], /from 1 to 3650/],
      [["root", "--mesh", "mesh1", "--key-algorithm", "rsa-1024"], /rsa-1024/],
      [["sign", "east.csr"], /root-cert\.pem: expected a file in PEM, found no such file/],
      [["intermediate", "../east", "--mesh", "mesh1"], /a cluster's name, a DNS label/],
      [["fetch-root", "--kubeconfig", "none"], /--kubeconfig: .*none/],
    ] as const) {
      const { code, stderr } = isthmus(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, word);
    }
    assert.equal(existsSync(join(directory, "root-key.pem")), false);
  });

  it("loads neither Pulumi nor the Kubernetes client", () => {
    const script = `process.argv.push("trust", "root", "--mesh", "mesh1"); require(${JSON.stringify(join(repository, "bin/isthmus.js"))}); process.on("exit", () => console.error(Object.keys(require.cache).filter((file) => /node_modules.(@pulumi|@kubernetes|@peculiar)/.test(file)).join()))`;
    const { stderr, status } = spawnSync(process.execPath, ["-e", script, "isthmus"], {
      cwd: directory,
      encoding: "utf8",
    });
    assert.deepEqual([stderr.trim(), status], ["", 0]);
    assert.ok(existsSync(join(directory, "root-key.pem")));
  });

  it("says of each file where it is and what it holds", () => {
    const key = { path: "a/ca-key.pem", holds: "key", isSecret: true };
    const roots = {
      path: "a/root.pem",
      holds: "root",
      isSecret: false,
      fingerprint: "AB",
      notAfter: "2031-01-02T03:04:05Z",
    };
    assert.deepEqual(madeLines([key, roots]), [
      "a/ca-key.pem  key",
      "a/root.pem    root, until 2031-01-02, SHA-256 AB",
    ]);
    assert.deepEqual(madeLines([]), []);
  });
});

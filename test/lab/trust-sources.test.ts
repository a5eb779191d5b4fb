import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificatesIn } from "../../trust";
import { isthmus } from "../support/isthmus";
import { allPairs, kubectl, leftIn, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-trust");
const system = ["--namespace", "istio-system"];

/** Certificates that the stack does not make: real istiods sign with them, and real calls are answered. */
describeInTurn("trust", "certificates from elsewhere, on the lab", function () {
  this.timeout(10 * 60_000);
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-lab-trust-"));
    stack.write({});
    await stack.labUp();
    await made("root", join(directory, "root"), "--mesh", "mesh1");
  });

  after(async () => {
    stack.remove();
    await rm(directory, { recursive: true });
  });

  async function made(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await isthmus("trust", ...args);
    assert.equal(code, 0, stderr);
  }

  /** The roots that workloads of a cluster trust are those of the file. */
  async function ensureTrusts(cluster: string): Promise<void> {
    const json = await kubectl(cluster, ...system, "get", "configmap", "istio-ca-root-cert", "--output", "json");
    const { data } = JSON.parse(json) as { data: Readonly<Record<string, string>> };
    const wanted = certificatesIn(await readFile(join(directory, "root", "root-cert.pem"), "utf8"));
    assert.deepEqual(
      certificatesIn(data["root-cert.pem"] ?? "").map(({ fingerprint256 }) => fingerprint256),
      wanted.map(({ fingerprint256 }) => fingerprint256),
      cluster,
    );
  }

  it("are signed for the stack's own keys by a root that never comes near it", async () => {
    const roots = join(directory, "root", "root-cert.pem");
    stack.write({ trust: { root: "offline", roots } });
    const first = await stack.up();
    assert.deepEqual(first.outputs.clusters, {});
    await made("requests", join(directory, "requests"), "--stack", stack.name);
    const requests = ["east", "west"].map((cluster) => join(directory, "requests", `${cluster}.csr`));
    const root = join(directory, "root");
    await made("sign", ...requests, "--root", root, "--out", join(directory, "signed"));
    const of = (cluster: string): { directory: string } => ({ directory: join(directory, "signed", cluster) });
    stack.write({ trust: { root: "offline", roots, intermediates: { east: of("east"), west: of("west") } } });
    await stack.up();
    await stack.settled();
    for (const cluster of ["east", "west"]) await ensureTrusts(cluster);
    assert.deepEqual(await stack.verified(), allPairs(["east", "west"]));
    await stack.destroy();
    for (const cluster of ["east", "west"]) assert.deepEqual(await leftIn(cluster), [], cluster);
  });

  it("are given with their keys, or are in the cluster already and somebody else's", async () => {
    const root = join(directory, "root");
    await made("intermediate", "east", "west", "--mesh", "mesh1", "--root", root, "--out", join(directory, "given"));
    const west = (file: string): string => join(directory, "given", "west", file);
    await kubectl("west", "create", "namespace", "istio-system");
    const files = [
      `--from-file=tls.crt=${west("cert-chain.pem")}`,
      `--from-file=tls.key=${west("ca-key.pem")}`,
      `--from-file=ca.crt=${west("root-cert.pem")}`,
    ];
    await kubectl("west", ...system, "create", "secret", "generic", "cacerts", ...files);
    stack.write({
      trust: {
        root: "given",
        roots: join(root, "root-cert.pem"),
        intermediates: { east: { directory: join(directory, "given", "east") }, west: { existingSecret: "cacerts" } },
      },
    });
    await stack.up();
    await stack.settled();
    for (const cluster of ["east", "west"]) await ensureTrusts(cluster);
    assert.deepEqual(await stack.verified(), allPairs(["east", "west"]));
    const drift = await isthmus("drift", "--stack", stack.name);
    assert.equal(drift.code, 0, drift.stdout + drift.stderr);
    await stack.destroy();
    assert.deepEqual(await leftIn("east"), []);
    assert.match(await kubectl("west", ...system, "get", "secrets", "--output", "name"), /secret\/cacerts/);
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { labEnvironment, labPaths } from "../../lab";
import { isthmus, repository } from "../support/isthmus";

const execute = promisify(execFile);
const clusters = ["east", "west"] as const;

async function run(program: string, ...args: string[]): Promise<string> {
  const options = { env: { ...process.env, ...labEnvironment() }, cwd: repository, maxBuffer: 2 ** 26 };
  const { stdout, stderr } = await execute(program, args, options);
  return stdout + stderr;
}

const pulumi = (...args: string[]): Promise<string> => run("pulumi", "--non-interactive", "--stack", "dev", ...args);
const kubectl = (cluster: string, ...args: string[]): Promise<string> =>
  run("kubectl", "--context", `lab-${cluster}`, ...args);

/** A Secret's data, decoded. */
async function secret(cluster: string, name: string): Promise<Record<string, string>> {
  const { data } = JSON.parse(await kubectl(cluster, "-n", "istio-system", "get", "secret", name, "-o", "json")) as {
    data: Record<string, string>;
  };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
}

/** A value as it is, and the middle of its base64 wherever it may begin in what was encoded. */
function spellings(value: string): string[] {
  const encoded = [0, 1, 2].map((offset) =>
    Buffer.from(" ".repeat(offset) + value)
      .toString("base64")
      .slice(4, 44),
  );
  return [value, ...encoded];
}

interface Outputs {
  readonly mesh: {
    readonly id: string;
    readonly trustDomain: string;
    readonly rootFingerprint: string;
    readonly roots: readonly { readonly name: string; readonly fingerprint: string; readonly notAfter: string }[];
  };
  readonly clusters: Readonly<
    Record<
      string,
      {
        readonly eastWest: { readonly addresses: readonly string[]; readonly port: number };
        readonly intermediate: { readonly notAfter: string; readonly root: string };
      }
    >
  >;
}

/** What Pulumi's own command does with the program, without ours. */
describe("pulumi on the lab", function () {
  this.timeout(10 * 60_000);
  let said: string;

  before(async () => {
    const lab = await isthmus("lab", "up");
    assert.equal(lab.code, 0, lab.stderr);
    await run("pulumi", "--non-interactive", "stack", "select", "--create", "dev");
    await pulumi("destroy", "--yes", "--skip-preview");
    said = await pulumi("up", "--yes", "--skip-preview");
  });

  it("says in the outputs what there is to know", async () => {
    const outputs = JSON.parse(await pulumi("stack", "output", "--json")) as Outputs;
    assert.match(outputs.mesh.rootFingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const { rootFingerprint, roots, ...mesh } = outputs.mesh;
    assert.deepEqual(mesh, { id: "mesh1", trustDomain: "mesh1.internal", mtls: "strict" });
    assert.deepEqual(
      roots.map(({ name, fingerprint }) => [name, fingerprint]),
      [["first", rootFingerprint]],
    );
    assert.ok(Date.parse(roots[0]?.notAfter ?? "") > Date.now());
    for (const cluster of clusters) {
      const { eastWest, intermediate, ...rest } = outputs.clusters[cluster] ?? assert.fail(`no output for ${cluster}`);
      const uid = await kubectl(cluster, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}");
      assert.deepEqual(rest, {
        uid,
        model: "multi-primary-multi-network",
        network: cluster,
        controlPlane: cluster,
        revision: "default",
      });
      const jsonPath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
      const address = await kubectl(
        cluster,
        "-n",
        "istio-system",
        "get",
        "service",
        "istio-eastwestgateway",
        "-o",
        jsonPath,
      );
      assert.deepEqual(eastWest, { addresses: [address], port: 15443 });
      assert.ok(Date.parse(intermediate.notAfter) > Date.now());
      assert.equal(intermediate.root, rootFingerprint);
    }
  });

  it("has nothing to change a second time, and finds no drift", async () => {
    await pulumi("preview", "--expect-no-changes");
    await pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
    await pulumi("refresh", "--preview-only", "--expect-no-changes");
  });

  it("gave istiod its intermediate, and the gateway its image, before they started", async () => {
    for (const cluster of clusters) {
      const created = "jsonpath={.metadata.creationTimestamp}";
      const secretAt = await kubectl(cluster, "-n", "istio-system", "get", "secret", "cacerts", "-o", created);
      const istiodAt = await kubectl(cluster, "-n", "istio-system", "get", "deployment", "istiod", "-o", created);
      assert.ok(Date.parse(secretAt) <= Date.parse(istiodAt), `${secretAt} before ${istiodAt}`);
      const events = await kubectl(cluster, "-n", "istio-system", "get", "events", "-o", "jsonpath={.items[*].reason}");
      assert.doesNotMatch(events, /ErrImagePull|InspectFailed|BackOff|FailedCreate/, cluster);
    }
  });

  it("has the metrics that the rules for Prometheus go by", async () => {
    const rules = await readFile(join(repository, "docs/prometheus/isthmus.rules.yaml"), "utf8");
    const wanted = [...new Set(rules.match(/\b(citadel|istiod|istio_agent)_\w+/g))].sort();
    assert.equal(wanted.length, 4, rules);
    const system = ["--namespace", "istio-system"];
    const podOf = async (app: string): Promise<string> => {
      const pod = "jsonpath={.items[0].metadata.name}";
      return kubectl("east", ...system, "get", "pods", "--selector", `app=${app}`, "-o", pod);
    };
    const [istiod, gateway] = [await podOf("istiod"), await podOf("istio-eastwestgateway")];
    const metrics = [
      await kubectl("east", ...system, "exec", istiod, "--", "pilot-discovery", "request", "GET", "/metrics"),
      await kubectl(
        "east",
        "get",
        "--raw",
        `/api/v1/namespaces/istio-system/pods/${gateway}:15020/proxy/stats/prometheus`,
      ),
    ].join("\n");
    for (const metric of wanted) assert.match(metrics, new RegExp(`^${metric}[{ ]`, "m"));
    const synced = /^istiod_remote_cluster_sync_status\{cluster="west",cluster_type="remote",status="synced"\} 1$/m;
    assert.match(metrics, synced);
  });

  it("lets no key and no token into the state, the history, the outputs or what it says", async () => {
    const secrets = new Map<string, string>();
    for (const cluster of clusters) {
      const token = (await secret(cluster, "istio-reader-service-account-isthmus"))["token"] ?? assert.fail("no token");
      const key = (await secret(cluster, "cacerts"))["ca-key.pem"] ?? assert.fail("no key");
      secrets.set(`${cluster}'s reader token`, token);
      secrets.set(`${cluster}'s intermediate key`, key.split("\n")[1] ?? assert.fail("an empty key"));
    }
    const state = labPaths().pulumi;
    const entries = await readdir(state, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    assert.ok(files.length > 0, "the state is in files");
    const places = new Map<string, string>([
      ["the output of pulumi up", said],
      ["the outputs", await pulumi("stack", "output", "--json")],
      ["a detailed preview", await pulumi("preview", "--diff", "--show-sames")],
      ["the export", await pulumi("stack", "export")],
    ]);
    for (const file of files) places.set(file, await readFile(file, "latin1"));
    for (const [place, text] of places) {
      assert.doesNotMatch(text, /PRIVATE KEY|client-key-data/, place);
      for (const [what, value] of secrets) {
        for (const spelling of spellings(value)) assert.ok(!text.includes(spelling), `${what} is in ${place}`);
      }
    }
  });

  it("destroys everything but Istio's definitions", async () => {
    await pulumi("destroy", "--yes", "--skip-preview");
    for (const cluster of clusters) {
      const kinds =
        "namespaces,mutatingwebhookconfigurations,validatingwebhookconfigurations,clusterroles,clusterrolebindings";
      const left = (await kubectl(cluster, "get", kinds, "-o", "name"))
        .split("\n")
        .filter((name) => /istio|isthmus/.test(name));
      assert.deepEqual(left, [], cluster);
      assert.match(await kubectl(cluster, "get", "crds", "-o", "name"), /virtualservices\.networking\.istio\.io/);
    }
  });
});

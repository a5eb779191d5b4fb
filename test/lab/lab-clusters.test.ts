import assert from "node:assert/strict";
import { once } from "node:events";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { labDown, labEnvironment, labStatus, labUp, stateDirectory, type LabCluster, type LabStatus } from "../../lab";
import { withLabLock } from "../../lab/lock";
import { silentProgress } from "../../lab/progress";

const execute = promisify(execFile);

const east = { name: "east", network: "east" };
const west = { name: "west", network: "west" };
/** On the same network as east. */
const edge = { name: "edge", network: "east" };

/** A client and a server in each cluster, the latter behind a LoadBalancer. */
const workload = `
apiVersion: v1
kind: Namespace
metadata: { name: path-test }
---
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: path-test }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: client, image: "lab.local/curl:lab", command: [/bin/sleep, "86400"] }]
---
apiVersion: v1
kind: Pod
metadata: { name: server, namespace: path-test, labels: { app: server } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: server
      image: lab.local/istio/examples-helloworld-v1:1.0
      readinessProbe: { periodSeconds: 1, tcpSocket: { port: 5000 } }
---
apiVersion: v1
kind: Service
metadata: { name: server, namespace: path-test }
spec: { type: LoadBalancer, selector: { app: server }, ports: [{ port: 5000 }] }
`;

const kubectl = async (cluster: string, ...args: string[]): Promise<string> => {
  const { stdout } = await execute("kubectl", ["--context", `lab-${cluster}`, ...args], {
    env: { ...process.env, ...labEnvironment() },
  });
  return stdout;
};

const apply = (cluster: string, manifest: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn("kubectl", ["--context", `lab-${cluster}`, "apply", "-f", "-"], {
      env: { ...process.env, ...labEnvironment() },
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`kubectl apply: ${String(code)}`));
    });
    child.stdin.end(manifest);
  });

/** What a GET from a cluster's client is answered, or curl's exit code. */
async function get(cluster: string, url: string): Promise<string> {
  const exec = ["exec", "--namespace", "path-test", "client", "--", "/usr/bin/curl", "-sS", "--max-time", "5", url];
  try {
    return (await kubectl(cluster, ...exec)).trim();
  } catch (error) {
    return /exit code (\d+)/.exec((error as Error).message)?.[1] ?? (error as Error).message;
  }
}

/** A Service that is just made is known to kube-proxy, MetalLB and CoreDNS a moment later. */
async function eventually(cluster: string, url: string, expected: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  let actual = await get(cluster, url);
  while (actual !== expected && performance.now() < deadline) actual = await get(cluster, url);
  assert.equal(actual, expected, `${cluster} to ${url}`);
}

const field = (cluster: string, object: string, path: string): Promise<string> =>
  kubectl(cluster, "get", "--namespace", "path-test", object, "-o", `jsonpath={${path}}`);

/** curl's code for a connection that was refused or had no way. */
const noConnection = "7";
const answer = "Hello version: v1, instance: server";

describe("the lab's clusters", function () {
  this.timeout(300_000);
  let projectDirectory: string;
  const up = (...clusters: LabCluster[]): Promise<LabStatus> =>
    labUp({ clusters, projectDirectory, stack: "test", progress: silentProgress });

  before(async () => {
    projectDirectory = mkdtempSync(join(tmpdir(), "isthmus-lab-test-"));
    await labDown({ progress: silentProgress });
  });
  after(async () => {
    await labDown({ progress: silentProgress });
    rmSync(projectDirectory, { recursive: true });
  });

  describe("that start", () => {
    it("come up from nothing, all of them working", async () => {
      const status = await up(east, west);
      assert.equal(status.ready, true);
      assert.deepEqual(
        status.clusters.map(({ name, ready, components }) => [name, ready, components.length]),
        [
          ["east", true, 7],
          ["west", true, 7],
        ],
      );
      assert.equal(readlinkSync(join(projectDirectory, ".lab")), stateDirectory());
    });

    it("stand already when they are brought up again", async () => {
      const before = pids(await labStatus());
      const startMs = performance.now();
      assert.deepEqual(pids(await up(east, west)), before);
      assert.ok(performance.now() - startMs < 10_000);
    });

    it("take in another cluster without touching the others", async () => {
      const before = pids(await labStatus());
      const after = pids(await up(east, west, edge));
      assert.deepEqual({ ...after, ...before }, after);
      assert.equal(Object.keys(after).length, 21);
    });
  });

  describe("for their pods", () => {
    const addresses: Record<string, { pod: string; service: string; loadBalancer: string }> = {};
    const of = (cluster: string) => {
      const found = addresses[cluster];
      assert.ok(found);
      return found;
    };
    const server = (address: string) => `http://${address}:5000/hello`;

    before(async () => {
      await Promise.all(
        ["east", "edge", "west"].map(async (cluster) => {
          await apply(cluster, workload);
          await kubectl(
            cluster,
            "wait",
            "-n",
            "path-test",
            "--for=condition=Ready",
            "pod/client",
            "pod/server",
            "--timeout=60s",
          );
          addresses[cluster] = {
            pod: await field(cluster, "pod/server", ".status.podIP"),
            service: await field(cluster, "service/server", ".spec.clusterIP"),
            loadBalancer: await field(cluster, "service/server", ".status.loadBalancer.ingress[0].ip"),
          };
        }),
      );
    });

    it("give LoadBalancers that every cluster reaches", async () => {
      for (const from of ["east", "edge", "west"]) {
        for (const to of ["east", "edge", "west"]) {
          await eventually(from, server(of(to).loadBalancer), answer);
        }
      }
    });

    it("route pods and Services between clusters on one network", async () => {
      assert.equal(await get("east", server(of("edge").pod)), answer);
      assert.equal(await get("edge", server(of("east").pod)), answer);
      assert.equal(await get("edge", server(of("east").service)), answer);
    });

    it("leave pods their own address on one network", async () => {
      const client = await field("east", "pod/client", ".status.podIP");
      await get("east", server(of("edge").pod));
      const connections = await execute("nsenter", ["--net=/run/netns/isthmus-edge", "cat", "/proc/net/nf_conntrack"]);
      const seen = connections.stdout
        .split("\n")
        .filter((line) => line.includes(`dst=${of("edge").pod} `) && line.includes("dport=5000"));
      assert.ok(seen.some((line) => line.includes(`src=${client} `)));
    });

    it("reach no pod and no Service on another network", async () => {
      assert.equal(await get("west", server(of("east").pod)), noConnection);
      assert.equal(await get("west", server(of("east").service)), noConnection);
      assert.equal(await get("east", server(of("west").pod)), noConnection);
    });

    it("send nothing to the outside, and say so at once", async () => {
      const startMs = performance.now();
      for (const address of ["192.0.2.1", "198.51.100.1", "203.0.113.1"]) {
        assert.equal(await get("east", `http://${address}/`), noConnection);
      }
      assert.equal(await get("east", "http://example.com/"), "6", "curl's code for a name that does not exist");
      assert.ok(performance.now() - startMs < 8_000);
    });

    it("resolve Services by name", async () => {
      await eventually("east", server("server.path-test.svc.cluster.local"), answer);
    });

    it("can be asked for logs and answer on the machine itself", async () => {
      assert.equal(await kubectl("east", "logs", "-n", "path-test", "client"), "");
      const response = await fetch(server(of("west").loadBalancer));
      assert.equal((await response.text()).trim(), answer);
    });
  });

  describe("that change or die", () => {
    it("let go of a cluster that is no longer wanted", async () => {
      const before = pids(await labStatus());
      const after = pids(await up(east, west));
      assert.deepEqual(
        Object.keys(before)
          .filter((key) => !(key in after))
          .every((key) => key.startsWith("edge/")),
        true,
      );
      assert.ok(!existsSync("/run/netns/isthmus-edge"));
    });

    for (const component of [
      "etcd",
      "kube-apiserver",
      "containerd",
      "kubelet",
      "kube-proxy",
      "kube-scheduler",
      "kube-controller-manager",
    ]) {
      it(`come back after ${component} was killed`, async () => {
        const before = pids(await labStatus());
        process.kill(before[`east/${component}`] ?? assert.fail(), "SIGKILL");
        await delay(100);
        assert.equal((await labStatus()).ready, false);
        const status = await up(east, west);
        assert.equal(status.ready, true);
        const after = pids(status);
        assert.deepEqual(
          Object.keys(after).filter((key) => after[key] !== before[key]),
          [`east/${component}`],
        );
      });
    }

    it("end what a killed start left about to become a component", async () => {
      const before = pids(await labStatus());
      const etcd = before["east/etcd"] ?? assert.fail();
      const groups = readFileSync(`/proc/${String(etcd)}/cgroup`, "utf8").matchAll(
        /^\d+:([^,:\n]*).*:(\/isthmus-lab\/.*)$/gm,
      );
      const joins = [...groups].map(
        ([, controller, group]) => `echo $$ > /sys/fs/cgroup/${controller}${group}/cgroup.procs`,
      );
      const late = spawn("/bin/sh", ["-ec", [...joins, "echo there", "read -r never"].join("\n")]);
      const ended = once(late, "exit");
      await once(late.stdout, "data");
      process.kill(etcd, "SIGKILL");
      assert.equal((await up(east, west)).ready, true);
      late.stdin.end();
      assert.deepEqual(await ended, [null, "SIGKILL"]);
    });

    it("come back with their objects after everything was killed", async () => {
      for (const pid of ownProcesses()) process.kill(pid, "SIGKILL");
      await delay(200);
      assert.equal((await up(east, west)).ready, true);
      await kubectl("east", "wait", "-n", "path-test", "--for=condition=Ready", "pod/client", "--timeout=60s");
      assert.equal(await field("east", "service/server", ".spec.type"), "LoadBalancer");
    });

    it("name the component and its last lines when one cannot start", async () => {
      const etcd = pids(await labStatus())["west/etcd"] ?? assert.fail();
      process.kill(etcd, "SIGKILL");
      const member = join(stateDirectory(), "clusters/west/etcd/member");
      rmSync(member, { recursive: true });
      writeFileSync(member, "not a directory");
      await assert.rejects(
        up(east, west),
        /etcd of cluster west has ended\. .*\/west\/etcd\.log:\n.*not a directory\n.*isthmus lab down/s,
      );
    });

    it("can be waited for: one command changes the lab at a time", async () => {
      const order: string[] = [];
      let holder: number | undefined;
      const first = withLabLock(
        async () => {
          order.push("first begins");
          await delay(300);
          order.push("first ends");
        },
        () => assert.fail(),
      );
      await delay(50);
      const second = withLabLock(
        () => Promise.resolve(order.push("second")),
        (pid) => (holder = pid),
      );
      await Promise.all([first, second]);
      assert.deepEqual(order, ["first begins", "first ends", "second"]);
      assert.equal(holder, process.pid);
    });

    for (const delayMs of [300, 1500, 4000]) {
      it(`survive that their start is killed after ${String(delayMs)} ms`, async () => {
        await labDown({ progress: silentProgress });
        const script = `require("./lab").labUp({ clusters: ${JSON.stringify([east, west])}, projectDirectory: ${JSON.stringify(projectDirectory)}, stack: "test", progress: require("./lab/progress").silentProgress })`;
        const child = spawn(process.execPath, ["-r", "tsx/cjs", "-e", script], { stdio: "ignore" });
        await delay(delayMs);
        child.kill("SIGKILL");
        assert.equal((await up(east, west)).ready, true);
        const names = ownProcesses()
          .map(programOf)
          .filter((name) => name === "etcd" || name === "kubelet");
        assert.deepEqual(names.sort(), ["etcd", "etcd", "kubelet", "kubelet"]);
      });
    }

    it("may be API servers alone, whose pods are made and never run, and become whole ones", async () => {
      const named = { name: "paper", network: "paper" };
      const status = await up({ ...named, nodes: "none" });
      assert.equal(status.ready, true);
      assert.deepEqual(Object.keys(pids(status)), [
        "paper/etcd",
        "paper/kube-apiserver",
        "paper/kube-controller-manager",
      ]);
      await kubectl("paper", "create", "deployment", "idle", "--image=lab.local/none");
      await kubectl("paper", "wait", "--for=jsonpath={.status.unavailableReplicas}=1", "deployment/idle");
      assert.equal(await kubectl("paper", "get", "pods", "-o", "jsonpath={.items[*].status.phase}"), "Pending");
      const whole = await up(named);
      assert.equal(whole.ready, true);
      assert.equal(Object.keys(pids(whole)).length, 7);
      assert.equal(await kubectl("paper", "get", "deployments", "-o", "name"), "");
    });

    it("leave no trace when they go down, and may do so twice", async () => {
      await labDown({ progress: silentProgress });
      await labDown({ progress: silentProgress });
      assert.deepEqual(ownProcesses(), []);
      assert.deepEqual(
        [stateDirectory(), "/run/isthmus-lab", "/sys/class/net/isthmus0", join(projectDirectory, ".lab")].filter(
          (path) => existsSync(path),
        ),
        [],
      );
      const namespaces = existsSync("/run/netns") ? readdirSync("/run/netns") : [];
      assert.deepEqual(
        namespaces.filter((name) => name.startsWith("isthmus")),
        [],
      );
      assert.doesNotMatch(readFileSync("/proc/self/mountinfo", "utf8"), /isthmus-lab/);
      assert.equal((await labStatus()).exists, false);
    });
  });
});

/** Process ids by `cluster/component`. */
function pids(status: LabStatus): Record<string, number> {
  return Object.fromEntries(
    status.clusters.flatMap(({ name, components }) =>
      components.map((component) => [`${name}/${component.name}`, component.pid ?? assert.fail(component.name)]),
    ),
  );
}

/** Every process in the lab's cgroups, in whichever hierarchy. */
function ownProcesses(): number[] {
  const roots = existsSync("/sys/fs/cgroup/cgroup.controllers") ? [""] : readdirSync("/sys/fs/cgroup");
  const groups = roots.map((root) => join("/sys/fs/cgroup", root, "isthmus-lab")).filter((group) => existsSync(group));
  const files = groups.flatMap((group) =>
    readdirSync(group, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith("cgroup.procs"))
      .map((file) => join(group, file)),
  );
  const found = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map(Number),
  );
  return [...new Set(found)];
}

const programOf = (pid: number): string => readFileSync(`/proc/${String(pid)}/comm`, "utf8").trim();

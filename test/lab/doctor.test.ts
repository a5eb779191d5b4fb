import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { labEnvironment } from "../../lab";
import { doctorByContexts } from "../../operations/deployment";
import type { DoctorReport } from "../../operations/doctor";
import { isthmus } from "../support/isthmus";
import { applyAll, kubectl, LabStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new LabStack("dev");
const namespace = ["--namespace", "istio-system"];

/** So long an istiod may take to see what was done, and kubelet to bring a pod back. */
const settlesWithinMs = 120_000;

/** What `isthmus doctor` says. */
async function doctor(...args: string[]): Promise<DoctorReport> {
  const run = await isthmus("doctor", "-o", "json", ...args);
  const report = JSON.parse(run.stdout) as DoctorReport | { readonly error: { readonly message: string } };
  if ("error" in report) assert.fail(report.error.message);
  assert.equal(run.code, report.causes.length === 0 ? 0 : 1, run.stderr);
  return report;
}

/** Causes as `id cluster…`. */
const named = ({ causes }: DoctorReport): string[] => causes.map(({ clusters, id }) => [id, ...clusters].join(" "));

/** Waits until exactly these causes are named. */
async function untilNamed(expected: readonly string[]): Promise<void> {
  const deadline = performance.now() + settlesWithinMs;
  for (;;) {
    const report = await doctor();
    if (named(report).join() === expected.join()) return;
    if (performance.now() > deadline) assert.deepEqual(named(report), expected, JSON.stringify(report, undefined, 2));
    await delay(500);
  }
}

/** An object of istio-system as it may be applied again. */
async function saved(cluster: string, kind: string, name: string): Promise<object> {
  const text = await kubectl(cluster, ...namespace, "get", kind, name, "-o", "json");
  const { metadata, ...object } = JSON.parse(text) as { readonly metadata: Readonly<Record<string, unknown>> };
  const { annotations, labels } = metadata;
  return { ...object, metadata: { name, namespace: "istio-system", annotations, labels } };
}

/** Does what the cause says that mends it. */
async function asItIsTold(...args: string[]): Promise<void> {
  const { code, stderr } = await isthmus(...args, "--yes");
  assert.equal(code, 0, stderr);
}

const remoteSecret = "istio-remote-clusters";

/** Each fault, how it is done to a mesh that works, and how it is mended. */
const faults: readonly {
  readonly cause: string;
  readonly inject: () => Promise<() => Promise<unknown>>;
}[] = [
  {
    cause: "remote-secret-missing east west",
    inject: async () => {
      await kubectl("east", ...namespace, "delete", "secret", remoteSecret);
      return () => asItIsTold("up", "--refresh");
    },
  },
  {
    cause: "remote-secret-label east west",
    inject: async () => {
      await kubectl("east", ...namespace, "label", "secret", remoteSecret, "istio/multiCluster-");
      return () => kubectl("east", ...namespace, "label", "secret", remoteSecret, "istio/multiCluster=true");
    },
  },
  {
    cause: "remote-secret-token east west",
    inject: async () => {
      // As when somebody brings back an old Secret: the kubeconfig has a token that the cluster does not have.
      const { data = {}, ...secret } = (await saved("east", "secret", remoteSecret)) as {
        data?: Record<string, string>;
      };
      const kubeconfig = Buffer.from(data["west"] ?? "", "base64").toString();
      const stale = kubeconfig.replace(/"token":"[^"]+"/, '"token":"of-former-times"');
      assert.notEqual(stale, kubeconfig);
      const west = Buffer.from(stale).toString("base64");
      await applyAll("east", [{ ...secret, data: { ...data, west } }]);
      return () => asItIsTold("drift", "--repair");
    },
  },
  {
    cause: "network-label west",
    inject: async () => {
      await kubectl("west", "label", "namespace", "istio-system", "topology.istio.io/network-");
      return () => kubectl("west", "label", "namespace", "istio-system", "topology.istio.io/network=west");
    },
  },
  {
    cause: "gateway-down west",
    inject: async () => {
      await kubectl("west", ...namespace, "scale", "deployment", "istio-eastwestgateway", "--replicas", "0");
      return () => kubectl("west", ...namespace, "scale", "deployment", "istio-eastwestgateway", "--replicas", "1");
    },
  },
  {
    cause: "mutual-tls-off east",
    inject: async () => {
      const patch = (mode: string): Promise<string> =>
        kubectl(
          "east",
          ...namespace,
          "patch",
          "peerauthentication",
          "default",
          "--type",
          "merge",
          "-p",
          JSON.stringify({ spec: { mtls: { mode } } }),
        );
      await patch("DISABLE");
      return () => patch("STRICT");
    },
  },
  {
    cause: "calls-denied west",
    inject: async () => {
      await applyAll("west", [
        {
          apiVersion: "security.istio.io/v1",
          kind: "AuthorizationPolicy",
          metadata: { name: "nobody", namespace: "istio-system" },
          spec: {},
        },
      ]);
      return () => kubectl("west", ...namespace, "delete", "authorizationpolicy", "nobody");
    },
  },
  {
    cause: "intermediate-incomplete west",
    inject: async () => {
      const secret = (await saved("west", "secret", "cacerts")) as { readonly data: Record<string, string> };
      await kubectl(
        "west",
        ...namespace,
        "patch",
        "secret",
        "cacerts",
        "--type",
        "json",
        "-p",
        '[{"op":"remove","path":"/data/ca-key.pem"}]',
      );
      return () => applyAll("west", [secret]);
    },
  },
  {
    cause: "istiod-down west",
    inject: async () => {
      await kubectl("west", ...namespace, "scale", "deployment", "istiod", "--replicas", "0");
      return () => kubectl("west", ...namespace, "scale", "deployment", "istiod", "--replicas", "1");
    },
  },
];

describeInTurn("doctor", "isthmus doctor on the lab", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    await stack.labUp();
    await stack.up();
  });

  after(async () => {
    await stack.destroy();
  });

  it("finds nothing to be wrong with a mesh that works, and looks at all of it", async () => {
    await untilNamed([]);
    const report = await doctor();
    assert.deepEqual(report.notLookedAt, []);
    assert.deepEqual(report.consequences, []);
  });

  it("finds the same by the contexts alone, as of a mesh that somebody else has built, and names a fault of it", async () => {
    const environment = { ...process.env, ...labEnvironment() };
    const byContexts = (): Promise<DoctorReport> => doctorByContexts(["lab-east", "lab-west"], { environment });
    const { consequences, mesh, notLookedAt, ...report } = await byContexts();
    assert.deepEqual(
      { mesh, causes: named({ ...report, consequences, mesh, notLookedAt }), consequences, notLookedAt },
      {
        mesh: "mesh1",
        causes: [],
        consequences: [],
        notLookedAt: [],
      },
    );
    await kubectl("west", "label", "namespace", "istio-system", "topology.istio.io/network-");
    try {
      const found = await byContexts();
      assert.deepEqual(named(found), ["network-label west"]);
      assert.doesNotMatch(found.causes[0]?.fix ?? "", /isthmus/);
    } finally {
      await kubectl("west", "label", "namespace", "istio-system", "topology.istio.io/network=west");
    }
    assert.deepEqual(named(await byContexts()), []);
  });

  for (const { cause, inject } of faults) {
    it(`names ${cause} as the one cause, and nothing once it is mended`, async () => {
      const mend = await inject();
      try {
        await untilNamed([cause]);
      } finally {
        await mend();
      }
      await untilNamed([]);
    });
  }

  it("writes a bundle without a secret, from which the same is said without the clusters", async () => {
    const directory = mkdtempSync(join(tmpdir(), "isthmus-bundle-"));
    try {
      await kubectl("east", ...namespace, "label", "secret", remoteSecret, "istio/multiCluster-");
      const bundle = join(directory, "bundle.json");
      const live = await doctor("--bundle", bundle);
      assert.deepEqual(await doctor("--from", bundle), live);
      assert.deepEqual(named(live), ["remote-secret-label east west"]);
      const text = readFileSync(bundle, "utf8");
      assert.doesNotMatch(text, /PRIVATE KEY|BEGIN CERTIFICATE|eyJ[\w-]{8}|LS0tLS1CRUdJTi/);
      for (const secret of await secretValues())
        assert.ok(!text.includes(secret), "a value of a Secret is in the bundle");
    } finally {
      await kubectl("east", ...namespace, "label", "secret", remoteSecret, "istio/multiCluster=true", "--overwrite");
      rmSync(directory, { recursive: true });
    }
  });
});

/** What the Secrets of both clusters hold, but for what is too short to be looked for. */
async function secretValues(): Promise<string[]> {
  const found = await Promise.all(
    ["east", "west"].map(async (cluster) => {
      const { items } = JSON.parse(await kubectl(cluster, ...namespace, "get", "secrets", "-o", "json")) as {
        readonly items: readonly { readonly data?: Readonly<Record<string, string>> }[];
      };
      return items.flatMap(({ data }) => Object.values(data ?? {}));
    }),
  );
  return found
    .flat()
    .flatMap((value) => [value, Buffer.from(value, "base64").toString()])
    .filter((value) => value.length > 20);
}

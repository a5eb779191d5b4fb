import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labEnvironment } from "../../lab";
import { doctorByContexts } from "../../operations/deployment";
import type { DoctorReport } from "../../operations/doctor";
import { isthmus } from "../support/isthmus";
import { named, untilNamed } from "./faults/fault";
import { kubectl, LabStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new LabStack("dev");
const namespace = ["--namespace", "istio-system"];

/** What `isthmus doctor` says. */
async function doctor(...args: string[]): Promise<DoctorReport> {
  const run = await isthmus("doctor", "-o", "json", ...args);
  const report = JSON.parse(run.stdout) as DoctorReport | { readonly error: { readonly message: string } };
  if ("error" in report) assert.fail(report.error.message);
  assert.equal(run.code, report.causes.length === 0 ? 0 : 1, run.stderr);
  return report;
}

const remoteSecret = "istio-remote-clusters";

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
    await untilNamed(stack.name, []);
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

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { DriftReport } from "../../operations/drift";
import type { MeshConfig } from "../../topology";
import { isthmus } from "../support/isthmus";
import { applyAll, kubectl, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-mutual-tls");

const clusters = { east: { network: "east", access: { context: "lab-east" } } };
const namespaces = { shop: {}, legacy: { mtls: "permissive" } } as const;
const port = 5000;

/** A proxy learns of a policy within seconds. */
const learnedWithinMs = 30_000;

/** Brings the mesh up. @returns What it says of mutual TLS. */
async function up(mtls: Pick<MeshConfig, "mtls">): Promise<unknown> {
  stack.write({ clusters, namespaces, ...mtls });
  const { outputs } = await stack.up();
  return (outputs.mesh as { readonly mtls?: unknown }).mtls;
}

/** What becomes of a call: the answer, or how it ended. */
async function call(from: string, to: string): Promise<"answered" | "refused"> {
  const url = `http://helloworld.${to}:${port}/hello`;
  const curl = ["curl", "-sS", "--max-time", "3", url];
  const said = await kubectl("east", "-n", from, "exec", "client", "-c", "client", "--", ...curl).catch(
    (error: unknown) => String(error),
  );
  if (said.startsWith("Hello version: east,")) return "answered";
  assert.match(said, /reset|EOF|Empty reply|closed/i, "the connection was ended by the server's proxy");
  return "refused";
}

/** Waits until a call ends so, and makes sure that the next ones do as well. */
async function untilEnds(from: string, to: string, how: "answered" | "refused"): Promise<void> {
  const deadline = performance.now() + learnedWithinMs;
  while ((await call(from, to)) !== how) {
    assert.ok(performance.now() < deadline, `calls from ${from} to ${to} are to be ${how}`);
    await delay(200);
  }
  for (let again = 0; again < 3; again++) assert.equal(await call(from, to), how, `${from} to ${to}`);
}

/** A server with a sidecar in each namespace of the mesh, a client in one of them, and one outside of the mesh. */
describeInTurn("mutual-tls", "mutual TLS on the lab", function () {
  this.timeout(10 * 60_000);

  before(async () => {
    stack.write({ clusters });
    await stack.labUp();
    assert.equal(await up({}), "strict", "as a mesh that is made now");
    await deploy();
  });

  after(async () => {
    await kubectl("east", "delete", "namespace", "outside", "--ignore-not-found");
    await stack.destroy();
    stack.remove();
  });

  it("is demanded of who calls a mesh that is made now, but for an excepted namespace", async () => {
    await untilEnds("shop", "shop", "answered");
    await untilEnds("outside", "shop", "refused");
    await untilEnds("outside", "legacy", "answered");
    await untilEnds("shop", "legacy", "answered");
    await stack.settled();
    await stack.verified();
  });

  it("is not demanded where the configuration says so, and that stays when it says nothing any more", async () => {
    assert.equal(await up({ mtls: "permissive" }), "permissive");
    await untilEnds("outside", "shop", "answered");
    await untilEnds("shop", "shop", "answered");
    stack.write({ clusters, namespaces });
    await stack.settled();
  });

  it("is demanded again when the configuration asks for it", async () => {
    assert.equal(await up({ mtls: "strict" }), "strict");
    await untilEnds("outside", "shop", "refused");
    await untilEnds("outside", "legacy", "answered");
  });

  it("hangs on its policy, whose loss drift tells of, and an update that looks first puts back", async () => {
    await kubectl("east", "-n", "istio-system", "delete", "peerauthentications.security.istio.io", "default");
    await untilEnds("outside", "shop", "answered");
    const { findings } = JSON.parse(
      (await isthmus("drift", "--stack", stack.name, "-o", "json")).stdout,
    ) as DriftReport;
    assert.deepEqual(
      findings.map(({ kind, object }) => `${kind} ${object?.kind ?? ""} ${object?.name ?? ""}`),
      ["missing PeerAuthentication default"],
    );
    const mended = await isthmus("up", "--yes", "--refresh", "--stack", stack.name, "-o", "json");
    assert.equal(mended.code, 0, mended.stderr);
    await untilEnds("outside", "shop", "refused");
  });
});

async function deploy(): Promise<void> {
  await applyAll("east", manifests());
  for (const namespace of ["shop", "legacy", "outside"]) {
    await kubectl("east", "-n", namespace, "wait", "--for=condition=Ready", "pods", "--all", "--timeout=120s");
  }
}

function manifests(): object[] {
  const pod = (namespace: string, name: string, container: object): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels: { app: name }, annotations: { "sidecar.istio.io/proxyCPU": "10m" } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ imagePullPolicy: "IfNotPresent", ...container }] },
  });
  const client = (namespace: string): object =>
    pod(namespace, "client", {
      name: "client",
      image: "lab.local/curl:lab",
      command: ["/bin/sleep", "infinity"],
    });
  const server = (namespace: string): object[] => [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace, name: "helloworld" },
      spec: { ports: [{ name: "http", port }], selector: { app: "helloworld" } },
    },
    pod(namespace, "helloworld", {
      name: "helloworld",
      image: "lab.local/istio/examples-helloworld-v1:1.0",
      env: [{ name: "SERVICE_VERSION", value: "east" }],
      ports: [{ containerPort: port }],
      readinessProbe: { httpGet: { path: "/hello", port }, periodSeconds: 1 },
    }),
  ];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "outside" } },
    client("outside"),
    client("shop"),
    ...server("shop"),
    ...server("legacy"),
  ];
}

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { EngineStack, PulumiError } from "./support";
import { describeEngine } from "./tools";

/** A port of this machine that nobody listens on. */
const refusing = "https://127.0.0.1:1";

describeEngine("the program, given what it cannot use", (tools) => {
  let directory: string;
  let stack: EngineStack;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-engine-kubeconfig-"));
    stack = await EngineStack.create("mesh.ts", tools());
    await writeFile(
      join(directory, "kubeconfig"),
      stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "east", cluster: { server: refusing } }],
        users: [{ name: "east", user: { token: "token-of-the-test" } }],
        contexts: [{ name: "east", context: { cluster: "east", user: "east" } }],
      }),
    );
  });
  after(async () => {
    await stack.dispose();
    await rm(directory, { recursive: true });
  });

  async function failure(command: "up" | "preview", mesh: unknown): Promise<string> {
    await stack.configure({}, { "isthmus:mesh": mesh });
    let output = "";
    await assert.rejects(command === "up" ? stack.up() : stack.previewText(), (error: unknown) => {
      assert.ok(error instanceof PulumiError);
      output = error.output;
      return true;
    });
    // The engine's own provider, by which the program asks what its last update said, is nothing that is made.
    const made = (await stack.resources()).map(({ type }) => type).filter((type) => !type.startsWith("pulumi:"));
    assert.deepEqual(made, [], "nothing was made");
    return output;
  }

  const withoutStackTrace = (output: string): void => {
    assert.doesNotMatch(output, /^\s+at .*[.](ts|js):\d+/m);
  };

  it("says all that is wrong with the configuration, each in a line", async () => {
    for (const command of ["preview", "up"] as const) {
      const output = await failure(command, {
        id: "mesh1",
        istio: { version: "1.31.1", chart: {} },
        clusters: { East_1: { network: "east", access: { context: "east" } }, west: { network: "west" } },
      });
      for (const path of ["istio.chart", "clusters.East_1", "clusters.west.access"]) {
        assert.match(output, new RegExp(`isthmus:mesh\\.${path}: expected .+, found .+`), path);
      }
      withoutStackTrace(output);
    }
  });

  it("asks for the configuration when there is none", async () => {
    const output = await failure("preview", undefined);
    assert.match(output, /isthmus:mesh: expected .+, found nothing/);
    withoutStackTrace(output);
  });

  it("finds a missing context, a cluster that does not answer and missing charts together, before it makes anything", async () => {
    const output = await failure("up", {
      id: "mesh1",
      kubeconfig: join(directory, "kubeconfig"),
      istio: { version: "1.31.1", charts: { directory: "nowhere" } },
      clusters: {
        east: { network: "east", access: { context: "east" } },
        west: { network: "west", access: { context: "west" } },
      },
    });
    assert.match(output, /isthmus:mesh\.clusters\.west\.access\.context: expected .+, found .+/);
    assert.match(output, /isthmus:mesh\.clusters\.east\.access\.context: .*refused/i);
    assert.match(output, /isthmus:mesh\.istio\.charts\.directory: expected .+, found .+/);
    assert.doesNotMatch(output, /token-of-the-test/);
    withoutStackTrace(output);
  });
});

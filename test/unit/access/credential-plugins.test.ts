import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { credentialPluginsAtOnce, execCredential } from "../../../access/connection/exec-credential";
import { turnstile } from "../../../access/connection/turnstile";
import { pollUntil } from "../../../lab/wait";
import { connect, KubernetesError } from "../../../access";

describe("a turnstile", () => {
  it("never lets more through at once than it may, lets all through in order, and none is lost to one that fails", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        fc.scheduler(),
        async (count, fails, scheduler) => {
          const turn = turnstile(count);
          const begun: number[] = [];
          let running = 0;
          let most = 0;
          const work = (index: number): Promise<number> =>
            turn(async () => {
              begun.push(index);
              most = Math.max(most, ++running);
              await scheduler.schedule(Promise.resolve());
              running--;
              if (fails[index] === true) throw new Error("it fails");
              return index;
            });
          const all = Promise.allSettled(fails.map((_fails, index) => work(index)));
          await scheduler.waitFor(all);
          const results = await all;
          assert.deepEqual(
            results.map(({ status }) => status === "rejected"),
            fails,
          );
          assert.deepEqual(begun, [...fails.keys()]);
          assert.equal(most, Math.min(count, fails.length));
        },
      ),
    );
  });
});

describe("credential plugins of many clusters", function () {
  this.timeout(60_000);

  let directory: string;
  let exec: Record<string, unknown>;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-plugins-"));
    const plugin = join(directory, "plugin.sh");
    // It ends when all that may begin have begun.
    await writeFile(
      plugin,
      [
        'cd "$(dirname "$0")"',
        "echo begin >> log",
        "until [ -e go ]; do sleep 0.05; done",
        "echo end >> log",
        `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"it"}}'`,
      ].join("\n"),
    );
    exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: [plugin], interactiveMode: "Never" };
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** The most that ran at the same time. */
  async function most(run: () => Promise<unknown>): Promise<number> {
    const log = async (): Promise<string[]> => {
      const text = await readFile(join(directory, "log"), "utf8").catch(() => "");
      return text.split("\n").filter(Boolean);
    };
    const all = Promise.all(Array.from({ length: credentialPluginsAtOnce + 3 }, run));
    await pollUntil(async () => (await log()).length >= credentialPluginsAtOnce, {
      what: "plugins that have begun",
      timeoutMs: 40_000,
    });
    await writeFile(join(directory, "go"), "");
    await all;
    let running = 0;
    return Math.max(...(await log()).map((line) => (running += line === "begin" ? 1 : -1)));
  }

  it("run some at a time for what is looked at before an update", async () => {
    assert.equal(await most(() => execCredential(exec, {}, process.env)), credentialPluginsAtOnce);
  });

  it("run some at a time for what is done in clusters", async () => {
    const kubeconfig = JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "it",
      contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
      clusters: [{ name: "it", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "it", user: { exec } }],
    });
    const ask = (): Promise<unknown> =>
      assert.rejects(connect({ name: "it", kubeconfig }).get("/version"), KubernetesError);
    assert.equal(await most(ask), credentialPluginsAtOnce);
  });
});

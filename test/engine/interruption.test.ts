import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, utimes, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { identityOf } from "../../engine/process/process-identity";
import { RunRecords } from "../../engine/run";
import { PulumiError, up } from "../../operations/stack";
import { forEachBackend, pidOfNobody } from "./backends";
import { OperationsProject } from "./operations-project";
import { describeEngine } from "./tools";

/** Takes its time, or fails once the engine works, where the variable PROGRAM says so. */
const program = `
const pulumi = require("@pulumi/pulumi");
module.exports = async () => {
  if (process.env.PROGRAM === "wait") await new Promise((resolve) => setTimeout(resolve, 120000));
  new pulumi.ComponentResource("test:index:Thing", "thing");
  if (process.env.PROGRAM === "fail") throw new Error("as when a plugin dies");
  return { mesh: { id: "mesh1" }, orphans: process.env.ISTHMUS_ORPHANS ?? "possible", token: pulumi.secret("hidden") };
};
`;

/** A listener to Pulumi's words that does something when they first match. */
function onceSaid(words: RegExp, action: () => void): (text: string) => void {
  let output = "";
  return (text) => {
    const isNew = !words.test(output);
    output += text;
    if (isNew && words.test(output)) action();
  };
}

describeEngine("an update that is in another's way, or is ended", (tools) => {
  forEachBackend((backend, name) => {
    let project: OperationsProject;

    before(async () => {
      project = await OperationsProject.create(tools(), backend(), "interruption-test", program);
      await up(project.options());
    });
    beforeEach(() => project.reset());
    // One test that fails leaves nothing in the way of the next.
    afterEach(() => backend().unlock(project.name, "test"));
    after(() => project.dispose());

    async function isUnchanged(): Promise<void> {
      assert.deepEqual((await up(project.options())).changes, { same: 2 });
    }

    // The Cloud does not tell on which machine, nor in which process.
    if (name !== "cloud") {
      it("leaves the lock of a process that nobody here has noted, and says whose it is and what frees it", async () => {
        // Another machine of this name, or a container, may have it.
        await backend().lock(project.name, "test", { pid: pidOfNobody });
        await assert.rejects(up(project.options()), (error: unknown) => {
          assert.ok(error instanceof PulumiError);
          assert.match(
            error.message,
            /locked by somebody@\S+ \(process 4194305, since .*\)\..*`pulumi cancel --stack test`/,
          );
          return true;
        });
        assert.equal((await project.locks()).length, 1);
        await backend().unlock(project.name, "test");
      });

      it("waits for another update of this machine", async () => {
        const elsewhere = join(project.directory, "elsewhere");
        await mkdir(elsewhere, { recursive: true });
        await copyFile("/bin/sleep", join(elsewhere, "pulumi"));
        const other = spawn(join(elsewhere, "pulumi"), ["600"]);
        await once(other, "spawn");
        await backend().lock(project.name, "test", { pid: other.pid ?? 0 });
        other.once("exit", () => void backend().unlock(project.name, "test"));
        // It ends once it is waited for, however long an update takes to meet its lock.
        const onProgress = (words: string): void => {
          project.said.push(words);
          other.kill();
        };
        assert.deepEqual((await up(project.options({ onProgress }))).changes, { same: 2 });
        assert.equal(
          project.said[0],
          `another update of the stack is under way (process ${other.pid ?? 0}): waiting for it`,
        );
      });

      it("is told who has locked the stack on another machine", async () => {
        const since = new Date("2026-11-21T10:00:00Z");
        await backend().lock(project.name, "test", { pid: 42, host: "elsewhere", since });
        await assert.rejects(up(project.options()), (error: unknown) => {
          assert.ok(error instanceof PulumiError);
          assert.equal(
            error.message,
            "pulumi up failed: stack test is locked by somebody@elsewhere (process 42, since 2026-11-21T10:00:00Z). Wait until that has ended; if it was killed, run `pulumi cancel --stack test`.",
          );
          return true;
        });
        await backend().unlock(project.name, "test");
        await isUnchanged();
      });
    }

    it("ends in good order when it is asked to: no lock is left", async () => {
      process.env["PROGRAM"] = "wait";
      const stop = new AbortController();
      // The headline: Pulumi has its lock, and does not listen to Ctrl-C yet.
      const onOutput = onceSaid(/Updating/, () => stop.abort());
      await assert.rejects(
        up(project.options({ stop: stop.signal, onOutput })),
        (error: unknown) => error instanceof PulumiError && error.signal === undefined,
      );
      assert.deepEqual(await project.locks(), []);
      assert.deepEqual(project.said, []);
    });

    it("ends when it does not react either: killed, with all that it started, and without a lock", async () => {
      process.env["PROGRAM"] = "wait";
      const deaf = join(project.directory, "deaf");
      await mkdir(deaf);
      await writeFile(join(deaf, "pulumi"), `#!/bin/sh\ntrap "" INT\n"${tools().bin}/pulumi" "$@" &\nwait\n`, {
        mode: 0o755,
      });
      process.env["PATH"] = [deaf, process.env["PATH"]].join(delimiter);
      const stop = new AbortController();
      const onOutput = onceSaid(/@ updating/i, () => stop.abort());
      await assert.rejects(
        up(project.options({ stop: stop.signal, stopGraceMs: 1_000, onOutput })),
        (error: unknown) => error instanceof PulumiError && error.signal === "SIGKILL",
      );
      assert.deepEqual(await project.locks(), []);
      assert.deepEqual(project.said, ["the update did not end in time and was killed: taking away its lock"]);
      assert.deepEqual(processesIn(project.directory), []);
    });

    it("goes on after it was killed", async () => {
      if (name === "cloud") {
        // As after a kill of everything: the service has an update in progress, and this machine has noted its run.
        await backend().lock(project.name, "test", { user: "ada" });
        const place = { backend: backend().url, project: project.name, stack: "test" };
        const self = identityOf(process.pid);
        assert.ok(self);
        new RunRecords(place, process.env).begin("up", { ...self, began: "before" });
      } else {
        process.env["PROGRAM"] = "wait";
        const kill = new AbortController();
        const onOutput = onceSaid(/Updating/, () => kill.abort());
        await assert.rejects(up(project.options({ kill: kill.signal, onOutput })), PulumiError);
      }
      assert.equal((await project.locks()).length, 1);

      project.reset();
      const onProgress = (words: string): void => {
        project.said.push(words);
        // Only the service knows when an update that was killed counts as ended: when its lease is over.
        if (words.includes("counts as ended")) backend().passTime?.(600);
      };
      assert.deepEqual((await up(project.options({ onProgress }))).changes, { same: 2 });
      const wanted = name === "cloud" ? /waiting until it counts as ended/ : /taking away the stack's lock/;
      assert.match(project.said.join("\n"), wanted);
    });

    it("knows after one that failed that nobody is at what a plugin had begun that was killed alone", async () => {
      const orphans = async (): Promise<unknown> => (await up(project.options())).outputs["orphans"];
      assert.equal(await orphans(), "possible", "whatever ran before ended well");
      process.env["PROGRAM"] = "fail";
      await assert.rejects(up(project.options()), PulumiError);
      project.reset();
      assert.equal(await orphans(), "none");
      assert.equal(await orphans(), "possible");
    });

    if (name === "file") {
      it("goes on after it was killed while Pulumi wrote to its backend", async () => {
        const root = fileURLToPath(backend().url);
        const attributes = join(root, ".pulumi/stacks", project.name, "test.json.attrs");
        await writeFile(attributes, "");
        await utimes(attributes, 0, 0);
        await isUnchanged();
        assert.match(project.said.join("\n"), /removed what a killed update left half-written in the backend/);
      });
    }
  });
});

/** Processes that work for a project: the environment that they were given names a directory of its own. */
function processesIn(directory: string): string[] {
  const mark = `PULUMI_HOME=${join(directory, "home")}\0`;
  return readdirSync("/proc").filter(
    (pid) => pid !== String(process.pid) && readProcess(pid, "environ").includes(mark),
  );
}

/** What the kernel tells about a process; empty for one that has ended or is another user's. */
function readProcess(pid: string, file: string): string {
  if (!/^\d+$/.test(pid)) return "";
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (["EACCES", "ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return "";
    throw error;
  }
}

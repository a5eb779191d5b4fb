import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CloudBackend, forEachBackend } from "./backends";
import { PlainProject } from "./plain-project";
import { describeEngine, type EngineTools } from "./tools";

const upArgs = ["up", "--yes", "--skip-preview", "--stack", "test"];

interface ExportedState {
  readonly deployment: { readonly resources: { readonly urn: string; readonly outputs?: Record<string, unknown> }[] };
}

describeEngine("the backends that tests run on", (tools) => {
  forEachBackend((backend, name) => {
    let project: PlainProject;

    before(async () => {
      project = await PlainProject.create(tools(), backend().variables);
    });
    after(() => project.dispose());

    it("are used without a login", async () => {
      await project.output("stack", "init", "test");
      if (name === "cloud") assert.equal((await project.output("whoami")).trim(), "ada");
      const { stderr } = await project.run("stack", "init", "test");
      assert.match(stderr, /stack '[^']*test' already exists/);
    });

    it("keep a stack, its secrets encrypted, and its history", async () => {
      await project.output(...upArgs);
      const outputs = async (...args: readonly string[]): Promise<unknown> =>
        JSON.parse(await project.output("stack", "output", "--json", "--stack", "test", ...args));
      assert.deepEqual(await outputs(), { answer: 42, token: "[secret]" });
      assert.deepEqual(await outputs("--show-secrets"), { answer: 42, token: "hidden" });
      assert.ok(!(await backend().content()).includes("hidden"));
      const history = JSON.parse(await project.output("stack", "history", "--json", "--stack", "test")) as object[];
      assert.partialDeepStrictEqual(history, [{ kind: "update", result: "succeeded", resourceChanges: { create: 3 } }]);
      const [listed] = JSON.parse(await project.output("stack", "ls", "--json")) as object[];
      assert.partialDeepStrictEqual(listed, { name: "test", resourceCount: 3 });
    });

    it("give a state out and take it back", async () => {
      const exported = await project.output("stack", "export", "--stack", "test");
      assert.ok(!exported.includes("hidden"));
      assert.match(await project.output("stack", "export", "--show-secrets", "--stack", "test"), /hidden/);
      const state = JSON.parse(exported) as ExportedState;
      state.deployment.resources.pop();
      const file = join(project.directory, "state.json");
      await writeFile(file, JSON.stringify(state));
      await project.output("stack", "import", "--file", file, "--stack", "test");
      const again = JSON.parse(await project.output("stack", "export", "--stack", "test")) as ExportedState;
      assert.deepEqual(
        again.deployment.resources.map(({ urn }) => urn),
        state.deployment.resources.map(({ urn }) => urn),
      );
    });

    it("let one update at a time go on, and previews beside it", async () => {
      assert.deepEqual(await backend().locks(project.name, "test"), []);
      const update = await project.updateToGate("test");
      assert.equal((await backend().locks(project.name, "test")).length, 1);
      const { code, stderr } = await project.run(...upArgs);
      assert.notEqual(code, 0);
      assert.match(
        stderr,
        name === "cloud"
          ? /\[409\] Conflict: Another update is currently in progress\./
          : /the stack is currently locked by 1 lock\(s\)\..*\n.*\/test\/[^/]+\.json.*: created by \S+@\S+ \(pid \d+\) at /,
      );
      assert.match(await project.output("preview", "--stack", "test"), /2 unchanged/);
      await update.openGate();
      assert.equal((await update.end).code, 0);
      assert.deepEqual(await backend().locks(project.name, "test"), []);
    });

    it("are freed by a cancel", async () => {
      await backend().lock(project.name, "test");
      assert.notEqual((await project.run(...upArgs)).code, 0);
      await project.output("cancel", "--yes", "--stack", "test");
      assert.deepEqual(await backend().locks(project.name, "test"), []);
    });

    it("are freed behind Pulumi's back", async () => {
      await backend().lock(project.name, "test");
      await backend().unlock(project.name, "test");
      await project.output("refresh", "--yes", "--skip-preview", "--stack", "test");
    });

    it("rename a stack, and remove it when it is empty", async () => {
      await project.output("stack", "rename", "other", "--stack", "test");
      assert.match(await project.output("stack", "output", "token", "--show-secrets", "--stack", "other"), /hidden/);
      const refused = await project.run("stack", "rm", "--yes", "--stack", "other");
      assert.notEqual(refused.code, 0);
      assert.match(refused.stderr, /still has resources/);
      await project.output("destroy", "--yes", "--skip-preview", "--stack", "other");
      await project.output("stack", "rm", "--yes", "--stack", "other");
      assert.deepEqual(JSON.parse(await project.output("stack", "ls", "--json")), []);
      const used = backend();
      if (used instanceof CloudBackend) assert.deepEqual(used.service.unknownRequests, []);
    });
  });
});

describeEngine("the service like Pulumi Cloud", (tools) => {
  let cloud: CloudBackend;
  let project: PlainProject;

  async function start(options: Parameters<typeof CloudBackend.start>[0] = {}): Promise<void> {
    cloud = await CloudBackend.start(options);
    project = await newProject(tools(), cloud);
  }

  afterEach(async () => {
    assert.deepEqual(cloud.service.unknownRequests, []);
    await project.dispose();
    await cloud.stop();
  });

  it("tells who updates, and since when", async () => {
    await start();
    await cloud.lock(project.name, "test", { user: "grace", since: new Date(Date.now() - 3_600_000) });
    const words = await project.output("stack", "--stack", "test");
    assert.match(words, /Owner: ada\n +Update in progress:\n\s+Started: 1 hour ago\n\s+Requested By: grace\n/);
  });

  it("frees a stack whose update no longer renews its lease", async () => {
    await start();
    const update = await project.updateToGate("test");
    await project.kill(update);
    assert.match((await project.run(...upArgs)).stderr, /\[409\]/);
    cloud.service.passTime(301);
    await project.output(...upArgs);
  });

  it("refuses what an update writes that was cancelled", async () => {
    await start();
    const update = await project.updateToGate("test");
    await project.output("cancel", "--yes", "--stack", "test");
    await update.openGate();
    const { code, stdout, stderr } = await update.end;
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /\[409\] Conflict: The Update has already completed/);
  });

  it("takes states as differences, where the CLI sends them so", async () => {
    await start({ deltaCutoffBytes: 1 });
    await project.output(...upArgs);
    assert.ok(cloud.service.requests.some(({ path, status }) => path.endsWith("/checkpointdelta") && status === 204));
    const state = JSON.parse(await project.output("stack", "export", "--stack", "test")) as ExportedState;
    assert.equal(state.deployment.resources.length, 3);
  });

  it("fails as it is told to", async () => {
    await start();
    const words = async (...args: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await project.run(...args);
      assert.notEqual(code, 0);
      return stdout + stderr;
    };
    cloud.service.inject({ path: /\/complete$/, times: 1 }, { status: 403, message: "Forbidden" });
    assert.match(await words(...upArgs), /failed to complete update: \[403\] Forbidden/);
    cloud.service.passTime(301);
    cloud.service.inject({ path: /\/checkpoint$/, after: 1 }, { status: 500, message: "Internal Server Error" });
    assert.match(await words("destroy", "--yes", "--skip-preview", "--stack", "test"), /\[500\] Internal Server Error/);
    cloud.service.heal();
    cloud.service.passTime(301);
    cloud.service.inject({ path: /\/export$/ }, { status: 429, message: "" });
    assert.match(await words("stack", "export", "--stack", "test"), /request rate-limit exceeded/);
    cloud.service.heal();
    const held = cloud.service.hold({ method: "POST", path: /\/update$/ });
    const update = project.start(upArgs);
    assert.equal((await held.come).user, "ada");
    await project.kill(update);
    held.release();
    cloud.service.inject({ method: "DELETE", times: 1 }, { cut: "answer" });
    assert.match(await words("stack", "rm", "--yes", "--force", "--stack", "test"), /EOF|connection reset/);
    assert.equal((await project.output("stack", "ls", "--json")).trim(), "[]");
  });

  it("knows users by their tokens", async () => {
    await start();
    const grace = cloud.service.addUser("grace");
    const other = await PlainProject.create(tools(), { ...cloud.variables, PULUMI_ACCESS_TOKEN: grace.token });
    assert.equal((await other.output("whoami")).trim(), "grace");
    assert.match((await other.run("stack", "--stack", "test")).stderr, /no stack named 'test' found/);
    await other.dispose();
    const nobody = await PlainProject.create(tools(), { ...cloud.variables, PULUMI_ACCESS_TOKEN: "pul-none" });
    assert.notEqual((await nobody.run("whoami")).code, 0);
    await nobody.dispose();
  });
});

async function newProject(tools: EngineTools, { variables }: CloudBackend): Promise<PlainProject> {
  const project = await PlainProject.create(tools, variables);
  await project.output("stack", "init", "test");
  return project;
}

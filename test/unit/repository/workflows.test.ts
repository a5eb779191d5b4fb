import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { version as pulumiVersion } from "@pulumi/pulumi/package.json";
import { parse } from "yaml";
import { marker } from "../../../operations/summary";
import { FakeGitHub } from "../../support/fake-github";

const repository = resolve(__dirname, "../../..");
const directory = join(repository, ".github/workflows");
const files = readdirSync(directory).map((file) => join(directory, file));

interface WorkflowStep {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly steps: readonly WorkflowStep[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const mesh = parse(readFileSync(join(directory, "mesh.yml"), "utf8")) as Workflow;

function job(name: string): Job {
  const found = mesh.jobs[name];
  if (found === undefined) throw new RangeError(`no job ${name}`);
  return found;
}

describe("the workflows", () => {
  if (spawnSync("go", ["version"]).status !== 0) {
    it("are not linted here: actionlint is built from source, and there is no Go");
  } else
    it("are found right by actionlint, which finds a mistake", function () {
      // Go builds it once, and keeps it.
      this.timeout(240_000);
      const lint = (...args: readonly string[]): { status: number | null; output: string } => {
        const { status, stdout, stderr } = spawnSync("go", ["tool", "actionlint", "-no-color", ...args], {
          cwd: join(repository, "test/tools"),
          encoding: "utf8",
          env: { ...process.env, GOTOOLCHAIN: "local" },
        });
        return { status, output: stdout + stderr };
      };
      // On a new machine Go says what it downloads; what it says of files is judged without that.
      assert.equal(lint("-version").status, 0);
      assert.deepEqual(lint(...files), { status: 0, output: "" });

      const scratch = mkdtempSync(join(tmpdir(), "isthmus-workflow-"));
      const broken = join(scratch, "broken.yml");
      writeFileSync(
        broken,
        readFileSync(join(directory, "mesh.yml"), "utf8").replaceAll("matrix.environment", "matrix.enviroment"),
      );
      assert.match(lint(broken).output, /property "enviroment" is not defined/);
      rmSync(scratch, { recursive: true });
    });

  it("use actions at commits, which nobody can move, and say of which version", () => {
    for (const file of files) {
      for (const line of readFileSync(file, "utf8")
        .split("\n")
        .filter((text) => /\buses:/.test(text))) {
        assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
      }
    }
  });

  it("give no workflow more rights than it needs, and none to code of a fork", () => {
    for (const file of files) {
      const { on, permissions, jobs } = parse(readFileSync(file, "utf8")) as Workflow;
      assert.ok(!("pull_request_target" in on) && !("workflow_run" in on), file);
      assert.ok(permissions !== undefined, `${file} says what it needs`);
      assert.deepEqual(
        Object.values({ ...permissions }).filter((right) => right !== "read"),
        [],
      );
      for (const [name, { permissions: own = {}, steps }] of Object.entries(jobs)) {
        const writes = Object.entries(own).filter(([, right]) => right !== "read");
        const hasSecrets = JSON.stringify(steps).includes("secrets.");
        const ownCode = steps.some(({ run = "" }) => /npm ci|npx /.test(run));
        if (name !== "drift") assert.ok(writes.length === 0 || (!hasSecrets && !ownCode), `${file}: ${name}`);
      }
    }
  });

  it("of the mesh ask for exactly these rights", () => {
    const rights = Object.entries(mesh.jobs).map(([name, { permissions = {} }]) => [name, permissions]);
    assert.deepEqual(Object.fromEntries(rights), {
      preview: { contents: "read" },
      comment: { contents: "read", "pull-requests": "write" },
      judge: {},
      up: { contents: "read" },
      drift: { contents: "read", issues: "write" },
    });
    assert.deepEqual(mesh.permissions, {});
  });

  it("of the mesh keep credentials from forks, and what may write from the pull request's code", () => {
    assert.match(job("preview").if ?? "", /pull_request\.head\.repo\.full_name == github\.repository/);
    const checkout = job("comment").steps.find(({ uses = "" }) => uses.startsWith("actions/checkout@"));
    assert.equal(checkout?.with?.["ref"], "${{ github.event.pull_request.base.sha }}");
    for (const { steps } of Object.values(mesh.jobs)) {
      for (const { uses = "", with: inputs } of steps) {
        if (uses.startsWith("actions/checkout@")) assert.equal(inputs?.["persist-credentials"], false);
      }
      // What is put into a script's text is run by the shell: values of others come by the environment alone.
      for (const { run = "" } of steps) assert.doesNotMatch(run, /\$\{\{/);
    }
  });

  it("of the mesh update an environment under its protection, one run at a time", () => {
    const { concurrency, environment } = job("up");
    assert.equal(environment, "${{ matrix.environment }}");
    assert.deepEqual(concurrency, { group: "mesh-up-${{ matrix.environment }}", "cancel-in-progress": false });
    assert.equal(job("preview").environment, "${{ matrix.environment }}-preview");
  });

  it("of the mesh update every week, and look for drift every day, each by its own schedule", () => {
    const schedules = mesh.on["schedule"] as readonly { readonly cron: string }[];
    const [daily, weekly, ...others] = schedules.map(({ cron }) => cron);
    assert.deepEqual(others, []);
    assert.match(daily ?? "", /^\d+ \d+ \* \* \*$/);
    assert.match(weekly ?? "", /^\d+ \d+ \* \* [0-6]$/);
    const runsBy = (name: string, cron = ""): boolean => job(name).if?.includes(`schedule == '${cron}'`) === true;
    assert.deepEqual([runsBy("drift", daily), runsBy("drift", weekly)], [true, false]);
    assert.deepEqual([runsBy("up", daily), runsBy("up", weekly)], [false, true]);
  });

  it("of the mesh update as the merged preview said, in a process that a cancelled job's signal reaches", () => {
    const runs = job("up").steps.flatMap(({ run = "" }) => (run.includes("isthmus") ? [run] : []));
    assert.deepEqual(runs, [
      'exec node_modules/.bin/isthmus up --yes --stack "$STACK"',
      'exec node_modules/.bin/isthmus verify --stack "$STACK"',
    ]);
  });

  it("of the mesh install the CLI of the SDK", () => {
    const versions = Object.values(mesh.jobs)
      .flatMap(({ steps }) => steps)
      .flatMap(({ with: inputs }) => inputs?.["pulumi-version"] ?? []);
    assert.deepEqual([...new Set(versions)], [pulumiVersion]);
  });
});

describe("the scripts of the mesh's workflow", () => {
  const github = new FakeGitHub();
  let scratch: string;
  let url: string;

  before(async () => {
    url = await github.listen();
    scratch = mkdtempSync(join(tmpdir(), "isthmus-workflow-"));
    mkdirSync(join(scratch, "bin"));
    const stub = '#!/bin/sh\necho "$@" >> "$ASKED"\nprintf "%s" "$SAYS"\nexit "$ENDS"\n';
    writeFileSync(join(scratch, "bin/npx"), stub);
    chmodSync(join(scratch, "bin/npx"), 0o755);
  });
  beforeEach(() => {
    github.comments.length = github.issues.length = github.changes.length = 0;
    github.isReadOnly = false;
    for (const file of ["comment.md", "drift.md", "issue.md", "asked", "output", "summary"]) {
      rmSync(join(scratch, file), { force: true });
    }
  });
  after(async () => {
    await github.close();
    rmSync(scratch, { recursive: true });
  });

  /** Runs a step's script as a runner does, in a directory of its own, with `isthmus` saying and ending as told. */
  async function runStep(
    jobName: string,
    stepName: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<{ code: number; output: string; results: string; asked: string }> {
    const step = job(jobName).steps.find(({ name }) => name === stepName);
    const script = (step?.run ?? "").replaceAll(".github/scripts/", join(repository, ".github/scripts/"));
    const read = (file: string): string => {
      try {
        return readFileSync(join(scratch, file), "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
        throw error;
      }
    };
    const [code, output] = await new Promise<[number, string]>((fulfil) => {
      const env = {
        PATH: [join(scratch, "bin"), join(process.execPath, ".."), "/usr/bin", "/bin"].join(delimiter),
        GITHUB_API_URL: url,
        GITHUB_REPOSITORY: "somebody/meshes",
        GITHUB_TOKEN: "token-of-the-test",
        GITHUB_OUTPUT: join(scratch, "output"),
        GITHUB_STEP_SUMMARY: join(scratch, "summary"),
        ASKED: join(scratch, "asked"),
        STACK: "prod",
        ...variables,
      };
      execFile(
        "bash",
        ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        { cwd: scratch, env },
        (error, stdout, stderr) => {
          fulfil([error === null ? 0 : Number(error.code), stdout + stderr]);
        },
      );
    });
    return { code, output, results: read("output"), asked: read("asked") };
  }

  const body = `${marker("prod")}\n\nNothing would change.\n`;

  /** Runs the step that comments, with what the preview left unpacked where the job has it unpacked. */
  function runComment(text?: string): ReturnType<typeof runStep> {
    const left = join(scratch, "preview");
    rmSync(left, { recursive: true, force: true });
    if (text !== undefined) {
      mkdirSync(left);
      writeFileSync(join(left, "comment.md"), text);
    }
    const variables = { NUMBER: "7", RUN: "https://example.org/run", COMMENT: join(left, "comment.md") };
    return runStep("comment", "Comment", variables);
  }

  it("preview with the flag of the label, and go on to tell whatever the exit code is", async () => {
    const says = { SAYS: body, ENDS: "3", ALLOWED: "false" };
    const first = await runStep("preview", "Preview", says);
    assert.equal(first.code, 0, first.output);
    assert.equal(first.results, "status=3\n");
    assert.equal(first.asked, "isthmus preview --stack prod -o markdown --manifests --fail-on interruption\n");
    const second = await runStep("preview", "Preview", { ...says, ALLOWED: "true" });
    assert.match(second.asked, /--fail-on interruption --allow-interruption\n$/);
  });

  it("judge by the exit code of the preview, and name the label", async () => {
    assert.equal((await runStep("preview", "Judge", { STATUS: "0" })).code, 0);
    const { code, output } = await runStep("preview", "Judge", { STATUS: "3" });
    assert.equal(code, 3);
    assert.match(output, /^::error .*interrupts-traffic/);
    assert.equal((await runStep("preview", "Judge", { STATUS: "1" })).code, 1);
    const refused = await runStep("preview", "Judge", { STATUS: "2" });
    assert.equal(refused.code, 2);
    assert.match(refused.output, /^::error title=Refused::.*No label/);
  });

  it("unpack what a preview left where no script is run from, and read nothing else of it", async () => {
    const { steps } = job("comment");
    const artifact = steps.find(({ uses = "" }) => uses.startsWith("actions/download-artifact@"));
    const tell = steps.find(({ name }) => name === "Comment");
    assert.equal(artifact?.with?.["path"], "${{ runner.temp }}/preview");
    assert.equal(tell?.env?.["COMMENT"], "${{ runner.temp }}/preview/comment.md");
    writeFileSync(join(scratch, "elsewhere.md"), body);
    const left = join(scratch, "preview");
    rmSync(left, { recursive: true, force: true });
    mkdirSync(left);
    symlinkSync(join(scratch, "elsewhere.md"), join(left, "comment.md"));
    github.comments.length = 0;
    const variables = { NUMBER: "7", RUN: "https://example.org/run", COMMENT: join(left, "comment.md") };
    assert.equal((await runStep("comment", "Comment", variables)).code, 0);
    assert.match(github.comments[0]?.body ?? "", /came to nothing/);
  });

  it("write one comment for an environment, and write over it", async () => {
    const comment = async (text: string): Promise<string> => {
      const { code, output } = await runComment(text);
      assert.equal(code, 0, output);
      return output;
    };
    // More than a page of others' comments, one of which pretends to be ours.
    for (let number = 1; number <= 130; number++) github.comments.push(FakeGitHub.told(number, "words", "somebody"));
    github.comments.push(FakeGitHub.told(131, body, "somebody"));
    github.comments.push(FakeGitHub.told(132, `${marker("staging")}\n`, "github-actions[bot]"));

    assert.match(await comment(body), /comment written on #7/);
    assert.match(await comment(body), /as it should be/);
    assert.match(await comment(body.replace("Nothing", "All")), /written over/);
    assert.deepEqual(github.changes, ["POST issues/7/comments", "PATCH issues/comments/1133"]);
    assert.equal(github.comments.length, 133);
    assert.match(github.comments[132]?.body ?? "", /All would change/);
    assert.equal(github.comments[130]?.body, body);
  });

  it("say in the comment when a preview came to nothing", async () => {
    const { code, output } = await runComment();
    assert.equal(code, 0, output);
    assert.equal(
      github.comments[0]?.body,
      `${marker("prod")}\n\n**The preview of prod came to nothing:** [its log](https://example.org/run) says why. What would change is not known.\n`,
    );
  });

  it("post nothing that has not the marker, or is too long, and say what GitHub refuses", async () => {
    assert.match(
      (await runComment("something else")).output,
      /expected <!-- isthmus preview: prod --> as its first line/,
    );
    assert.match((await runComment(body + "x".repeat(65536))).output, /expected at most 65536 characters/);
    assert.deepEqual(github.changes, []);
    github.isReadOnly = true;
    const { code, output } = await runComment(body);
    assert.equal(code, 1);
    assert.match(output, /^GitHub answered 403 to POST issues\/7\/comments: .*Resource not accessible/);
    assert.doesNotMatch(output, /token-of-the-test/);
  });

  it("open one issue for drift, write over it, and close it when the drift is gone", async () => {
    github.issues.push(FakeGitHub.told(1, "<!-- isthmus drift: prod -->", "github-actions[bot]", { pull_request: {} }));
    const drift = async (status: string, says: string): Promise<void> => {
      const found = await runStep("drift", "Drift", { SAYS: says, ENDS: status });
      assert.equal(found.code, 0, found.output);
      assert.equal(found.results.trim().split("\n").at(-1), `status=${status}`);
      const told = await runStep("drift", "Issue", { STATUS: status });
      assert.equal(told.code, 0, told.output);
    };
    await drift("0", "as applied");
    assert.deepEqual(github.changes, []);
    await drift("1", "east differs");
    await drift("1", "west differs");
    await drift("0", "as applied");
    assert.deepEqual(github.changes, ["POST issues", "PATCH issues/2", "PATCH issues/2"]);
    const { body: last, state, title } = github.issues[1] ?? {};
    assert.deepEqual([last, state, title], ["<!-- isthmus drift: prod -->\n\nwest differs", "closed", "Drift: prod"]);
  });

  it("take a look for drift that failed for no drift", async () => {
    assert.equal((await runStep("drift", "Drift", { SAYS: "", ENDS: "1" })).code, 1);
    assert.equal((await runStep("drift", "Drift", { SAYS: "half", ENDS: "2" })).code, 2);
  });

  it("pass when all is well, and never for a fork", async () => {
    const judge = (more: Readonly<Record<string, string>>): ReturnType<typeof runStep> =>
      runStep("judge", "Judge", { FORK: "false", PREVIEW: "success", COMMENT: "success", ...more });
    assert.equal((await judge({})).code, 0);
    assert.notEqual((await judge({ PREVIEW: "failure" })).code, 0);
    assert.notEqual((await judge({ COMMENT: "failure" })).code, 0);
    const fork = await judge({ FORK: "true", PREVIEW: "skipped", COMMENT: "skipped" });
    assert.notEqual(fork.code, 0);
    assert.match(fork.output, /::error title=Not previewed::A fork/);
  });
});

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import type { MeshGraph } from "../../../operations/graph";

const repository = join(__dirname, "../../..");

function isthmus(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, "bin/isthmus.js"), ...args], {
    cwd: repository,
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

describe("isthmus, as a process", () => {
  it("prints its help on standard output", () => {
    const { code, stdout, stderr } = isthmus("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: isthmus/);
    assert.equal(stderr, "");
  });

  it("loads neither Pulumi nor the Kubernetes client for that", () => {
    const script =
      'process.argv.push("--help"); require("./bin/isthmus.js"); process.on("exit", () => console.error(Object.keys(require.cache).filter((file) => /@pulumi|@kubernetes|[/]zod[/]/.test(file)).join()))';
    const { stderr } = spawnSync(process.execPath, ["-e", script, "isthmus"], { cwd: repository, encoding: "utf8" });
    assert.equal(stderr.trim(), "");
  });

  it("draws a mesh by its stack's file alone, as a picture and as lists", () => {
    const picture = isthmus("graph", "--stack", "multi-primary");
    assert.deepEqual([picture.code, picture.stderr], [0, ""]);
    assert.match(picture.stdout, /^flowchart LR\n {2}subgraph network_network1\["network network1"\]\n/);
    const lists = isthmus("graph", "--stack", "multi-primary", "-o", "json");
    assert.deepEqual([lists.code, lists.stderr], [0, ""]);
    assert.deepEqual((JSON.parse(lists.stdout) as MeshGraph).networks, [
      { name: "network1", clusters: ["east", "west"], machines: [] },
    ]);
  });

  it("ends with 2 on a wrong option, a wrong verb and a wrong value, and names it", () => {
    for (const [args, word] of [
      [["up", "--bogus"], "--bogus"],
      [["verfy"], "verify"],
      [["verify", "-o", "xml"], "xml"],
      [["verify", "--stack", "no-such-stack"], "Pulumi.no-such-stack.yaml"],
    ] as const) {
      const { code, stdout, stderr } = isthmus(...args);
      assert.equal(code, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.ok(stderr.includes(word), stderr);
    }
  });

  it("prints an error as one JSON document on request", () => {
    const { code, stdout } = isthmus("verify", "--stack", "no-such-stack", "-o", "json");
    assert.equal(code, 2);
    const { error } = JSON.parse(stdout) as { error: { message: string; problems: { path: string }[] } };
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["Pulumi.no-such-stack.yaml"],
    );
  });

  it("ends events with a line that has the error", () => {
    const { code, stdout } = isthmus("up", "--stack", "no-such-stack", "-o", "ndjson");
    assert.equal(code, 2);
    const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { type: string; error: { message: string } };
    assert.equal(last.type, "result");
    assert.match(last.error.message, /Pulumi\.no-such-stack\.yaml/);
  });

  it("goes on when nobody reads any more what it writes", async () => {
    const args = [join(repository, "bin/isthmus.js"), "up", "--stack", "no-such-stack", "-o", "ndjson"];
    const child = spawn(process.execPath, args, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    const exited = once(child, "exit") as Promise<[number]>;
    const [stderr, [code]] = await Promise.all([text(child.stderr), exited]);
    assert.equal(code, 2, stderr);
    assert.doesNotMatch(stderr, /EPIPE/);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cancelOnFailure, runCommand } from "../../../lab/tools/command";
import { goGroups } from "../../../lab/tools/go-groups";
import { describeWork, requiredVersion } from "../../../lab/tools/go-module";
import { imageFile } from "../../../lab/tools/image-group";
import { findProgram } from "../../../lab/tools/installed";
import { checkVersion } from "../../../lab/tools/prerequisites";
import { describeFailure } from "../../../lab/tools/registries";
import { parseLdd } from "../../../lab/tools/shared-libraries";
import { ToolError } from "../../../lab/tools/tool-error";
import { wrapper } from "../../../lab/tools/unpacked";
import { isAtLeast, parseVersion } from "../../../lab/tools/versions";

describe("versions", () => {
  const words: [string, number[] | undefined][] = [
    ["go version go1.26.8 linux/amd64", [1, 26, 8]],
    ["etcd Version: 3.4.23\nGit SHA: Not provided\nGo Version: go1.19.8\n", [3, 4, 23]],
    ["containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3\n", [1, 6, 20]],
    ["iptables v1.8.9 (nf_tables)", [1, 8, 9]],
    ["pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)", [23, 2, 1]],
    ["v20.20.2", [20, 20, 2]],
    ["GNU Make 4.3\n", [4, 3]],
    ["runc version 1.1.5+ds1", [1, 1, 5]],
    ["no number", undefined],
    ["7", undefined],
  ];
  for (const [said, version] of words) {
    it(`reads ${JSON.stringify(said)}`, () => {
      assert.deepEqual(parseVersion(said), version);
    });
  }

  it("compares by number, not by letter, and takes missing parts for 0", () => {
    assert.equal(isAtLeast([1, 26], [1, 24]), true);
    assert.equal(isAtLeast([1, 9], [1, 24]), false);
    assert.equal(isAtLeast([1, 24], [1, 24, 0]), true);
    assert.equal(isAtLeast([1, 24], [1, 24, 1]), false);
    assert.equal(isAtLeast([2], [1, 99]), true);
  });

  it("tells what was expected, what was found, what to do", () => {
    assert.deepEqual(checkVersion("Go", [1, 24], "go version go1.26.8 linux/amd64", "Install it."), []);
    assert.deepEqual(checkVersion("Go", [1, 24], "go version go1.19.8 linux/amd64", "Install it."), [
      { path: "machine", expected: "Go 1.24 or later", found: "1.19.8", fix: "Install it." },
    ]);
  });

  it("come from go.mod, from the very path that is asked for", () => {
    const goMod =
      "require (\n\thelm.sh/helm/v3 v3.22.0\n\thelm.sh/helm/v4 v4.2.0 // indirect\n)\nrequire a.b/c v1.0.0\n";
    assert.equal(requiredVersion(goMod, "helm.sh/helm/v3"), "v3.22.0");
    assert.equal(requiredVersion(goMod, "helm.sh/helm/v4"), "v4.2.0");
    assert.equal(requiredVersion(goMod, "a.b/c"), "v1.0.0");
    assert.throws(() => requiredVersion(goMod, "helm.sh/helm"), /does not require helm\.sh\/helm/);
  });

  it("go into the programs: Kubernetes', and an Istio version that Istio can read", () => {
    const key = goGroups().cluster.key.join(" ");
    assert.match(key, /-X k8s\.io\/component-base\/version\.gitVersion=v\d+\.\d+\.\d+ /);
    assert.match(key, /-X istio\.io\/istio\/pkg\/version\.buildVersion=1\.31\.\d+-[0-9a-f]{12} /);
    assert.match(goGroups().pulumi.key.join(" "), /version\.Version=3\.\d+\.\d+/);
  });
});

describe("commands", () => {
  const failure = async (command: readonly [string, ...string[]], options = {}): Promise<ToolError> => {
    try {
      await runCommand(command, options);
    } catch (error) {
      assert.ok(error instanceof ToolError);
      return error;
    }
    return assert.fail("it did not fail");
  };

  it("give what they wrote, and lines as they come", async () => {
    const lines: string[] = [];
    const result = await runCommand(["sh", "-c", "echo out; echo one >&2; echo two >&2"], {
      onErrorLine: (line) => lines.push(line),
    });
    assert.deepEqual(result, { output: "out\n", errors: "one\ntwo" });
    assert.deepEqual(lines, ["one", "two"]);
  });

  it("that fail are shown with their last 20 lines and what to do", async () => {
    const error = await failure(["sh", "-c", "seq 1 100 >&2; exit 3"], { fix: "Do this." });
    const lines = error.message.split("\n");
    assert.equal(lines.length, 22);
    assert.equal(lines[0], "sh -c seq 1 100 >&2; exit 3 ended with code 3.");
    assert.equal(lines[1], "  | 81");
    assert.equal(lines[20], "  | 100");
    assert.equal(lines[21], "Do this.");
  });

  it("that are not there say so", async () => {
    assert.match((await failure(["/nowhere/program"])).message, /\/nowhere\/program/);
  });

  it("that take too long are ended", async () => {
    assert.match((await failure(["sleep", "60"], { timeoutMs: 50 })).message, /^sleep 60 was ended by SIGTERM\./);
  });

  it("end when one beside them fails, and its error is the one thrown", async () => {
    const startMs = Date.now();
    await assert.rejects(
      cancelOnFailure([() => runCommand(["sleep", "60"]), () => runCommand(["sh", "-c", "echo broken >&2; exit 1"])]),
      /broken/,
    );
    assert.ok(Date.now() - startMs < 10_000);
  });
});

describe("commands under a signal", () => {
  it("end with it, and none is started afterwards", async () => {
    const controller = new AbortController();
    const startMs = Date.now();
    let started = false;
    const running = cancelOnFailure(
      [
        async () => {
          await runCommand(["sleep", "60"]).catch(() => undefined);
          await runCommand(["true"]);
          started = true;
        },
      ],
      controller.signal,
    );
    controller.abort(new Error("interrupted"));
    await assert.rejects(running, /interrupted/);
    assert.equal(started, false);
    assert.ok(Date.now() - startMs < 10_000);
  });
});

describe("registries that are not reached", () => {
  const cases: [string, string, RegExp][] = [
    ["go", "dial tcp: lookup proxy.golang.org: no such host", /^The Go module proxy was not reached\..*GOPROXY/],
    [
      "python3",
      "Failed to establish a new connection: NewConnectionError",
      /^The Python package index .*PIP_INDEX_URL/,
    ],
    ["apt-get", "E: Failed to fetch http://…  Could not connect", /^The Debian package archive .*HTTPS_PROXY/],
  ];
  for (const [program, line, expected] of cases) {
    it(`are named: ${program}`, () => {
      assert.match(describeFailure(program, ["something", line]) ?? "", expected);
    });
  }

  it("are not blamed for other failures", () => {
    assert.equal(describeFailure("go", ["./main.go:3:1: syntax error"]), undefined);
    assert.equal(describeFailure("dpkg", ["connection refused"]), undefined);
  });
});

describe("programs of the system", () => {
  it("are found on PATH and where root has them", () => {
    assert.equal(findProgram("sh", "/nowhere:/bin"), "/bin/sh");
    assert.equal(findProgram("no-such-program", "/bin"), undefined);
    // A relative entry means another program in each directory.
    assert.equal(findProgram("sh", "bin"), undefined);
  });

  it("have the libraries that ldd names", () => {
    const output = [
      "\tlinux-vdso.so.1 (0x00007ffd)",
      "\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f61)",
      "\tlibnftnl.so.11 => not found",
      "\t/lib64/ld-linux-x86-64.so.2 (0x00007f62)",
    ].join("\n");
    assert.deepEqual(parseLdd(output), {
      files: ["/lib/x86_64-linux-gnu/libm.so.6", "/lib64/ld-linux-x86-64.so.2"],
      missing: ["libnftnl.so.11"],
    });
    assert.deepEqual(parseLdd("\tstatically linked\n"), { files: [], missing: [] });
  });

  it("get a script that passes on arguments, environment, process id and exit code", () => {
    const directory = mkdtempSync(join(tmpdir(), "isthmus it's "));
    try {
      const program = join(directory, "program");
      const shown = `#!/bin/sh\necho "$$ $1|$2|$LD_LIBRARY_PATH|$XTABLES_LIBDIR"\nexit 7\n`;
      writeFileSync(program, shown, { mode: 0o755 });
      const script = join(directory, "script");
      writeFileSync(script, wrapper([program, "first"], ["/one", "/two"]), { mode: 0o755 });
      const ended = spawnSync(script, ["a b"], { encoding: "utf8" });
      assert.equal(ended.stdout, `${ended.pid} first|a b|/one:/two|/one/xtables:/two/xtables\n`);
      assert.equal(ended.status, 7);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("build progress", () => {
  it("counts a program as forty packages and never passes the end", () => {
    assert.deepEqual(describeWork({ compiled: 100, linked: 1, packages: 200, programs: 5 }), {
      done: 140,
      total: 400,
      detail: "100 of 200 packages compiled, 1 of 5 programs linked",
    });
    assert.equal(describeWork({ compiled: 0, linked: 1, packages: 0, programs: 5 }).detail, "1 of 5 programs linked");
    const ended = describeWork({ compiled: 250, linked: 5, packages: 200, programs: 5 });
    assert.equal(ended.done, ended.total);
  });

  it("names image files after the images", () => {
    assert.equal(imageFile("lab.local/istio/pilot:lab"), "istio-pilot.tar");
    assert.equal(imageFile("lab.local/pause:lab"), "pause.tar");
  });
});

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Problem } from "../../topology/problem";

const execute = promisify(execFile);
const project = join(__dirname, "../..");

/** What the check says when it runs under a command of its own. */
async function check(...under: string[]): Promise<Problem[]> {
  const script = `require("./lab/machine").checkMachine([{ name: "machine-test", network: "a" }]).then((problems) => console.log(JSON.stringify(problems)))`;
  const [program, ...args] = [...under, process.execPath, "-r", "tsx/cjs", "-e", script];
  assert.ok(program);
  const { stdout } = await execute(program, args, { cwd: project });
  return JSON.parse(stdout) as Problem[];
}

describe("the check of the machine", function () {
  this.timeout(60_000);

  it("finds nothing wrong where the lab can run", async () => {
    assert.deepEqual(await check(), []);
  });

  it("wants root", async () => {
    const problems = await check("setpriv", "--reuid=65534", "--clear-groups");
    assert.deepEqual(
      problems.map(({ expected, found }) => [expected, found]),
      [["root, to make network namespaces and containers", "user 65534"]],
    );
  });

  it("wants the right to make namespaces", async () => {
    const problems = await check("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin");
    assert.deepEqual(
      problems.map(({ expected }) => expected),
      ["the right to make namespaces"],
    );
  });

  const conflicts: [string, string, string][] = [
    ["a network of Docker's", "172.18.0.1/16", "172.18.0.0/16"],
    ["a part of the range", "172.18.200.1/24", "172.18.200.0/24"],
    ["a wider range", "172.16.0.1/12", "172.16.0.0/12"],
  ];
  for (const [what, address, range] of conflicts) {
    it(`finds ${what} in the lab's way`, async () => {
      const commands = [
        "ip link add br-test type veth peer name other",
        `ip address add ${address} dev br-test`,
        "ip link set br-test up",
        'exec "$@"',
      ];
      const problems = await check("unshare", "--net", "sh", "-c", commands.join(" && "), "sh");
      const found = problems.filter(({ path }) => path === "machine.network");
      assert.ok(found.some((problem) => problem.found === `a route to ${range} on br-test`));
      assert.match(found[0]?.fix ?? "", /Docker/);
    });
  }
});

import assert from "node:assert/strict";
import type { VerifyReport } from "../../operations/verify";
import { isthmus, startIsthmus } from "../support/isthmus";
import { kubectl, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("checked");
const each = ["east", "west"];

/** Nobody has it: the lab's nodes are numbered from 10 on. */
const nobodys = "https://172.18.0.250:6443";

/** The development mesh, west reached by others as it is said. */
function write(apiServer: { readonly url?: string }): void {
  stack.write({
    clusters: {
      east: { network: "east", access: { context: "lab-east" } },
      west: { network: "west", access: { context: "lab-west" }, apiServer },
    },
  });
}

/** Rows that show from inside the clusters, and how the command ended. */
async function check(
  ...args: string[]
): Promise<{ readonly code: number | undefined; readonly rows: string[]; readonly report: VerifyReport }> {
  const run = await isthmus("check", "--stack", stack.name, "-o", "json", ...args);
  const report = JSON.parse(run.stdout) as VerifyReport;
  const inside = ["names-resolved", "api-server-reached", "gateway-addressed"];
  const rows = report.checks
    .filter(({ id }) => inside.includes(id))
    .map(({ clusters, id, status }) => [id, ...clusters, status].join(" "));
  return { code: run.code, report, rows };
}

/** Namespaces of pods that looked from inside, but for those that are on their way out. */
async function left(): Promise<string[]> {
  const form = 'jsonpath={range .items[?(@.status.phase=="Active")]}{.metadata.name}{"\\n"}{end}';
  const selector = "app.kubernetes.io/component=verify";
  const found = await Promise.all(each.map((name) => kubectl(name, "get", "namespaces", "-l", selector, "-o", form)));
  return found.flatMap((names) => names.split("\n").filter((name) => name !== ""));
}

describeInTurn("check", "isthmus check from inside clusters without a mesh", function () {
  this.timeout(5 * 60_000);

  before(async () => {
    write({});
    await stack.labUp();
  });

  after(() => {
    stack.remove();
  });

  it("finds that each cluster reaches the other's API server, and leaves nothing", async () => {
    const { code, report, rows } = await check("--from-inside");
    assert.deepEqual(rows, [
      "names-resolved east pass",
      "names-resolved west pass",
      "api-server-reached east west pass",
      "api-server-reached west east pass",
    ]);
    assert.equal(code, 0);
    assert.deepEqual(
      report.leftOut?.map(({ id }) => id),
      ["gateway-addressed"],
    );
    assert.deepEqual(await left(), []);
  });

  it("finds an API server that is reached from here alone, which shows from nowhere else", async () => {
    write({ url: nobodys });
    assert.equal((await check()).code, 0, "it is not judged from here");
    const { code, report, rows } = await check("--from-inside");
    assert.equal(code, 1);
    assert.deepEqual(
      rows.filter((row) => !row.endsWith(" pass")),
      ["api-server-reached east west fail"],
    );
    const { hint, message } = report.checks.find(({ status }) => status === "fail") ?? {};
    assert.match(message ?? "", /^pods of east do not reach 172\.18\.0\.250:6443: /);
    assert.match(hint ?? "", /isthmus:mesh\.clusters\.west\.apiServer\.url/);
    assert.deepEqual(await left(), []);
  });

  it("removes what a killed run left behind", async () => {
    const running = startIsthmus("check", "--stack", stack.name, "--from-inside");
    await running.said(/a pod looks from inside/);
    running.child.kill("SIGKILL");
    await running.finished;
    assert.notDeepEqual(await left(), []);
    write({});
    assert.equal((await check("--from-inside")).code, 0);
    assert.deepEqual(await left(), []);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReaderTokensReport } from "../../operations/reader-tokens";
import { isthmus, repository } from "../support/isthmus";
import { Calls } from "./calls";
import { allPairs, kubectl, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

const stack = new WrittenStack("test-rotate-tokens");
const sites = ["east", "west"] as const;
const system = ["-n", "istio-system"];

interface TokenSecret {
  readonly metadata: { readonly name: string };
  readonly data: { readonly token: string };
}

/** The tokens of a cluster's readers, by the names of their Secrets. */
async function tokensOf(site: string): Promise<Map<string, string>> {
  const type = "type=kubernetes.io/service-account-token";
  const { items } = JSON.parse(
    await kubectl(site, ...system, "get", "secrets", "--field-selector", type, "-o", "json"),
  ) as { items: TokenSecret[] };
  return new Map(
    items.map(({ data, metadata: { name } }) => [name, Buffer.from(data.token, "base64").toString()] as const),
  );
}

/** Whether a cluster's API server takes a token for valid. */
async function isAccepted(site: string, token: string): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), "isthmus-token-"));
  try {
    const file = join(directory, "review.json");
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
    writeFileSync(file, JSON.stringify(review), { mode: 0o600 });
    const said = await kubectl(site, "create", "-f", file, "-o", "json");
    return (JSON.parse(said) as { status: { authenticated?: boolean } }).status.authenticated === true;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function rotate(...more: string[]): Promise<ReaderTokensReport & { readonly done: readonly string[] }> {
  const run = await isthmus("rotate", "tokens", "--stack", stack.name, "-o", "json", ...more);
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout) as ReaderTokensReport & { readonly done: readonly string[] };
}

const usedIn = ({ clusters }: ReaderTokensReport): (string | undefined)[] =>
  clusters.map(({ tokens }) => tokens.find(({ place }) => place === "used")?.name);

describeInTurn("rotate-tokens", "a rotation of readers' tokens, on the lab", function () {
  this.timeout(15 * 60_000);

  before(async () => {
    stack.write({});
    await stack.labUp();
    await stack.up();
  });

  after(() => {
    stack.remove();
  });

  it("says where it stands, and changes nothing without being told to", async () => {
    const before = readFileSync(join(repository, `Pulumi.${stack.name}.yaml`), "utf8");
    const report = await rotate();
    assert.deepEqual(report.done, []);
    assert.deepEqual(
      report.clusters.map(({ cluster, state, readers }) => [cluster, state, readers.map(({ given }) => given)]),
      [
        ["east", "settled", ["first"]],
        ["west", "settled", ["first"]],
      ],
    );
    assert.equal(readFileSync(join(repository, `Pulumi.${stack.name}.yaml`), "utf8"), before);
  });

  it("loses no call in either direction, in two rotations", async function () {
    const calls = new Calls(sites);
    await calls.begin();
    const began = performance.now();
    const former = new Map(await Promise.all(sites.map(async (site) => [site, await tokensOf(site)] as const)));
    const first = await rotate("--yes");
    assert.equal(first.done.length, 3);
    assert.ok(usedIn(first).every((name) => name?.startsWith("from-") === true));
    const second = await rotate("--yes");
    assert.ok(usedIn(second).every((name) => name?.endsWith("-2") === true));
    assert.ok(second.clusters.every(({ state, tokens }) => state === "settled" && tokens.length === 1));
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    const figures = await calls.end();
    const lines = [`${seconds} s`, ...second.done, ...figures.map((one) => JSON.stringify(one))];
    process.stdout.write(lines.map((line) => `      ${line}\n`).join(""));
    assert.deepEqual(calls.lost, []);
    assert.ok(figures.every(({ calls: made, lost }) => made > 100 && lost === 0));

    for (const site of sites) {
      const standing = await tokensOf(site);
      assert.equal(standing.size, 1);
      const [token = ""] = [...(former.get(site)?.values() ?? [])];
      assert.equal(await isAccepted(site, token), false);
      for (const fresh of standing.values()) assert.equal(await isAccepted(site, fresh), true);
    }
    await stack.settled();
    assert.deepEqual(await stack.verified(), allPairs(sites));
  });

  it("refuses to revoke a token in the update that gives the istiods another", async () => {
    const file = join(repository, `Pulumi.${stack.name}.yaml`);
    assert.match(readFileSync(file, "utf8"), /tokens: \[ from-/);
    stack.write({});
    const run = await stack.tryUp();
    assert.equal(run.code, 2, run.stderr);
    assert.match(
      run.stderr,
      /clusters\.west\.readerTokens\.tokens: expected from-.* the istiod of east is given from-/,
    );
  });
});

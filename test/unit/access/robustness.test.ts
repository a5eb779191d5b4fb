import assert from "node:assert/strict";
import { createServer } from "node:https";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseStackConfiguration, resolveAccess } from "../../../access";
import { precheck } from "../../../preflight";
import { ConfigurationError, formatProblem, type Problem } from "../../../topology";
import { noSources } from "../../support/kubeconfig-sources";
import { planOf, twoPrimaries } from "../../support/plans";
import { TestAuthority } from "./certificates";
import { accessTo } from "./fake-api-server";

function assertReadable(problem: Problem): void {
  const shown = formatProblem(problem);
  for (const part of [problem.path, problem.expected, problem.found, problem.fix])
    assert.notEqual(part.trim(), "", shown);
  assert.doesNotMatch(shown, /[\n\r]|\bundefined\b|\[object|\bat .*\.ts:/);
}

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("lab-east", "lab-west", "https://east:6443", "http://[", "missing/file", "", null, true, 0),
);

const fields = fc.dictionary(
  fc.constantFrom(
    ...[
      "server",
      "certificate-authority",
      "certificate-authority-data",
      "insecure-skip-tls-verify",
      "proxy-url",
      "extensions",
    ],
    ...["token", "tokenFile", "client-certificate", "client-key-data", "exec", "as-user-extra", "cluster", "user"],
  ),
  value,
);

const list = (kind: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 1, arbitrary: value },
    {
      weight: 6,
      arbitrary: fc.array(
        fc.record({ name: fc.constantFrom("lab-east", "lab-west", "c", 1, null), [kind]: fc.oneof(value, fields) }),
        {
          maxLength: 3,
        },
      ),
    },
  );

const kubeconfig = fc.record({ contexts: list("context"), clusters: list("cluster"), users: list("user") });

describe("whatever is read", () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "isthmus-robust-"));
  });

  after(() => rm(directory, { recursive: true }));

  it("from a kubeconfig gives access or readable problems, never anything else", async () => {
    const plan = planOf({ ...twoPrimaries, kubeconfig: "config" });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          kubeconfig.map((content) => JSON.stringify(content)),
          fc.string(),
        ),
        async (text) => {
          await writeFile(join(directory, "config"), text);
          const { clusters, problems } = await resolveAccess(plan, directory, noSources, { HOME: directory });
          problems.forEach(assertReadable);
          assert.ok(problems.length > 0 || clusters.size === 2);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("from a stack's file gives a configuration or readable problems", () => {
    const fragment = fc.constantFrom(
      "config:",
      "isthmus:mesh:",
      "\n",
      "  ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      "*a",
      "&a ",
      "!!binary ",
      "? ",
      "a: 1",
      '"',
      "'",
      "|",
      "\t",
      "<<: ",
      "secure: x",
      "%YAML 9",
      "---",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join("")),
          fc.string(),
        ),
        (text) => {
          try {
            parseStackConfiguration(text, "Pulumi.dev.yaml");
          } catch (error) {
            assert.ok(error instanceof ConfigurationError, `${JSON.stringify(text)}: ${String(error)}`);
            error.problems.forEach(assertReadable);
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("from an API server that answers nonsense gives readable findings", async () => {
    const authority = await TestAuthority.create("ca");
    const { certificate, key } = await authority.issue(["127.0.0.1"]);
    let answer: { status: number; body: string } = { status: 200, body: "" };
    const server = createServer({ cert: certificate, key }, (_request, response) => {
      response.writeHead(answer.status, { location: "nowhere" }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const plan = planOf(twoPrimaries);
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(200, 201, 204, 301, 401, 403, 404, 429, 500, 503),
          fc.oneof(
            fc.json(),
            fc.string(),
            fc.constantFrom(
              "false",
              '{"items":3}',
              '{"items":[null]}',
              '{"status":{"allowed":true},"gitVersion":"x","metadata":{"uid":1}}',
              '{"status":{"allowed":false},"gitVersion":"v1.99.0","metadata":{"labels":null}}',
            ),
          ),
          async (status, body) => {
            answer = { status, body };
            const access = new Map([
              ["east", accessTo("east", `https://127.0.0.1:${port}`, authority.certificate, { token: "t" })],
            ]);
            const { problems, unreachable, warnings } = await precheck(plan, access, directory);
            [...problems, ...unreachable.values(), ...warnings].forEach(assertReadable);
          },
        ),
        { numRuns: 60 },
      );
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("from a kubeconfig whose parts cannot be used gives a problem", async () => {
    const bad = Buffer.from("no certificate").toString("base64");
    for (const [user, cluster] of [
      [{ "client-certificate-data": bad, "client-key-data": bad }, {}],
      [{ token: "line\nbreak" }, {}],
      [{ token: "t" }, { "proxy-url": "socks5://127.0.0.1:1" }],
      [{ token: "t" }, { "proxy-url": "http://[" }],
      [{ exec: {} }, {}],
      [{ exec: { command: "sh", args: "x", env: "y" } }, {}],
    ] as const) {
      const access = new Map([["east", accessTo("east", "https://127.0.0.1:1", "no certificate", user, cluster)]]);
      const { problems, unreachable, warnings } = await precheck(planOf(twoPrimaries), access, directory);
      const own = problems.filter(({ found }) => !found.includes("this machine alone"));
      const all = [...own, ...unreachable.values(), ...warnings];
      all.forEach(assertReadable);
      assert.ok(all.some(({ path }) => path === "isthmus:mesh.clusters.east.access.context"));
    }
  });
});

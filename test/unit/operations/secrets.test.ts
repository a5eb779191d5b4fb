import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClusterAccess } from "../../../access";
import { describeFailure } from "../../../cli/failure";
import { backendProblem } from "../../../engine/backend/backend-problem";
import { emptyPassphrases, withoutEmptyPassphrases } from "../../../engine/passphrase";
import { PulumiError } from "../../../engine/pulumi-error";
import { EventListenerError } from "../../../operations/deployment";
import { driftMarkdown } from "../../../operations/drift/markdown";
import { report } from "../../../operations/drift/report";
import { defaultsFor } from "../../../operations/stack/environment";
import { unfinished, UnfinishedUpdate } from "../../../operations/stack/unfinished";
import { HelmError, helmOnPath } from "../../../operations/summary/helm";
import { differences, readable } from "../../../operations/summary/properties";
import { report as verifyReport } from "../../../operations/verify/report";
import { partDigest } from "../../../stacks";
import { ConfigurationError, parseMesh } from "../../../topology";
import { planOf, twoPrimaries } from "../../support/plans";

const password = "hunter2";
const key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\n-----END EC PRIVATE KEY-----";
const words = `Get "https://robot:${password}@charts.example.org/index.yaml": refused, with ${key.replaceAll("\n", " ")}`;
const problem = { path: "a", expected: words, found: words, fix: words };

function assertSilent(value: unknown): void {
  assert.doesNotMatch(typeof value === "string" ? value : JSON.stringify(value), /hunter2|MHcCAQ/);
}

describe("an error", () => {
  const errors: Readonly<Record<string, Error>> = {
    "of Pulumi": new PulumiError("up", `error: ${words}`, `error: ${words}`, 255),
    "of Pulumi, in some clusters": new UnfinishedUpdate(words, ["east"], [problem]),
    "of the user": new ConfigurationError([problem]),
    "of a listener": new EventListenerError("up", new Error(words), {}),
    "of anything else": new Error(words),
    "of ours": new TypeError(words),
  };

  for (const [whose, error] of Object.entries(errors)) {
    it(`${whose} is told without secrets`, () => {
      const { message, problems, trace = "" } = describeFailure(error);
      assertSilent([message, problems, trace]);
      if (!(error instanceof TypeError) && whose !== "of anything else") assertSilent(error.message);
      if (error instanceof PulumiError) assertSilent([error.stdout, error.stderr]);
    });
  }

  it("of Pulumi that is about a cluster is told without secrets", () => {
    const stdout = `  kubernetes:core/v1:Secret (mesh-east-system-cacerts):\n    error: ${words}\n`;
    const error = unfinished(new PulumiError("up", stdout, "", 255), planOf(twoPrimaries), []);
    assert.match(error?.message ?? "", /charts\.example\.org/);
    assertSilent(error?.message ?? "");
  });

  it("of a backend is told without secrets", () => {
    const found = backendProblem(`error: get stack secrets manager: ${words}`, { url: undefined, stack: "prod" });
    assert.notEqual(found, undefined);
    assertSilent(describeFailure(new ConfigurationError(found === undefined ? [] : [found])));
  });
});

describe("a report", () => {
  it("of drift, or of a verification, repeats no secret that a cluster tells", () => {
    const finding = {
      cluster: "east",
      kind: "changed",
      severity: "drift",
      path: words,
      expected: words,
      found: words,
      remedy: words,
    } as const;
    const drift = report("dev", [{ cluster: "east", objects: 1, findings: [finding], repairs: [] }], false);
    assertSilent(drift);
    assertSilent(driftMarkdown(drift));
    assertSilent(verifyReport([{ id: "root", clusters: [], status: "fail", message: words, hint: words }]));
  });

  it("of drift holds no markup of others in its remedies", () => {
    const remedy = (name: string): string =>
      driftMarkdown(
        report(
          "dev",
          [
            {
              cluster: "east",
              objects: 1,
              repairs: [],
              findings: [
                {
                  cluster: "east",
                  kind: "extra",
                  severity: "drift",
                  path: "a",
                  expected: "nothing",
                  found: "a value",
                  remedy: `If it is to stay, say so in \`env["${name}"]\`.`,
                },
              ],
            },
          ],
          false,
        ),
      )
        .split("\n")
        .find((line) => line.startsWith("- ")) ?? "";
    assert.equal(remedy("FOO"), '- If it is to stay, say so in `env["FOO"]`.');
    assert.doesNotMatch(remedy("`<img src=x>`"), /<img|[^\\]`<|@octocat/);
    assert.doesNotMatch(remedy("`[a](https://evil.example.org) @octocat"), /[^\\]\[a\]|@octocat/);
  });
});

describe("a summary's values", () => {
  it("are masked by what they are called, and said to differ", () => {
    const env = (value: string): object => ({ env: { DB_PASSWORD: value, LEVEL: value } });
    assert.deepEqual(differences(env("one"), env("two")), [
      { path: "env.DB_PASSWORD", before: "[secret]", after: "[secret]" },
      { path: "env.LEVEL", before: "one", after: "two" },
    ]);
    const list = (value: unknown): object => ({ env: [{ name: "API_TOKEN", value }] });
    assert.deepEqual(differences(list("one"), list("two")), [
      { path: "env[0].value", before: "[secret]", after: "[secret]" },
    ]);
    assert.deepEqual(differences({}, list(4711)), [{ path: "env", after: [{ name: "API_TOKEN", value: "[secret]" }] }]);
  });

  it("are shown where they are switches, references, or no secrets at all", () => {
    const shown = { automountServiceAccountToken: true, secretName: "gateway-tls", hub: "docker.io/istio" };
    assert.deepEqual(readable(shown), shown);
  });

  it("have no password of a URL", () => {
    const of = (user: string): object => ({ repositoryOpts: { repo: `https://${user}@charts.example.org` } });
    assertSilent(differences(of(`robot:${password}`), of("robot:other")));
  });
});

describe("the helm on the PATH", () => {
  it("is given no password on its command line, which everybody can read", async () => {
    const helm = helmOnPath("/", { PATH: "" });
    const release = { name: "istiod", namespace: "istio-system", version: "1.31.1", values: {} };
    const urls = [
      { chart: "istiod", repository: `https://robot:${password}@charts.example.org` },
      { chart: `https://robot:${password}@charts.example.org/istiod.tgz` },
    ];
    for (const url of urls) {
      await assert.rejects(helm.template({ ...release, ...url }), (error) => {
        assertSilent(String(error));
        return error instanceof HelmError && error.message.includes("command line");
      });
    }
  });
});

describe("a chart repository", () => {
  it("is refused with a user or a password in its URL, and the way on is said", () => {
    for (const user of [`robot:${password}`, "ghp_0123456789abcdef", `robot:pa@${password}`]) {
      const charts = { repository: `https://${user}@charts.example.org/istio` };
      const mesh = { ...twoPrimaries, istio: { version: "1.31.1", charts } };
      assert.throws(
        () => parseMesh(mesh),
        (error) => {
          assert.ok(error instanceof ConfigurationError);
          assertSilent([error.message, error.problems]);
          assert.doesNotMatch(error.message, /ghp_/);
          assert.match(error.message, /charts\.repository: .* found "https:\/\/…@charts.*`helm registry login`/);
          return true;
        },
      );
    }
  });
});

describe("the digest of a part", () => {
  it("tells passwords apart, and of none is what a guess would be hashed to", () => {
    const plan = planOf(twoPrimaries);
    const digestFor = (kubeconfig: string): string => {
      const access = { name: "east", kubeconfig, server: "https://east.example.org", isLoopback: false };
      const source = { plan, part: "east", files: undefined, offers: new Map() };
      return partDigest({ ...source, access: access as unknown as ClusterAccess });
    };
    const of = (secret: string): string => JSON.stringify({ users: [{ user: { username: "me", password: secret } }] });
    assert.equal(digestFor(of("one")), digestFor(of("one")));
    assert.notEqual(digestFor(of("one")), digestFor(of("two")));
    const tokens = JSON.stringify({ users: [{ user: { token: "one" } }] });
    assert.notEqual(digestFor(tokens), digestFor(of("one")));
  });
});

describe("an empty passphrase", () => {
  const directory = mkdtempSync(join(tmpdir(), "isthmus-passphrase-"));
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  after(() => rmSync(directory, { recursive: true }));

  it("is none, however it is given", () => {
    const empty = file("empty", " \n");
    const full = file("full", "x\n");
    for (const [variables, left] of [
      [{ PULUMI_CONFIG_PASSPHRASE: "" }, {}],
      [{ PULUMI_CONFIG_PASSPHRASE: "  " }, {}],
      [{ PULUMI_CONFIG_PASSPHRASE_FILE: "" }, {}],
      [{ PULUMI_CONFIG_PASSPHRASE_FILE: empty }, {}],
      [{ PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: full }, { PULUMI_CONFIG_PASSPHRASE_FILE: full }],
      [
        { PULUMI_CONFIG_PASSPHRASE: "x", A: "" },
        { PULUMI_CONFIG_PASSPHRASE: "x", A: "" },
      ],
      [{ PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" }, { PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" }],
    ] as const) {
      assert.deepEqual(withoutEmptyPassphrases(variables), left);
    }
    assert.deepEqual(emptyPassphrases({ PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: empty }), [
      "PULUMI_CONFIG_PASSPHRASE",
      "PULUMI_CONFIG_PASSPHRASE_FILE",
    ]);
  });

  it("leaves the lab its own", () => {
    const lab = { PULUMI_CONFIG_PASSPHRASE: "lab" };
    assert.deepEqual(defaultsFor(lab, { PULUMI_CONFIG_PASSPHRASE: "" }), lab);
    assert.deepEqual(defaultsFor(lab, { PULUMI_CONFIG_PASSPHRASE: "mine" }), {});
  });

  it("is called so where one is needed, with the way out of one", () => {
    const error =
      "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables";
    const found = backendProblem(error, { url: undefined, stack: "prod", empty: ["PULUMI_CONFIG_PASSPHRASE_FILE"] });
    assert.deepEqual([found?.path, found?.found], ["PULUMI_CONFIG_PASSPHRASE_FILE", "an empty one"]);
    assert.match(
      found?.fix ?? "",
      /`PULUMI_CONFIG_PASSPHRASE= pulumi stack change-secrets-provider passphrase --stack prod`/,
    );
  });
});

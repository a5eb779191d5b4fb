import assert from "node:assert/strict";
import { context, only, PrecheckBench, token } from "./precheck-support";

describe("precheck of credentials", () => {
  const bench = new PrecheckBench();

  const plugin = (script: string, more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
    exec: { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: ["-c", script], ...more },
  });

  it("runs a credential plugin, with its environment and the cluster's address", async () => {
    const script = `test "$WHO" = me && echo "$KUBERNETES_EXEC_INFO" | grep -q '"server":"https://127.0.0.1' && echo '{"kind":"ExecCredential","status":{"token":"${token}"}}'`;
    const user = plugin(script, { provideClusterInfo: true, env: [{ name: "WHO", value: "me" }] });
    assert.deepEqual((await bench.checkEast({}, user)).problems, []);
  });

  for (const [what, user, problem] of [
    [
      "is not installed",
      { exec: { command: "no-such-plugin", installHint: "Get it from your package manager.\nThen log in." } },
      "the credential plugin no-such-plugin, which is not installed. Install it: Get it from your package manager.",
    ],
    [
      "fails",
      plugin(`echo ${token} >&2; exit 3`),
      "the credential plugin sh, which failed (exit 3). Run it by hand to see why; logging in again often helps.",
    ],
    [
      "prints something else",
      plugin(`echo ${token}`),
      "no ExecCredential from sh. Run it by hand to see what it prints.",
    ],
    [
      "needs a terminal",
      plugin("true", { interactiveMode: "Always" }),
      "the credential plugin sh, which asks at a terminal. Name a context whose credentials need no terminal.",
    ],
  ] as const) {
    it(`says so when a credential plugin ${what}`, async () => {
      assert.equal(
        only((await bench.checkEast({}, user)).problems),
        `${context}: expected credentials for HOST, found ${problem}`,
      );
    });
  }
});

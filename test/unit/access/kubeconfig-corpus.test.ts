import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { resolveAccess, type ClusterAccess } from "../../../access";
import { settingsOf } from "../../../access/connection/settings";
import { asMapping, asText, below } from "../../../access/mapping";
import { formatProblem } from "../../../topology";
import { noSources } from "../../support/kubeconfig-sources";
import { planOf } from "../../support/plans";
import { meshOf } from "./resolve-support";

const directory = join(__dirname, "..", "..", "fixtures", "kubeconfigs");

/** What is expected of a kubeconfig; the table says it for each file of the corpus. */
interface Expected {
  readonly context: string;
  /** Files of KUBECONFIG. Default: the one whose name the row has. */
  readonly files?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly accepted?: Reached;
  readonly refused?: string;
}

interface Reached {
  readonly server: string;
  readonly by: string;
  /** Whose authorities count. */
  readonly trust: "kubeconfig" | "system";
  readonly proxy?: string;
  readonly serverName?: string;
}

const table = parse(readFileSync(join(directory, "expected.yaml"), "utf8")) as Readonly<Record<string, Expected>>;

describe("Kubeconfigs of every kind", () => {
  for (const [name, { context, files = [name], environment = {}, accepted, refused }] of Object.entries(table)) {
    it(`${name} ${accepted === undefined ? "is refused" : "leads to its cluster"}`, async () => {
      const { clusters, problems } = await resolveAccess(planOf(meshOf({ east: context })), directory, noSources, {
        HOME: "/home/someone",
        KUBECONFIG: files.map((file) => join(directory, file)).join(":"),
      });
      const east = clusters.get("east");
      assert.deepEqual(
        { accepted: east && reached(east, environment), refused: problems.map(shown).join("\n") || undefined },
        { accepted, refused },
      );
    });
  }

  it("all stand in the table", () => {
    const inTable = new Set(Object.entries(table).flatMap(([name, { files = [name] }]) => files));
    const there = readdirSync(directory, { recursive: true, encoding: "utf8" });
    const missing = there.filter((file) => /\.(ya?ml|json)$/.test(file) && !inTable.has(file));
    assert.deepEqual(missing, ["expected.yaml"]);
    assert.ok(Object.keys(table).length >= 100, "the corpus has shrunk");
  });
});

function reached(access: ClusterAccess, environment: Readonly<Record<string, string>>): Reached {
  const { certificateAuthority, proxy, serverName } = settingsOf(access, environment);
  return {
    server: access.server,
    by: waysIn(access).join(", "),
    trust: certificateAuthority === undefined ? "system" : "kubeconfig",
    ...(proxy === undefined ? {} : { proxy }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

/** What a user logs in with, in the order in which it counts. */
function waysIn(access: ClusterAccess): string[] {
  const { user } = settingsOf(access, {});
  const plugin = asMapping(user["exec"]);
  const version = asText(plugin?.["apiVersion"])?.split("/")[1];
  return [
    ...(asText(user["client-certificate-data"]) === undefined ? [] : ["client certificate"]),
    ...(access.tokenFile === undefined ? [] : ["token file"]),
    ...(access.tokenFile !== undefined || asText(user["token"]) === undefined ? [] : ["token"]),
    ...(below(user["auth-provider"], "name") === "oidc" ? ["oidc"] : []),
    ...(asText(user["username"]) === undefined ? [] : ["password"]),
    ...(plugin === undefined ? [] : [`plugin ${asText(plugin["command"])?.replace(directory, "")} ${version}`]),
    ...(asText(user["as"]) === undefined ? [] : [`as ${asText(user["as"])}`]),
  ];
}

function shown(problem: Parameters<typeof formatProblem>[0]): string {
  return formatProblem(problem).replaceAll(`${directory}/`, "");
}

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { resourcesIn, type SiteRole } from "../../access/checks/permissions";
import {
  baseValues,
  configurationBaseValues,
  eastWestGatewayValues,
  externalValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import {
  controlPlaneIn,
  systemNamespace,
  type Chart,
  type ClusterPlan,
  type HelmValues,
  type MeshPlan,
} from "../../topology";
import { planOf, topologies } from "../support/plans";

/** What Isthmus makes itself, and Helm for its records; of Istio 1.30 the budgets, which 1.31 makes on demand. */
const beside: readonly string[] = [
  "namespaces",
  "secrets",
  "gateways.networking.istio.io",
  "poddisruptionbudgets.policy",
];

/** The precheck asks for a table's rights: it must be that of the charts, in every form in which they are installed. */
describe("The rights that are checked", function () {
  this.timeout(60_000);
  const toolbox = builtTools();
  if (toolbox === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const { bin, charts } = toolbox;
  let directory: string;
  const rendered = new Map<string, ReadonlySet<string>>();

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-permissions-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  /** What a chart makes with some values, as authorisation names it. */
  function resourcesOf(chart: Chart, values: HelmValues): ReadonlySet<string> {
    const file = join(directory, "values.json");
    const text = JSON.stringify(values);
    const key = `${chart} ${text}`;
    const known = rendered.get(key);
    if (known !== undefined) return known;
    writeFileSync(file, text);
    const args = ["template", "name", join(charts, chart), "--namespace", systemNamespace, "--values", file];
    const output = execFileSync(join(bin, "helm"), args, { encoding: "utf8", maxBuffer: 1 << 28 });
    const found = new Set(
      parseAllDocuments(output).flatMap((document) => {
        const object = document.toJS() as { readonly apiVersion: string; readonly kind: string } | null;
        return object === null ? [] : [named(object)];
      }),
    );
    rendered.set(key, found);
    return found;
  }

  /** All that charts make in the clusters of a role. */
  function madeIn(role: SiteRole, plan: MeshPlan): ReadonlySet<string> {
    const controlPlanes = plan.controlPlanes.filter(({ kind }) => kind === "external");
    const sets =
      role === "external"
        ? controlPlanes.map((plane) => resourcesOf("istiod", externalValues(plan, plane, { kubeconfigDigest: "d1" })))
        : plan.clusters.filter((cluster) => cluster.role === role).flatMap((cluster) => madeInCluster(plan, cluster));
    return new Set(sets.flatMap((set) => [...set]));
  }

  function madeInCluster(plan: MeshPlan, cluster: ClusterPlan): ReadonlySet<string>[] {
    const controlPlane = controlPlaneIn(plan, cluster.name);
    const gateway =
      cluster.eastWestGateway === undefined ? [] : [resourcesOf("gateway", eastWestGatewayValues(cluster))];
    if (controlPlane !== undefined) {
      return [
        resourcesOf("base", baseValues({})),
        resourcesOf("istiod", primaryValues(plan, controlPlane)),
        ...gateway,
      ];
    }
    return ["172.18.11.1", "istiod.example.org"].flatMap((address) => [
      resourcesOf("base", remoteBaseValues({})),
      resourcesOf("base", configurationBaseValues({}, address)),
      resourcesOf("istiod", remoteValues(plan, cluster, address)),
      ...gateway,
    ]);
  }

  for (const role of ["primary", "remote", "external"] as const) {
    it(`are those for all that the charts make in every ${role} cluster`, () => {
      const checked = new Set(resourcesIn(role).map(nameOf));
      const made = new Set(Object.values(topologies).flatMap((config) => [...madeIn(role, planOf(config))]));
      assert.ok(made.size > 0);
      assert.deepEqual(
        [...made].filter((resource) => !checked.has(resource)),
        [],
      );
    });
  }

  it("are for nothing else", () => {
    const roles = ["primary", "remote", "external"] as const;
    const made = new Set(
      Object.values(topologies).flatMap((config) => roles.flatMap((role) => [...madeIn(role, planOf(config))])),
    );
    const checked = roles.flatMap((role) => resourcesIn(role).map(nameOf));
    assert.deepEqual([...new Set(checked)].filter((resource) => !made.has(resource)).sort(), [...beside].sort());
  });
});

function named({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
  const singular = kind.toLowerCase();
  return nameOf({
    group: group ?? "",
    resource: singular.endsWith("y") ? `${singular.slice(0, -1)}ies` : `${singular}s`,
  });
}

function nameOf({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return group === "" ? resource : `${resource}.${group}`;
}

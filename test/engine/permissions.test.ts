import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { resourcesIn, type SiteRole } from "../../preflight/checks/permissions";
import { eastWestGatewayValues } from "../../components/internal/gateway-values";
import {
  baseValues,
  configurationBaseValues,
  externalValues,
  primaryValues,
  remoteBaseValues,
  remoteValues,
} from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import { controlPlaneIn, type Chart, type ClusterPlan, type HelmValues, type MeshPlan } from "../../topology";
import { planOf, topologies } from "../support/plans";
import { ChartRenderings } from "./chart-renderings";

/** What Isthmus makes itself, and Helm for its records; of Istio 1.30 the budgets, which 1.31 makes on demand. */
const beside: readonly string[] = [
  "namespaces",
  "secrets",
  "gateways.networking.istio.io",
  "peerauthentications.security.istio.io",
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
  const renderings = new ChartRenderings(toolbox);
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  after(() => {
    renderings.dispose();
  });

  /** What a chart makes with some values, as authorisation names it. */
  function resourcesOf(chart: Chart, values: HelmValues): Promise<ReadonlySet<string>> {
    const key = `${chart} ${JSON.stringify(values)}`;
    const found = known.get(key) ?? rendered(chart, values);
    known.set(key, found);
    return found;
  }

  async function rendered(chart: Chart, values: HelmValues): Promise<ReadonlySet<string>> {
    const output = await renderings.rendered(chart, values);
    assert.ok(output !== undefined, `the chart ${chart} refuses ${JSON.stringify(values)}`);
    return new Set(
      parseAllDocuments(output).flatMap((document) => {
        const object = document.toJS() as { readonly apiVersion: string; readonly kind: string } | null;
        return object === null ? [] : [named(object)];
      }),
    );
  }

  /** All that charts make in the clusters of a role. */
  async function madeIn(role: SiteRole, plan: MeshPlan): Promise<string[]> {
    const controlPlanes = plan.controlPlanes.filter(({ kind }) => kind === "external");
    const sets = await Promise.all(
      role === "external"
        ? controlPlanes.map((plane) => resourcesOf("istiod", externalValues(plan, plane, { kubeconfigDigest: "d1" })))
        : plan.clusters.filter((cluster) => cluster.role === role).flatMap((cluster) => madeInCluster(plan, cluster)),
    );
    return sets.flatMap((set) => [...set]);
  }

  function madeInCluster(plan: MeshPlan, cluster: ClusterPlan): Promise<ReadonlySet<string>>[] {
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

  /** All that charts make in the clusters of some roles, in every topology. */
  async function madeAnywhere(...roles: readonly SiteRole[]): Promise<ReadonlySet<string>> {
    const plans = Object.values(topologies).map((config) => planOf(config));
    const made = await Promise.all(plans.flatMap((plan) => roles.map((role) => madeIn(role, plan))));
    return new Set(made.flat());
  }

  for (const role of ["primary", "remote", "external"] as const) {
    it(`are those for all that the charts make in every ${role} cluster`, async () => {
      const checked = new Set(resourcesIn(role).map(nameOf));
      const made = await madeAnywhere(role);
      assert.ok(made.size > 0);
      assert.deepEqual(
        [...made].filter((resource) => !checked.has(resource)),
        [],
      );
    });
  }

  it("are for nothing else", async () => {
    const roles = ["primary", "remote", "external"] as const;
    const made = await madeAnywhere(...roles);
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

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { chartObjectPath, chartObjectsOf, definedGroup } from "../../../preflight/checks/standing/chart-objects";
import { parseAllDocuments } from "yaml";
import { planOf, externalControlPlane, primaryRemote } from "../../support/plans";
import { configOf } from "./precheck-support";
import { definition, factsOf, foreign, istiod, ofRelease, ours, role, said } from "./standing-support";

const nothing = { problems: [], warnings: [] };
const expected =
  "isthmus:mesh.clusters.east: expected nothing of Istio's outside of namespaces that Helm would not take over for this mesh, found ";

describe("objects outside of namespaces that Helm would not take over", () => {
  const left = [
    definition("gateways.networking.istio.io", { labels: { release: "istio" } }),
    role("istiod-clusterrole-istio-system"),
  ];

  it("are named at once, with the commands that hand them over, and that remove them where no istiod is", () => {
    assert.deepEqual(said(factsOf({ chartObjects: left })), {
      problems: [
        `${expected}crd/gateways.networking.istio.io, clusterrole/istiod-clusterrole-istio-system (without Helm's owner). ` +
          "Hand them over to this mesh: " +
          "`kubectl --context east label --overwrite crd/gateways.networking.istio.io clusterrole/istiod-clusterrole-istio-system app.kubernetes.io/managed-by=Helm` and " +
          "`kubectl --context east annotate --overwrite crd/gateways.networking.istio.io meta.helm.sh/release-name=istio-base meta.helm.sh/release-namespace=istio-system` and " +
          "`kubectl --context east annotate --overwrite clusterrole/istiod-clusterrole-istio-system meta.helm.sh/release-name=istiod meta.helm.sh/release-namespace=istio-system`. " +
          "Or, since no istiod runs there, remove them, which takes every Istio resource of these kinds with it: " +
          "`kubectl --context east delete crd/gateways.networking.istio.io clusterrole/istiod-clusterrole-istio-system`.",
      ],
      warnings: [],
    });
  });

  it("are not to be removed beside an istiod, or where it is not known if there is one", () => {
    const chartObjects = [definition("gateways.networking.istio.io", ofRelease("base", "mesh"))];
    for (const istiods of [[istiod("mesh", "stable")], undefined]) {
      const [problem = ""] = said(factsOf({ chartObjects, istiods })).problems;
      assert.ok(
        problem.startsWith(
          `${expected}crd/gateways.networking.istio.io (of the Helm release mesh/base). If no other Istio needs them any more, hand them over to this mesh: `,
        ),
        problem,
      );
      assert.match(
        problem,
        / CRDs that another installation keeps can be left to it: name them in isthmus:mesh\.clusters\.east\.values\.base\.base\.excludedCRDs\.$/,
      );
      assert.doesNotMatch(problem, / delete /);
    }
  });

  it("are told apart by their owners", () => {
    const chartObjects = [
      definition("gateways.networking.istio.io", { labels: { "app.kubernetes.io/managed-by": "Helm" } }),
      definition("sidecars.networking.istio.io", { labels: { "app.kubernetes.io/managed-by": "kapp" } }),
      definition("telemetries.telemetry.istio.io", ofRelease("istiod")),
    ];
    const [problem = ""] = said(factsOf({ chartObjects })).problems;
    assert.ok(
      problem.startsWith(
        `${expected}crd/gateways.networking.istio.io (without Helm's owner); crd/sidecars.networking.istio.io (managed by kapp); ` +
          "crd/telemetries.telemetry.istio.io (of the Helm release istio-system/istiod). ",
      ),
      problem,
    );
  });

  it("are nobody's business where they are of the very release", () => {
    const chartObjects = [
      definition("gateways.networking.istio.io", ofRelease("istio-base")),
      role("istiod-clusterrole-istio-system", ofRelease("istiod")),
    ];
    assert.deepEqual(said(factsOf({ chartObjects })), nothing);
  });

  it("only give a warning beside a release that stands, whatever its state, or that may stand", () => {
    for (const releases of [
      [
        { name: "istio-base", status: "deployed" },
        { name: "istiod", status: "failed" },
      ],
      undefined,
    ]) {
      const { problems, warnings } = said(factsOf({ chartObjects: left, system: ours, releases }));
      assert.deepEqual(problems, []);
      assert.match(
        warnings.join("\n"),
        /without Helm's owner\)\. The release that stands goes on; one that adds them to its chart would end there\. Hand them over/,
      );
    }
  });

  it("are refused in a namespace of ours whose first update ended before its releases were made", () => {
    assert.equal(said(factsOf({ chartObjects: left, system: ours })).problems.length, 1);
  });

  it("only give a warning where the namespace may not be read", () => {
    const { problems, warnings } = said(factsOf({ chartObjects: left, system: "unread", releases: undefined }));
    assert.deepEqual([problems.length, warnings.length], [0, 1]);
  });

  it("are said beside a namespace that is another's", () => {
    assert.equal(said(factsOf({ chartObjects: left, system: foreign })).problems.length, 1);
    const istiods = [istiod("istio-system")];
    assert.equal(said(factsOf({ chartObjects: left, system: foreign, istiods })).problems.length, 2);
  });

  it("are asked for by the kubeconfig's name and path, in words for a shell", () => {
    const mesh = { ...configOf("east"), kubeconfig: "my files/it's" };
    const [problem = ""] = said(factsOf({ chartObjects: left.slice(1) }, mesh)).problems;
    assert.match(problem, /`kubectl --kubeconfig 'my files\/it'\\''s' --context east delete /);
  });
});

describe("chartObjectsOf", () => {
  const names = (...args: Parameters<typeof chartObjectsOf>): string[] =>
    chartObjectsOf(...args)
      .filter(({ kind }) => kind !== "crd")
      .map(({ release, kind, name }) => `${release} ${kind} ${name}`)
      .sort();
  const roles = ["istio-reader-clusterrole", "istiod-clusterrole", "istiod-gateway-controller"].flatMap((name) => [
    `istiod clusterrole ${name}-istio-system`,
    `istiod clusterrolebinding ${name}-istio-system`,
  ]);
  const own = "istiod validatingwebhookconfiguration istio-validator-istio-system";

  it("is what the charts make for a primary, a remote and an external control plane", () => {
    const [edge, west] = planOf(primaryRemote).clusters;
    assert.deepEqual(
      names(west),
      ["istio-base validatingwebhookconfiguration istiod-default-validator", ...roles, own].sort(),
    );
    assert.deepEqual(names(edge), [...roles, own].sort());
    const [configuration] = planOf(externalControlPlane).clusters;
    assert.deepEqual(names(configuration), names(west), "what is written there is looked at");
    assert.deepEqual(names(undefined), roles.sort());
    assert.deepEqual(
      chartObjectsOf(undefined).filter((object) => definedGroup(object) !== undefined),
      [],
    );
  });

  it("leaves CRDs to others where the values do", () => {
    const excluded = "gateways.networking.istio.io";
    const mesh = configOf("east");
    const values = { base: { base: { excludedCRDs: [excluded] } } };
    const [east] = planOf({ ...mesh, istio: { ...mesh.istio, values } }).clusters;
    const all = chartObjectsOf(planOf(mesh).clusters[0]);
    assert.deepEqual(
      all.filter(({ name }) => name !== excluded),
      chartObjectsOf(east),
    );
    assert.equal(all.length - chartObjectsOf(east).length, 1);
  });

  it("is asked for where the API server has it", () => {
    assert.equal(
      chartObjectPath({ release: "istio-base", kind: "crd", name: "gateways.networking.istio.io" }),
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.networking.istio.io",
    );
  });

  const charts = builtCharts();
  (charts === undefined ? it.skip : it)("has the CRDs of the charts that the lab was built with", () => {
    const file = readFileSync(join(charts ?? "", "base/files/crd-all.gen.yaml"), "utf8");
    const definitions = parseAllDocuments(file).map((document) => document.toJS() as { metadata: { name: string } });
    assert.deepEqual(
      chartObjectsOf(planOf(configOf("east")).clusters[0])
        .filter(({ kind }) => kind === "crd")
        .map(({ name }) => name)
        .sort(),
      definitions.map(({ metadata: { name } }) => name).sort(),
    );
  });
});

/** The charts that the lab was built with, where it was. */
function builtCharts(): string | undefined {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "isthmus/lab");
  const builds = existsSync(cache) ? readdirSync(cache) : [];
  return builds.map((name) => join(cache, name, "charts")).find((folder) => existsSync(join(folder, "base")));
}

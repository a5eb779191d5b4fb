import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { knowsNothing, precheck, reachClusters } from "../../../preflight";
import { valueReferences } from "../../../preflight/charts";
import { formatProblem, type MeshConfig } from "../../../topology";
import { noSources } from "../../support/kubeconfig-sources";
import { planOf } from "../../support/plans";
import { assertNothing, ChartBench, chartFiles, only, packaged } from "./chart-bench";

describe("valueReferences", () => {
  const usesOf = (template: string): string[] =>
    valueReferences(template).map(({ keys, use }) => `${keys.join(".")} ${use}`);

  for (const [template, ...uses] of [
    ["{{ .Values.a.b | quote }}", "a.b passed-on"],
    ["{{- toYaml $.Values.a | nindent 4 }}", "a passed-on"],
    ["{{ if and .Values.a.b (not .Values.c) }}", "a.b read", "c read"],
    ["{{- else if .Values.a }}", "a read"],
    ["{{- with .Values.a }}{{ .b }}{{ end }}", "a passed-on"],
    ["{{ range $key, $value := .Values.a }}", "a passed-on"],
    ["{{ ((.Values.a).b).c | default 1 }}", "a.b.c passed-on"],
    ["{{ (($.Values.a.b).c).d }}", "a.b.c.d passed-on"],
    ['{{ if hasKey .Values.a "b" }}', "a.b read"],
    ['{{ $x := pick .Values.a "b" "c" }}', "a.b read", "a.c read"],
    ['{{ $x := pick .Values "global" "revision" }}', "global read", "revision read"],
    ['{{ dig "a" "b" "" .Values }}', "a.b read"],
    ['{{ if (dig "a" "b" true .Values.c) }}', "c.a.b read"],
    ['{{ mustMergeOverwrite $.Values (index $.Values "pilot") }}', "pilot laid-over-top"],
    ["{{ mustMergeOverwrite $defaults ($.Values.global | default dict) }}", "global laid-over-top"],
    ["{{/* .Values.a */}}{{- /* ((.Values.b */ -}}"],
    ["{{- if false }}{{ .Values.a }}{{- end }}{{ .Values.b }}", "b passed-on"],
    ["# .Values.a, see {{ .Release.Name }}"],
    ["{{\n  include\n    .Values.a\n}}", "a passed-on"],
  ] as const) {
    it(`finds ${uses.join(", ") || "nothing"} in ${JSON.stringify(template)}`, () => {
      assert.deepEqual(usesOf(template), uses);
    });
  }
});

describe("extra values", () => {
  const bench = new ChartBench();
  const istio = { charts: { directory: "charts" } };

  before(() =>
    bench.writeCharts("charts", "1.31.1", {
      istiod: {
        "values.yaml": "_internal_defaults_do_not_set:\n  autoscaleMin: 1\n  cpu: { target: 80 }\n  image: pilot\n",
        "templates/a.yaml": "{{ .Values.trafficDistribution }}",
        "templates/zzy_descope_legacy.yaml": '{{ mustMergeOverwrite $.Values (index $.Values "pilot") }}',
      },
    }),
  );

  it("are taken when the chart knows them", async () => {
    const values = {
      istiod: { cpu: { target: 70 }, trafficDistribution: "x", pilot: { autoscaleMin: 2 } },
      gateway: {},
    };
    assertNothing(await bench.check({ ...istio, values }));
  });

  it("are told by the place where they were written, and what was meant", async () => {
    assert.equal(
      await bench.problem({ ...istio, values: { istiod: { pilott: { cpu: { target: 70 } } } } }),
      'isthmus:mesh.istio.values.istiod.pilott.cpu.target: expected a value that the istiod chart of Istio 1.31.1 knows, found the unknown key "pilott". Did you mean `pilot`?',
    );
    assert.equal(
      await bench.problem({ ...istio, values: { istiod: { nothingLikeIt: 1 } } }),
      'isthmus:mesh.istio.values.istiod.nothingLikeIt: expected a value that the istiod chart of Istio 1.31.1 knows, found the unknown key "nothingLikeIt". Remove it: Helm would pass over it.',
    );
  });

  const mesh: MeshConfig = {
    id: "mesh1",
    istio: { version: "1.31.1", ...istio, values: { istiod: { image: "p", imgae: "q" } } },
    clusters: {
      east: { network: "a", access: { context: "east" }, values: { gateway: { foo: { a: 1, b: 2 } } } },
      west: {
        network: "a",
        access: { context: "west" },
        controlPlane: "far",
        values: { base: { global: { hbu: 1 } } },
      },
    },
    externalControlPlanes: {
      far: { access: { context: "far" }, configCluster: "west", values: { istiod: { cup: {} } } },
    },
  };

  it("of every cluster and control plane are looked at, once, and before anything is changed", async () => {
    const { problems, mistaken } = await precheck(planOf(mesh), new Map(), bench.project, {
      environment: bench.environment,
    });
    assert.deepEqual(problems.map((problem) => formatProblem(problem).replace(/: expected .* found/, ":")).sort(), [
      'isthmus:mesh.clusters.east.values.gateway.foo: the unknown key "foo". Remove it: Helm would pass over it.',
      'isthmus:mesh.clusters.west.values.base.global.hbu: the unknown key "hbu". Did you mean `global.hub`?',
      'isthmus:mesh.externalControlPlanes.far.values.istiod.cup: the unknown key "cup". Did you mean `cpu`?',
      'isthmus:mesh.istio.values.istiod.imgae: the unknown key "imgae". Did you mean `image`?',
    ]);
    assert.equal(mistaken, true);
  });

  it("are no mistake of the configuration's when only the charts are missing", async () => {
    const plan = planOf({ ...mesh, istio: { version: "1.31.1", charts: { directory: "nowhere" } } });
    const { problems, mistaken } = await precheck(plan, new Map(), bench.project, { environment: bench.environment });
    assert.match(only(problems), /charts\.directory/);
    assert.equal(mistaken, false);
  });

  it("leave not even a preview anything to go by when a chart does not know them", async () => {
    const kubeconfig = {
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: ["east", "west", "far"].map((name) => ({ name, context: { cluster: "c", user: "u" } })),
    };
    await bench.write({ kubeconfig: JSON.stringify(kubeconfig) });
    const reached = async (istio: MeshConfig["istio"]): Promise<boolean> => {
      const plan = planOf({ ...mesh, istio, kubeconfig: "kubeconfig" });
      return (await reachClusters(plan, bench.project, noSources, () => Promise.resolve(knowsNothing))).resolved;
    };
    assert.equal(await reached({ version: "1.31.1", charts: { directory: "nowhere" } }), true);
    assert.equal(await reached(mesh.istio), false);
  });

  it("never show up themselves, nor keys that look secret", async () => {
    const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    const { problems } = await bench.check({ ...istio, values: { istiod: { [secret]: "x", passwrd: secret } } });
    assert.equal(problems.length, 2);
    assert.ok(!JSON.stringify(problems).includes("0123456789abcdef"));
  });

  it("are checked against a packaged chart too", async () => {
    for (const chart of ["base", "istiod", "gateway"]) {
      await bench.write({ [`packages/${chart}-1.31.1.tgz`]: await packaged(chart, chartFiles(chart)) });
    }
    const values = { gateway: { global: { hub: "a", hubs: "b" } } };
    assert.match(
      await bench.problem({ charts: { archives: "packages" }, values }),
      /gateway\.global\.hubs: .*`global\.hub`\?/,
    );
  });
});

/** The charts that the lab was built with, where it was. */
function realCharts(): string | undefined {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "isthmus/lab");
  const builds = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith("cluster-")) : [];
  return builds.map((name) => join(cache, name, "charts")).find((folder) => existsSync(join(folder, "istiod")));
}

describe("extra values of Istio's own charts", function () {
  const bench = new ChartBench();
  const directory = realCharts();
  if (directory === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const charts = { directory };

  it("are taken as people write them", async () => {
    const container = { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "2Gi", "ephemeral-storage": "1Gi" } };
    assertNothing(
      await bench.check({
        charts,
        values: {
          base: {
            base: { excludedCRDs: ["envoyfilters.networking.istio.io"], validationFailurePolicy: "Fail" },
            global: { imagePullSecrets: ["pull"], resourceScope: "all", readerServiceAccount: { name: "reader" } },
            experimental: { stableValidationPolicy: true },
          },
          istiod: {
            autoscaleMin: 2,
            autoscaleBehavior: { scaleDown: { stabilizationWindowSeconds: 600 } },
            resources: container,
            env: { PILOT_ENABLE_ALPN_FILTER: "false" },
            pilot: {
              resources: container,
              podAnnotations: { team: "mesh" },
              cni: { enabled: true, provider: "default" },
              trafficDistribution: "PreferClose",
              tolerations: [{ key: "a", operator: "Exists" }],
            },
            global: {
              platform: "gke",
              imagePullPolicy: "IfNotPresent",
              logAsJson: true,
              logging: { level: "default:debug" },
              networkPolicy: { enabled: true },
              ipFamilyPolicy: "PreferDualStack",
              certSigners: ["clusterissuers.cert-manager.io/mesh"],
              proxy: {
                resources: container,
                lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
                holdApplicationUntilProxyStarts: true,
                startupProbe: { failureThreshold: 10 },
                tracer: "zipkin",
              },
              tracer: { zipkin: { address: "zipkin.tracing:9411" } },
              waypoint: { topologySpreadConstraints: [{ maxSkew: 1 }] },
            },
            meshConfig: {
              accessLogFile: "/dev/stdout",
              defaultConfig: { holdApplicationUntilProxyStarts: true, tracing: { sampling: 1 } },
              extensionProviders: [{ name: "otel", opentelemetry: { service: "otel", port: 4317 } }],
            },
            sidecarInjectorWebhook: {
              templates: { custom: "spec: {}" },
              neverInjectSelector: [{}],
              reinvocationPolicy: "Always",
            },
            telemetry: { enabled: true, v2: { prometheus: { enabled: true }, stackdriver: { enabled: false } } },
            pdb: { maxUnavailable: 1 },
            gatewayClasses: { istio: { service: { spec: { type: "ClusterIP" } } } },
            compatibilityVersion: "1.30",
            ownerName: "isthmus",
            taint: { enabled: true },
          },
          gateway: {
            replicaCount: 2,
            autoscaling: { enabled: false, minReplicas: 2, targetMemoryUtilizationPercentage: 80 },
            resources: container,
            podAnnotations: { team: "mesh" },
            labels: { team: "mesh" },
            annotations: { team: "mesh" },
            global: { imagePullPolicy: "Always", platform: "openshift", networkPolicy: { enabled: true } },
            service: { loadBalancerClass: "internal", internalTrafficPolicy: "Local", annotations: { a: "b" } },
            podDisruptionBudget: { minAvailable: 1 },
            serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn" } },
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
            priorityClassName: "system-cluster-critical",
            affinity: { podAntiAffinity: {} },
            volumes: [{ name: "a", emptyDir: {} }],
          },
        },
      }),
    );
  });

  for (const [chart, values, key, meant] of [
    ["base", { base: { excludeCRDs: [] } }, "base.excludeCRDs", "base.excludedCRDs"],
    ["base", { global: { hub: "a" } }, "global.hub", undefined],
    ["istiod", { pilott: { cpu: { targetAverageUtilization: 70 } } }, "pilott.cpu.targetAverageUtilization", "pilot"],
    ["istiod", { pilot: { autoscaleMn: 2 } }, "pilot.autoscaleMn", "pilot.autoscaleMin"],
    ["istiod", { autoscaleEnable: true }, "autoscaleEnable", "autoscaleEnabled"],
    ["istiod", { resources: { request: { cpu: "1" } } }, "resources.request.cpu", "resources.requests"],
    ["istiod", { global: { proxy: { resource: {} } } }, "global.proxy.resource", "global.proxy.resources"],
    [
      "istiod",
      { global: { tracer: { zipkin: { adress: "a" } } } },
      "global.tracer.zipkin.adress",
      "global.tracer.zipkin.address",
    ],
    ["istiod", { meshconfig: { accessLogFile: "" } }, "meshconfig.accessLogFile", "meshConfig"],
    ["istiod", { accessLogFile: "/dev/stdout" }, "accessLogFile", undefined],
    ["gateway", { minReplicas: 2 }, "minReplicas", "autoscaling.minReplicas"],
    ["gateway", { service: { loadBalancerClas: "a" } }, "service.loadBalancerClas", "service.loadBalancerClass"],
    ["gateway", { replicaCounts: 2 }, "replicaCounts", "replicaCount"],
    ["gateway", { global: { imagePulPolicy: "Always" } }, "global.imagePulPolicy", "global.imagePullPolicy"],
  ] as const) {
    it(`are refused when they are none: ${chart} ${key}`, async () => {
      const problem = await bench.problem({ charts, values: { [chart]: values } });
      assert.equal(problem.slice(0, problem.indexOf(": ")), `isthmus:mesh.istio.values.${chart}.${key}`);
      const fix = problem.slice(problem.indexOf('". ') + 3);
      assert.equal(fix, meant === undefined ? "Remove it: Helm would pass over it." : `Did you mean \`${meant}\`?`);
    });
  }
});

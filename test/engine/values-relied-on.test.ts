import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { eastWestGatewayValues } from "../../components/internal/gateway-values";
import { baseValues, primaryValues } from "../../components/internal/helm-values";
import { builtTools } from "../../lab/tools";
import type { Chart, ClusterPlan, ControlPlanePlan, HelmValues } from "../../topology";
import { planOf, twoPrimaries } from "../support/plans";
import { ChartRenderings } from "./chart-renderings";

/**
 * Values that a user may set although something that Isthmus makes, or asks for, goes by what they decide, and why that
 * holds. Another one that turns up here must be owned, followed, or looked at.
 */
const lookedAt: Readonly<Record<Chart, readonly string[]>> = {
  // Who else answers for istiod, and how that is known.
  base: ["base.validationCABundle", "base.validationURL"],
  istiod: [
    "base.validationCABundle",
    "base.validationURL",
    // Takes a validator away that no resource of Isthmus's needs.
    "global.configValidation",
    // By whom istiod's own certificate is signed; cacerts sign the workloads' all the same.
    "global.pilotCertProvider",
    // Followed: clusterDomainOf.
    "global.proxy.clusterDomain",
    // Injects into namespaces that say nothing; those of the mesh say what they want.
    "sidecarInjectorWebhook.enableNamespacesByDefault",
  ],
  // The gateway's Service and Gateway select its pods by their labels, whatever account they run as.
  gateway: ["serviceAccount.create", "serviceAccount.name"],
};

describe("What Isthmus relies on in Istio's charts", function () {
  this.timeout(300_000);
  const toolbox = builtTools();
  if (toolbox === undefined) {
    it("is skipped: the charts are not built; `npx isthmus lab tools` builds them");
    return;
  }
  const plan = planOf(twoPrimaries);
  const [cluster] = plan.clusters as [ClusterPlan];
  const [controlPlane] = plan.controlPlanes as [ControlPlanePlan];
  const renderings = new ChartRenderings(toolbox);
  after(() => {
    renderings.dispose();
  });

  for (const [chart, values] of [
    ["base", baseValues({})],
    ["istiod", primaryValues(plan, controlPlane)],
    ["gateway", eastWestGatewayValues(cluster)],
  ] as const satisfies readonly (readonly [Chart, HelmValues])[]) {
    it(`stays as it is whatever a user sets, but for what is known: ${chart}`, async () => {
      const plain = reliedOn((await renderings.rendered(chart, values)) ?? "");
      assert.ok(plain.length > 2, plain);
      const { read } = await renderings.tried(chart, values, reliedOn);
      assert.deepEqual(read, [...lookedAt[chart]].sort());
    });
  }
});

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selector?: unknown;
    readonly ports?: readonly { readonly port: number; readonly targetPort?: unknown }[];
    readonly template?: { readonly metadata: Rendered["metadata"]; readonly spec: PodSpec };
  };
  readonly webhooks?: readonly { readonly name: string; readonly clientConfig: object }[];
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly {
    readonly args?: readonly string[];
    readonly env?: readonly { readonly name: string }[];
  }[];
  readonly volumes?: readonly { readonly secret?: object }[];
}

/** What Isthmus, or an istiod elsewhere, goes by, of all that a chart makes: names, ports, labels, accounts, identity. */
function reliedOn(rendered: string): string {
  const objects = parseAllDocuments(rendered).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
  return JSON.stringify(objects.flatMap(factsOf).sort());
}

const namedObjects =
  /^(ServiceAccount\/|ConfigMap\/istio(-sidecar-injector)?$|CustomResourceDefinition\/gateways\.networking)/;
const identity = /^(CLUSTER_ID|REVISION|EXTERNAL_ISTIOD|PILOT_CERT_PROVIDER|POD_NAMESPACE|ISTIO_META_)/;

function factsOf({ kind, metadata, spec, webhooks = [] }: Rendered): string[] {
  const id = `${kind}/${metadata.name}`;
  const fact = (...parts: readonly unknown[]): string => [id, ...parts.map((part) => JSON.stringify(part))].join(" ");
  if (namedObjects.test(id)) return [id];
  if (kind === "Service")
    return [fact(spec?.selector), ...(spec?.ports ?? []).map(({ port, targetPort }) => fact(port, targetPort))];
  if (webhooks.length > 0) return webhooks.map(({ name, clientConfig }) => fact(name, clientConfig));
  const template = spec?.template;
  if (kind !== "Deployment" || template === undefined) return [];
  const { app, istio } = template.metadata.labels ?? {};
  const { containers, serviceAccountName, volumes = [] } = template.spec;
  const [first] = containers;
  const args = first?.args ?? [];
  return [
    fact(app, istio, serviceAccountName),
    fact(args[args.indexOf("--domain") + 1]),
    ...(first?.env ?? []).filter(({ name }) => identity.test(name)).map((variable) => fact(variable)),
    ...volumes.filter(({ secret }) => secret !== undefined).map((volume) => fact(volume)),
  ];
}

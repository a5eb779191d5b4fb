import { namespaceNameLabel, undiscovered } from "../discovery-selectors";
import { isMap } from "../merge-values";
import { configurationPath } from "../path";
import { planMesh } from "../plan";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { calledAll } from "./words";

/** What an istiod does not discover is nothing to it: neither its gateways nor its workloads. */
export function namespacesDiscovered(mesh: Mesh): readonly Problem[] {
  const plan = planMesh(mesh);
  const problems = plan.controlPlanes.flatMap((controlPlane): Problem[] => {
    const missing = undiscovered(plan, controlPlane);
    if (missing.length === 0) return [];
    const place = controlPlane.kind === "external" ? "externalControlPlanes" : "clusters";
    const own = mesh[place][controlPlane.name]?.values.istiod?.["meshConfig"];
    const keys = isMap(own) && "discoverySelectors" in own ? [place, controlPlane.name, "values"] : ["istio", "values"];
    return [
      {
        path: configurationPath(...keys, "istiod", "meshConfig", "discoverySelectors"),
        expected: `selectors that take in every namespace of the mesh, so also ${calledAll(missing)}`,
        found: "selectors that do not",
        fix: `Add \`- matchExpressions: [{ key: ${namespaceNameLabel}, operator: In, values: [${missing.join(", ")}] }]\`: of what is not taken in istiod knows no service, and pods there wait for the root certificate.`,
      },
    ];
  });
  return problems.filter(({ path }, index) => problems.findIndex((other) => other.path === path) === index);
}

import { isMap } from "../merge-values";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { clustersOf, externalsOf } from "./draft";
import type { MeshDraft } from "./rule";

/** The Helm values that name pull secrets, by chart. */
const valuesByChart = { istiod: ["global", "imagePullSecrets"], gateway: ["imagePullSecrets"] } as const;

/** Where extra values and pull secrets may stand: of the mesh, or of one site. */
interface Place {
  readonly keys: readonly string[];
  readonly values: NonNullable<MeshDraft["istio"]>["values"];
  /** Whether pull secrets are named by their own setting for what these values count for. */
  readonly isSet: boolean;
}

/** Pull secrets in Helm values would take out those of the setting, and the gateways, samples and checks go by that. */
export function pullSecretsOnce(mesh: MeshDraft): readonly Problem[] {
  return writtenAsValues(mesh, true).map((path) => ({
    path,
    expected: "nothing, because `imagePullSecrets` names the Secrets",
    found: "a value",
    fix: "Remove it, and name all Secrets in `istio.imagePullSecrets`, or in `imagePullSecrets` of the cluster.",
  }));
}

/** What only Helm values say reaches the charts, and nothing else. */
export function pullSecretsKnown(mesh: Mesh): readonly Problem[] {
  return writtenAsValues(mesh, false).map((path) => ({
    path,
    expected: "pull secrets in `imagePullSecrets`",
    found: "a Helm value",
    fix: "Write them as `istio.imagePullSecrets`: then the gateways and the sample of `isthmus verify` have them too, and it is checked that they are there.",
  }));
}

function writtenAsValues(mesh: MeshDraft, isSet: boolean): string[] {
  return placesOf(mesh)
    .filter((place) => place.isSet === isSet)
    .flatMap(({ keys, values }) =>
      (["istiod", "gateway"] as const)
        .filter((chart) => names(values?.[chart], valuesByChart[chart]))
        .map((chart) => configurationPath(...keys, "values", chart, ...valuesByChart[chart])),
    );
}

function placesOf(mesh: MeshDraft): Place[] {
  const ofMesh = (mesh.istio?.imagePullSecrets ?? []).length > 0;
  const sites = [
    ...clustersOf(mesh).map(([name, site]) => ({ keys: ["clusters", name], site })),
    ...externalsOf(mesh).map(([name, site]) => ({ keys: ["externalControlPlanes", name], site })),
  ];
  const ofAnySite = sites.some(({ site }) => site.imagePullSecrets !== undefined);
  return [
    { keys: ["istio"], values: mesh.istio?.values, isSet: ofMesh || ofAnySite },
    ...sites.map(({ keys, site }) => ({
      keys,
      values: site.values,
      isSet: site.imagePullSecrets === undefined ? ofMesh : true,
    })),
  ];
}

/** Whether a chart's values have something at a place; an empty list names nothing. */
function names(values: unknown, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return !(Array.isArray(values) && values.length === 0);
  return isMap(values) && Object.hasOwn(values, key) && names(values[key], rest);
}

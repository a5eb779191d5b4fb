import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { MeshDraft } from "./rule";

/** What stands in a list of exceptions, with its place. */
function named(mesh: MeshDraft, list: "clusterLocal" | "shared"): { readonly name: string; readonly path: string }[] {
  return (mesh.sameness?.[list] ?? []).flatMap((name, index) =>
    name === undefined ? [] : [{ name, path: configurationPath("sameness", list, index) }],
  );
}

/** One thing cannot be both. */
export function samenessOnce(mesh: MeshDraft): readonly Problem[] {
  const local = named(mesh, "clusterLocal");
  return named(mesh, "shared").flatMap(({ name, path }): Problem[] => {
    const other = local.find((one) => one.name === name);
    if (other === undefined) return [];
    return [
      {
        path,
        expected: "what is not in `clusterLocal` as well",
        found: `${describeFound(name)}, which is at ${other.path}`,
        fix: "Remove it from one of the two.",
      },
    ];
  });
}

/** An exception that says what holds without it has been misunderstood, or has been left from before. */
export function samenessExcepted(mesh: MeshDraft): readonly Problem[] {
  const { plainServices = "shared" } = mesh.sameness ?? {};
  const list = plainServices === "shared" ? "shared" : "clusterLocal";
  const others = named(mesh, list === "shared" ? "clusterLocal" : "shared").map(({ name }) => name);
  return (
    named(mesh, list)
      .filter(({ name }) => {
        const [, namespace] = name.split(".");
        return namespace === undefined || !others.includes(namespace);
      })
      // Istio's own exceptions may be taken back.
      .filter(({ name }) => list === "clusterLocal" || !["kube-system", "kubernetes.default"].includes(name))
      .map(({ name, path }) => ({
        path,
        expected: `an exception, because plain Services are ${list === "shared" ? "shared" : "cluster-local"} by \`plainServices\``,
        found: describeFound(name),
        fix:
          list === "shared"
            ? "Remove it, or write `plainServices: cluster-local` to have nothing else cross clusters."
            : "Remove it, or write `plainServices: shared` to have all else cross clusters.",
      }))
  );
}

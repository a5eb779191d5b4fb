import { describeFound } from "../found";
import { configurationPath } from "../path";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { nearest } from "../suggest";
import { entriesOf } from "./draft";
import { servicesOf, type GlobalServiceDraft } from "./global-drafts";
import type { MeshDraft } from "./rule";
import { called, calledAll, didYouMean } from "./words";

/** What a namespace calls, with its place. */
interface WrittenCall {
  readonly from: string;
  readonly name: string;
  readonly path: string;
}

function callsOf(mesh: Pick<MeshDraft, "namespaces">, list: "namespaces" | "globalServices"): WrittenCall[] {
  return entriesOf(mesh.namespaces).flatMap(([from, { calls }]) =>
    (calls?.[list] ?? []).flatMap((name, index): WrittenCall[] =>
      name === undefined ? [] : [{ from, name, path: configurationPath("namespaces", from, "calls", list, index) }],
    ),
  );
}

export function knownCalledServices(mesh: MeshDraft): readonly Problem[] {
  const names = servicesOf(mesh).map(([name]) => name);
  return callsOf(mesh, "globalServices")
    .filter(({ name }) => !names.includes(name))
    .map(({ name, path }) => ({
      path,
      expected: `a global service by its name in \`globalServices.services\`${names.length === 0 ? "" : `: ${calledAll(names)}`}`,
      found: describeFound(name),
      fix: didYouMean(name, names, "Name one that is described there, or remove it."),
    }));
}

/** What is told to others alone is not seen, whatever the scope says. */
export function calledServicesExported(mesh: MeshDraft): readonly Problem[] {
  const services = new Map(servicesOf(mesh));
  return callsOf(mesh, "globalServices").flatMap(({ from, name, path }): Problem[] => {
    const service = services.get(name);
    if (service?.exportTo === undefined || service.exportTo.includes(from)) return [];
    if (namespacesOf(service).includes(from)) return [];
    return [
      {
        path,
        expected: `a global service that is told to ${called(from)}`,
        found: `${describeFound(name)}, whose \`exportTo\` leaves it out`,
        fix: `Add \`${called(from)}\` to isthmus:mesh.globalServices.services.${called(name)}.exportTo, or remove it here.`,
      },
    ];
  });
}

function namespacesOf({ clusters, namespace }: GlobalServiceDraft): (string | undefined)[] {
  return [namespace, ...entriesOf(clusters).map(([, home]) => home.namespace)];
}

/** A namespace that the mesh does not list may be called; one that is called almost like one of the mesh's was misspelt. */
export function calledNamespacesSpelt(mesh: Mesh): readonly Problem[] {
  const names = Object.keys(mesh.namespaces);
  return callsOf(mesh, "namespaces").flatMap(({ name, path }): Problem[] => {
    const meant = names.includes(name) ? undefined : nearest(name, names);
    if (meant === undefined) return [];
    return [
      {
        path,
        expected: "a namespace that there is",
        found: `${describeFound(name)}, which is none of the mesh's \`namespaces\``,
        fix: `Did you mean \`${called(meant)}\`? One outside of the mesh may stand here.`,
      },
    ];
  });
}

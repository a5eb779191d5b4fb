import { parseAllDocuments, parseDocument } from "yaml";
import { listed } from "../../topology";
import { alikeDetails } from "./details";
import { HelmError, type Helm, type ReleaseInputs } from "./helm";
import type { Detail, Difference, MeshSummary } from "./model";
import { differences, isTree, notKnown, readable, textAt, type Properties } from "./properties";
import type { Step } from "./read-preview";

/** So many kinds of changes are rendered, each before and after: a Helm takes a moment, and a comment has an end. */
const renderedAtMost = 4;

/** What Helm would install otherwise, and what of it could not be found out. */
export type RenderedManifests = Pick<MeshSummary, "details" | "notRendered">;

/**
 * Has Helm render the releases that change in place, as they were and as they are to be, and compares the objects. Of
 * clusters in which a release changes alike the first is rendered.
 */
export async function renderManifests(steps: readonly Step[], helm: Helm): Promise<RenderedManifests> {
  const changing = alikeDetails(steps).filter(({ detail, step }) => detail.kind === "values" && step.op === "update");
  const results = await Promise.all(
    changing.slice(0, renderedAtMost).map(async ({ detail, step }): Promise<RenderedManifests> => {
      try {
        return await renderedChange(detail, step, helm);
      } catch (error) {
        if (!(error instanceof HelmError)) throw error;
        return { details: [], notRendered: [`${whereOf(detail)}: ${error.message}`] };
      }
    }),
  );
  const notes = results.flatMap(({ notRendered }) => notRendered);
  const more = changing.slice(renderedAtMost).map(({ detail }) => whereOf(detail));
  return {
    details: results.flatMap(({ details }) => details),
    // One reason for all, such as that there is no Helm, is said once.
    notRendered: [
      ...new Set(notes),
      ...(more.length === 0 ? [] : [`not rendered for their number: ${listed(more, 5)}`]),
    ],
  };
}

function whereOf({ clusters, title }: Detail): string {
  return `${title} in ${listed(clusters, 5)}`;
}

async function renderedChange(detail: Detail, { before, after }: Step, helm: Helm): Promise<RenderedManifests> {
  const [old, fresh] = [releaseOf(before), releaseOf(after)];
  if (old === undefined || fresh === undefined) {
    return { details: [], notRendered: [`${whereOf(detail)}: its values are not known before the update`] };
  }
  // Of a chart on disk there is only the one of today.
  const isReplaced = old.repository === undefined && old.version !== fresh.version;
  const [was, is] = await Promise.all([
    helm.template(isReplaced ? { ...old, version: fresh.version } : old),
    helm.template(fresh),
  ]);
  const found = objectDifferences(was, is);
  const rendered = found.length === 0 ? [] : [{ ...detail, kind: "manifest" as const, differences: found }];
  const note = `${whereOf(detail)}: its former chart is not there any more, so that both sides are rendered by the present one`;
  return { details: rendered, notRendered: isReplaced ? [note] : [] };
}

/** What Helm is to render; undefined where that is not known yet. */
function releaseOf(properties: Properties | undefined): ReleaseInputs | undefined {
  const values = readable(properties?.["values"] ?? {});
  const [chart, name, namespace] = ["chart", "name", "namespace"].map((key) => textAt(properties, key));
  if (values === notKnown || !isTree(values) || chart === undefined || name === undefined) return undefined;
  const repository = textAt(properties, "repositoryOpts", "repo") || undefined;
  return {
    name,
    namespace: namespace ?? "default",
    chart,
    version: textAt(properties, "version") ?? "",
    ...(repository === undefined ? {} : { repository }),
    values,
  };
}

/** How two texts of manifests differ, object by object. */
export function objectDifferences(before: string, after: string): Difference[] {
  const [old, fresh] = [objectsIn(before), objectsIn(after)];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .sort()
    .flatMap((name) =>
      differences(old.get(name), fresh.get(name)).map((one) => ({ ...one, path: `${name}: ${one.path}` })),
    );
}

function objectsIn(text: string): Map<string, unknown> {
  const objects = parseAllDocuments(text).map((document) => document.toJS() as unknown);
  return new Map(
    objects.filter(isTree).map((object) => {
      const parts = [
        textAt(object, "kind"),
        textAt(object, "metadata", "namespace"),
        textAt(object, "metadata", "name"),
      ];
      return [parts.filter((part) => part !== undefined).join("/"), unfolded(object)];
    }),
  );
}

/** A ConfigMap with the documents that it holds as trees: istiod's configuration is one long text of JSON in it. */
function unfolded(object: Properties): Properties {
  const data = object["data"];
  if (object["kind"] !== "ConfigMap" || !isTree(data)) return object;
  const trees = Object.entries(data).map(([key, value]) => [key, treeIn(value) ?? value] as const);
  return { ...object, data: Object.fromEntries(trees) };
}

function treeIn(text: unknown): Properties | undefined {
  if (typeof text !== "string" || !text.includes("\n")) return undefined;
  const document = parseDocument(text);
  const tree: unknown = document.errors.length > 0 ? undefined : document.toJS();
  return isTree(tree) ? tree : undefined;
}

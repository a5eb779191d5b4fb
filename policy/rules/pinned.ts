import { at, list, mapping, text, textsIn } from "../properties";
import { texts, type Resource, resourceRule, type Setting } from "../rule";

const releaseType = "kubernetes:helm.sh/v3:Release";

/** A chart on disk carries its version in itself. */
export const pinnedCharts = resourceRule<object>({
  name: "pinned-charts",
  description: "Charts that are fetched have an exact version.",
  level: "mandatory",
  settings: {},
  check: ({ type, properties }) => {
    const chart = text(properties["chart"]);
    if (type !== releaseType || chart === undefined || /^[./]|\.tgz$/.test(chart)) return [];
    const version = text(properties["version"]);
    if (version !== undefined && isExact(version)) return [];
    return [
      `version: expected an exact version of chart ${chart}, found ${version ?? "none"}. Name one, such as 1.31.1.`,
    ];
  },
});

interface Images {
  readonly by: "tag" | "digest";
  readonly floatingTags: readonly string[];
}

const by: Setting<Images["by"]> = {
  description: "What pins an image: a tag that is not moved, or nothing less than a digest.",
  schema: { type: "string", enum: ["tag", "digest"] },
  default: "tag",
};

/** Images of workloads, and those that Helm values name. */
export const pinnedImages = resourceRule<Images>({
  name: "pinned-images",
  description: "Images have a tag that does not move, or a digest.",
  level: "mandatory",
  settings: {
    by,
    floatingTags: texts("Tags that move, with versions of one or two numbers beside them.", [
      "latest",
      "main",
      "master",
      "nightly",
      "edge",
      "stable",
      "dev",
    ]),
  },
  check: (resource, values) =>
    [...imagesIn(resource), ...tagsIn(resource)].flatMap(({ path, reference }) => {
      if (isPinned(reference, values)) return [];
      const expected = values.by === "digest" ? "an image by its digest" : "an image with a tag that does not move";
      return [`${path}: expected ${expected}, found ${reference.text}. Name ${adviceFor(values)}.`];
    }),
});

interface Reference {
  /** As it is written. */
  readonly text: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

interface Found {
  readonly path: string;
  readonly reference: Reference;
}

/** Images of a workload's containers, wherever its kind keeps the pod. */
function imagesIn({ type, properties }: Resource): Found[] {
  if (type === releaseType) {
    return [...textsIn(properties["values"])].flatMap(([path, found]) =>
      /(^|\.)image$/.test(path) && found.includes("/")
        ? [{ path: `values.${path}`, reference: readReference(found) }]
        : [],
    );
  }
  const spec = properties["spec"];
  const pods = [
    ["spec", spec],
    ["spec.template.spec", at(spec, "template", "spec")],
    ["spec.jobTemplate.spec.template.spec", at(spec, "jobTemplate", "spec", "template", "spec")],
  ] as const;
  return pods.flatMap(([path, pod]) =>
    ["containers", "initContainers"].flatMap((key) =>
      list(mapping(pod)[key]).flatMap((container, index): Found[] => {
        const image = text(at(container, "image"));
        // A sidecar's image is Istio's to name.
        if (image === undefined || image === "auto") return [];
        return [{ path: `${path}.${key}[${index}].image`, reference: readReference(image) }];
      }),
    ),
  );
}

/** Tags that Helm values name by themselves, the image's name being the chart's; without one the chart's own counts. */
function tagsIn({ type, properties }: Resource): Found[] {
  if (type !== releaseType) return [];
  return [...textsIn(properties["values"])].flatMap(([path, tag]) =>
    /(^|\.)tag$/.test(path) && tag !== ""
      ? [{ path: `values.${path}`, reference: { text: tag, tag, digest: undefined } }]
      : [],
  );
}

/** `registry:5000/name:tag@sha256:…` */
function readReference(image: string): Reference {
  const [name = "", digest] = image.split("@", 2);
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return { text: image, tag, digest };
}

function isPinned({ tag, digest }: Reference, { by, floatingTags }: Images): boolean {
  if (digest !== undefined) return true;
  if (by === "digest" || tag === undefined) return false;
  return !floatingTags.includes(tag) && !/^v?\d+(\.\d+)?(-\D*)?$/.test(tag);
}

function adviceFor({ by }: Images): string {
  return by === "digest" ? "it as image@sha256:…" : "a full version or a digest";
}

function isExact(version: string): boolean {
  return /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/.test(version);
}

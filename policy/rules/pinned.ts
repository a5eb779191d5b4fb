import { at, list, mapping, numbersIn, text, textsIn } from "../properties";
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
    if (type !== releaseType || chart === undefined || isOnDisk(chart)) return [];
    if (/^https?:/.test(chart)) return urlViolations(chart);
    const version = text(properties["version"]);
    if (version !== undefined && isExact(version)) return [];
    return [
      `version: expected an exact version of chart ${chart}, found ${version ?? "none"}. Name one, such as 1.31.1.`,
    ];
  },
});

function isOnDisk(chart: string): boolean {
  return /^[./]/.test(chart) || (chart.endsWith(".tgz") && !chart.includes("://"));
}

/** Of what a URL leads to Helm asks no version: only its name can say one. */
function urlViolations(chart: string): string[] {
  const name = URL.canParse(chart) ? (new URL(chart).pathname.split("/").at(-1) ?? "") : "";
  if (/-v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?\.tgz$/.test(name)) return [];
  return [
    `chart: expected an archive with an exact version in its name, found ${name}. Name one, such as istiod-1.31.1.tgz.`,
  ];
}

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
      // A bare name is in the chart's own registry, and has its tag.
      /(^|\.)image$/.test(path) && /[/:@]/.test(found)
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
  const values = properties["values"];
  return [...textsIn(values), ...numbersIn(values)].flatMap(([path, tag]) =>
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
  return !floatingTags.some((floating) => isVariantOf(floating, tag)) && !isPartialVersion(tag);
}

/** Whether a tag is another, or that of an image's variant: `latest-distroless`. One with a date or a commit stays. */
function isVariantOf(floating: string, tag: string): boolean {
  return tag === floating || (tag.startsWith(`${floating}-`) && !/\d/.test(tag.slice(floating.length)));
}

/** `1`, `1.31`, `1.31-alpine`, `1.31-alpha.0`: versions that go on moving, but for those that name a commit. */
function isPartialVersion(tag: string): boolean {
  return /^v?\d+(\.\d+)?(-.*)?$/.test(tag) && !/[-.](?=[0-9a-f]*\d)[0-9a-f]{7,}$/.test(tag);
}

function adviceFor({ by }: Images): string {
  return by === "digest" ? "it as image@sha256:…" : "a full version or a digest";
}

function isExact(version: string): boolean {
  return /^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/.test(version);
}

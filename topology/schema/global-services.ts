import { z } from "zod";
import { worded } from "../wording";
import { dnsCapture } from "./dns-capture";
import { label, labelsByKey, listOf, oneOf, port, seconds, wholeNumber } from "./primitives";

/** What a name's template may hold, and what takes its place. */
export const namePlaceholders = ["service", "namespace"] as const;

/** Of a name's characters: objects are called after it and after a cluster, in 253 characters together. */
const longestHost = 180;

const hostLabel = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
const hostPattern = new RegExp(`^(?=.{1,${longestHost}}$)${hostLabel}(\\.${hostLabel})+$`);

/** Whether a text is a name that a global service may have: DNS labels joined by dots, at least two. Pure. */
export function isGlobalHost(text: string): boolean {
  return hostPattern.test(text);
}

/** A name by which workloads call. One label alone would be looked for in the caller's namespace first. */
const globalHost = worded(z.string().regex(hostPattern), {
  expected: `a DNS name of at least two labels (lower-case letters, digits and '-', joined by dots, at most ${longestHost} characters)`,
  example: "shop.mesh.internal",
  mend: (value) => (value.includes("://") ? "Take out the scheme." : undefined),
});

/** Takes the place of the placeholders of a template. Pure. */
export function nameFrom(
  template: string,
  values: Readonly<Record<(typeof namePlaceholders)[number], string>>,
): string {
  return namePlaceholders.reduce((name, key) => name.replaceAll(`{${key}}`, values[key]), template);
}

const nameTemplate = worded(
  z
    .string()
    .refine((value) => value.includes("{service}") && isGlobalHost(nameFrom(value, { service: "a", namespace: "b" }))),
  {
    expected: "a DNS name with `{service}` in it, and with `{namespace}` where that belongs to it",
    example: "{service}.{namespace}.mesh.internal",
    mend: (value) =>
      value.includes("{service}") ? undefined : "Write `{service}` where the service's own name is to stand.",
  },
);

const selectorSchema = labelsByKey("{ app: shop }");

const portSchema = worded(
  z.strictObject({
    port: port("80").describe("Port at which workloads call the name."),
    protocol: oneOf(["HTTP", "HTTP2", "GRPC", "TCP"])
      .optional()
      .describe(
        "What is spoken there. HTTP, HTTP2 and GRPC fail over by requests, TCP by connections. Default: what the port's name begins with (`http`, `http2`, `grpc`), as Istio reads the names of Services' ports; TCP for any other name.",
      ),
    targetPort: port("8080")
      .optional()
      .describe(
        "Port of the pods. A container port of the same name comes before it, so that clusters may have different ones. Default: `port`.",
      ),
  }),
  { expected: "a mapping with the keys port, protocol, targetPort", example: "{ port: 80, targetPort: 8080 }" },
).describe("A port of the service, by its name.");

const homeSchema = worded(
  z.strictObject({
    namespace: label("shop")
      .optional()
      .describe("Namespace of the pods in this cluster. Default: the service's `namespace`."),
    selector: selectorSchema
      .optional()
      .describe("Labels of the pods in this cluster. Default: the service's `selector`."),
    serviceAccount: label("shop")
      .optional()
      .describe(
        "Service account of the pods in this cluster, by which callers know them. Needed where the service has another namespace or other labels elsewhere; the same everywhere, istiod knows it by itself. Default: the service's `serviceAccount`.",
      ),
  }),
  {
    expected: "a mapping with the keys namespace, selector, serviceAccount",
    example: "{ namespace: uswest2, serviceAccount: foo }",
  },
).describe("Where the service runs in a cluster.");

/** Defaults of {@link failoverSchema}, each with its reason there. */
const failoverDefaults = {
  errors: 5,
  ejectionSeconds: 30,
  connectTimeoutSeconds: 2,
  retries: 3,
  requestsPerConnection: 100,
};

const failoverSchema = worded(
  z.strictObject({
    errors: wholeNumber(1, 1000, "5")
      .default(failoverDefaults.errors)
      .describe(
        "After so many calls in a row that found no server (no connection, 502, 503, 504) a proxy leaves an endpoint out. Answers 500 do not count: a mistake that a service makes everywhere would take all of it out. Default: 5, Istio's own.",
      ),
    ejectionSeconds: seconds(1, 3600, "30")
      .default(failoverDefaults.ejectionSeconds)
      .describe(
        "For so long an endpoint is left out the first time, in seconds; twice as long the second time, and so on. Default: 30, Istio's own.",
      ),
    connectTimeoutSeconds: seconds(1, 60, "2")
      .default(failoverDefaults.connectTimeoutSeconds)
      .describe(
        "For so long a proxy waits for a connection before it tries another endpoint, in seconds. Default: 2, since with Istio's 10 a link that was cut holds up calls for so long, and in a mesh a connection takes milliseconds.",
      ),
    retries: wholeNumber(0, 10, "3")
      .default(failoverDefaults.retries)
      .describe(
        "So often a request (HTTP, HTTP2, GRPC) is sent again where it surely was not worked on, each time to another endpoint, in other clusters too. Default: 3, one more than Istio's, which does not look in other clusters.",
      ),
    perTryTimeoutSeconds: seconds(1, 3600, "2")
      .optional()
      .describe(
        "For so long a proxy waits for a whole answer before it sends the request to another endpoint, in seconds. It finds servers that hang and links that were cut while requests were under way, which nothing else does soon; with it a request is also sent again where its connection broke or the answer was 502, 503 or 504. So requests may be worked on twice, and streams and long answers end: set it where neither matters. Istio tries the first cluster twice before it goes to another. Default: none, since only the service knows that.",
      ),
    requestsPerConnection: wholeNumber(1, 1_000_000, "100")
      .default(failoverDefaults.requestsPerConnection)
      .describe(
        "After so many requests a connection is made anew. An east-west gateway cannot ask callers to leave it: without a limit their connections live until it ends, and break then. Default: 100, which costs one connection in a hundred requests.",
      ),
  }),
  {
    expected:
      "a mapping with the keys errors, ejectionSeconds, connectTimeoutSeconds, retries, perTryTimeoutSeconds, requestsPerConnection",
    example: "{ retries: 2 }",
  },
).describe(
  "When proxies go elsewhere. It is Istio's outlier detection, connection pool and retries for the service's names.",
);

/** A region, as nodes bear it in a label: without a slash, below which Istio would look for zones. */
const region = worded(z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/), {
  expected: "a region as the nodes' label `topology.kubernetes.io/region` has it",
  example: "us-west-2",
  mend: (value) => (value.includes("/") ? "Write the region alone: zones follow from it." : undefined),
});

/** Another name of a service, with the cluster that it is about. */
function namesOfClusters(example: string): z.ZodRecord<typeof globalHost, ReturnType<typeof label>> {
  return worded(z.record(globalHost, label("west")), { expected: "a mapping of names to clusters", example });
}

const serviceSchema = worded(
  z.strictObject({
    name: globalHost
      .optional()
      .describe("The name by which workloads of every cluster call it. Default: made from `globalServices.names`."),
    namespace: label("shop")
      .optional()
      .describe(
        "Namespace of its pods, one of `namespaces`. May be left out where every one of `clusters` has its own. Default: none.",
      ),
    selector: selectorSchema
      .optional()
      .describe("Labels of its pods. May be left out where every one of `clusters` has its own. Default: none."),
    serviceAccount: label("shop")
      .optional()
      .describe("Service account of its pods, where `clusters` need one and have none of their own. Default: none."),
    ports: worded(z.record(label("http"), portSchema), {
      expected: "a mapping of ports by name, one at least",
      example: "{ http: { port: 80 } }",
    }).describe("Its ports, by name. They are the same in every cluster; those of the pods may differ."),
    clusters: worded(z.record(label("west"), homeSchema), {
      expected: "a mapping of clusters by name, one at least",
      example: "{ west: { namespace: uswest2, serviceAccount: foo } }",
    })
      .optional()
      .describe("Clusters in which it runs. Default: all that have its namespace, with pods or not yet."),
    order: oneOf(["local-first", "nearest", "even"])
      .default("local-first")
      .describe(
        "`local-first`: pods of the caller's cluster, else of its network, else of the others; `nearest`: pods of the caller's zone, else of its region, else of the others, by the labels `topology.kubernetes.io/region` and `zone` of the nodes, whichever cluster they belong to; `even`: all pods alike, wherever they are. Default: local-first, since what stays in a cluster is fast and costs no traffic between clusters.",
      ),
    first: label("west")
      .optional()
      .describe(
        "The cluster that takes all calls, from wherever they come, while it has a pod that works; the others stand by. Default: none, `order` says who is called.",
      ),
    nextRegion: worded(z.record(region, region), {
      expected: "a mapping of regions to regions",
      example: "{ us-west-2: us-east-2 }",
    })
      .default({})
      .describe(
        "Where calls go from a region of callers once nobody is left there, before all other regions: `failover` of Istio. Among the pods that `order` or `first` makes equal those of the caller's zone and region come first then. Default: none, other regions are called alike.",
      ),
    weights: worded(z.record(label("west"), wholeNumber(0, 100, "90")), {
      expected: "a mapping of clusters to percentages",
      example: "{ west: 90, east: 10 }",
    })
      .optional()
      .describe(
        "Percentage of the calls of the service's own name for each cluster, from wherever they come; requests are shared out one by one (HTTP, HTTP2, GRPC), else connections (TCP). Each cluster has a name in `preferring`, which takes its share, so that the share of a cluster without a pod that works goes to the others. Together they are 100, because a share that was forgotten would otherwise change all the others. Default: none, `order` says who is called.",
      ),
    pinned: namesOfClusters("{ foo-west.global: west }")
      .default({})
      .describe(
        "More names, each for one cluster alone: while that has no pod, calls by the name fail. To test and to work on a certain cluster. Default: none.",
      ),
    preferring: namesOfClusters("{ foo-near-west.global: west }")
      .default({})
      .describe("More names, each for one cluster first: while that has no pod, the others answer. Default: none."),
    exportTo: listOf(label("web"), "a list of namespaces", "[web, orders]")
      .optional()
      .describe(
        "Namespaces whose workloads know its names, in every cluster, besides the service's own. To others the names do not resolve, and their proxies are not told of them. Default: all, as with a Service; in a large mesh a name that few call is better told to those few.",
      ),
    failover: failoverSchema.prefault({}),
  }),
  {
    expected: "a mapping that describes a global service",
    example: "{ namespace: shop, selector: { app: shop }, ports: { http: { port: 80 } } }",
  },
).describe("A service with a name that is the same in every cluster. Its key is its own name, `{service}` in `names`.");

/** What stands under `globalServices.services`, and in a file of `globalServices.files`. */
export const servicesSchema = worded(z.record(label("shop"), serviceSchema), {
  expected: "a mapping of global services by name",
  example: "{ shop: { namespace: shop, selector: { app: shop }, ports: { http: { port: 80 } } } }",
}).describe("Global services of a mesh, by name.");

const servicesFile = worded(z.string().min(1), {
  expected: "a path, relative to the project",
  example: "services",
});

export const globalServicesSchema = worded(
  z.strictObject({
    names: nameTemplate
      .default("{service}.{namespace}.mesh.internal")
      .describe(
        "What the services are called that have no `name`. Default: below `mesh.internal`: `.internal` is kept for private use, so that no call ever leaves for a name that somebody else owns. `{service}.global` works as well; `.global` is a public domain, and pods without `dnsCapture` ask the internet for it.",
      ),
    dnsCapture: dnsCapture
      .optional()
      .describe(
        "Which pods know the names, and plain Services that stand in other clusters only: those whose sidecar answers DNS (`ISTIO_META_DNS_CAPTURE`). `annotated-pods`: those that ask for it by the annotation `proxy.istio.io/config`. Pods that run already must be restarted. Default: all-pods once there is a global service, which nobody would find else; without one annotated-pods, as Istio has it.",
      ),
    services: servicesSchema.default({}).describe("The global services, by name. Default: none."),
    files: listOf(servicesFile, "a list of files and directories", "[services]")
      .optional()
      .describe(
        "More global services: YAML files with what would stand under `services`, relative to the project; of a directory all files directly in it whose names end in `.yaml` or `.yml`. For meshes with more services than Pulumi hands to a program (128 KiB), and for teams that each have their own. A service is described in one place alone. Default: none.",
      ),
  }),
  {
    expected: "a mapping with the keys names, dnsCapture, services, files",
    example: "{ services: { shop: { namespace: shop, selector: { app: shop }, ports: { http: { port: 80 } } } } }",
  },
).describe("Services that have one name everywhere, are called in the caller's own cluster first, and fail over.");

import { z } from "zod";
import { worded } from "../wording";
import { listOf, oneOf } from "./primitives";

const dnsLabel = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

/** A namespace, or one Service of it. */
const namespaceOrService = worded(z.string().regex(new RegExp(`^${dnsLabel}(\\.${dnsLabel})?$`)), {
  expected: "the name of a namespace, or of a Service with its namespace (`redis.shop`)",
  example: "monitoring",
  mend: (value) => {
    const [, name] = /^(?:\*\.)?([-a-z0-9.]+?)\.svc(?:\..+)?$/.exec(value) ?? [];
    return name === undefined ? undefined : `Write \`${name}\`: the clusters' domain is added.`;
  },
});

const services = (example: string): z.ZodArray<typeof namespaceOrService> =>
  listOf(namespaceOrService, "a list of namespaces and Services", example);

export const samenessSchema = worded(
  z.strictObject({
    plainServices: oneOf(["shared", "cluster-local"])
      .default("shared")
      .describe(
        "What Services of one name and namespace in several clusters are. `shared`: one service, answered by the pods of all of them; `cluster-local`: each cluster's own, answered in it alone, so that nothing crosses clusters but global names (`globalServices`). Default: shared, as Istio has it.",
      ),
    clusterLocal: services("[monitoring, redis.shop]")
      .optional()
      .describe(
        "Namespaces and Services that are each cluster's own nevertheless. Of a Service and its namespace the Service counts. Default: none; `kube-system` and the Services `kubernetes` and `istiod` are always each cluster's own.",
      ),
    shared: services("[shop]")
      .optional()
      .describe(
        "Namespaces and Services that are one in all clusters nevertheless. Of a Service and its namespace the Service counts. Default: none.",
      ),
  }),
  {
    expected: "a mapping with the keys plainServices, clusterLocal, shared",
    example: "{ clusterLocal: [monitoring] }",
  },
).describe(
  "Which Services of one name are one service in all clusters, and which are each cluster's own: `clusterLocal` of Istio's `serviceSettings`, alike for every istiod.",
);

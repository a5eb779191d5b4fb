import { isNotFound, type ClusterClient } from "../../access";
import type { KubernetesObject } from "./compare/object-kind";
import type { ObjectReference } from "./object-reference";

/** Where the objects of one kind are at an API server. */
interface ResourceKind {
  /** `/apis/apps/v1` */
  readonly root: string;
  /** `deployments` */
  readonly plural: string;
  readonly isNamespaced: boolean;
}

/** Paths of an object at the API server. */
export interface ObjectPaths {
  readonly reference: ObjectReference;
  readonly object: string;
  readonly collection: string;
}

/** The kinds that a cluster's API server knows. Asked for by group, once. */
export class Resources {
  private readonly groups = new Map<string, Promise<ReadonlyMap<string, ResourceKind>>>();

  constructor(private readonly client: ClusterClient) {}

  /**
   * Where an object is.
   * @param namespace For an object that names none and needs one, as Helm takes it.
   * @returns undefined when the cluster knows no such kind.
   */
  async pathsOf(object: KubernetesObject, namespace: string): Promise<ObjectPaths | undefined> {
    const { apiVersion, kind } = object;
    const metadata = (object["metadata"] ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
    const known = (await this.kindsOf(apiVersion)).get(kind);
    if (known === undefined) return undefined;
    const name = String(metadata.name);
    const own = typeof metadata.namespace === "string" && metadata.namespace !== "" ? metadata.namespace : namespace;
    const collection = `${known.root}${known.isNamespaced ? `/namespaces/${own}` : ""}/${known.plural}`;
    return {
      reference: { apiVersion, kind, ...(known.isNamespaced ? { namespace: own } : {}), name },
      object: `${collection}/${encodeURIComponent(name)}`,
      collection,
    };
  }

  private kindsOf(apiVersion: string): Promise<ReadonlyMap<string, ResourceKind>> {
    const asked = this.groups.get(apiVersion) ?? this.ask(apiVersion);
    this.groups.set(apiVersion, asked);
    return asked;
  }

  private async ask(apiVersion: string): Promise<ReadonlyMap<string, ResourceKind>> {
    const root = `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}`;
    try {
      const { resources } = await this.client.get<{
        readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
      }>(root);
      // `deployments/status` is no collection.
      const collections = resources.filter(({ name }) => !name.includes("/"));
      return new Map(
        collections.map(({ name, kind, namespaced }) => [kind, { root, plural: name, isNamespaced: namespaced }]),
      );
    } catch (error) {
      if (isNotFound(error)) return new Map();
      throw error;
    }
  }
}

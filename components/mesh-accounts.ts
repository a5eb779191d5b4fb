import * as pulumi from "@pulumi/pulumi";
import { readerServiceAccount, readerTokensOf, type ClusterPlan, type ControlPlanePlan } from "../topology";
import type { ControlPlane } from "./control-plane";
import type { Elsewhere } from "./elsewhere";
import { istiodServiceAccount } from "./internal/names";
import type { MeshSite } from "./mesh-site";
import { ReaderAccount } from "./reader-account";

/** The accounts by which istiods reach clusters that they do not run in, and the kubeconfigs that they are given. */
export class MeshAccounts {
  private readonly readers = new Map<string, ReaderAccount>();
  private readonly istiodAccounts = new Map<string, ReaderAccount>();
  private readonly gathered = new Map<string, pulumi.Output<Readonly<Record<string, string>>>>();

  constructor(private readonly elsewhere: Elsewhere | undefined) {}

  /** The account by which istiods elsewhere read a cluster. */
  addReader(site: MeshSite, charts: ControlPlane, cluster: ClusterPlan): void {
    const { name } = cluster;
    this.readers.set(
      name,
      new ReaderAccount(
        site.nameOf("reader"),
        {
          cluster: name,
          serviceAccount: readerServiceAccount,
          tokens: readerTokensOf(cluster),
          ...apiServerOf(site),
        },
        site.options("reader", { dependsOn: charts.base ?? [] }),
      ),
    );
  }

  /** The account by which an external istiod takes its configuration from a cluster. */
  addIstiodAccount(site: MeshSite, charts: ControlPlane): void {
    const { name } = site.plan;
    this.istiodAccounts.set(
      name,
      new ReaderAccount(
        site.nameOf("istiod-account"),
        { cluster: name, serviceAccount: istiodServiceAccount, ...apiServerOf(site) },
        site.options("istiod-account", { dependsOn: charts }),
      ),
    );
  }

  /** The kubeconfig of the reader that was made here; undefined where none was. Secret. */
  readerHere(cluster: string): pulumi.Output<string> | undefined {
    return this.readers.get(cluster)?.kubeconfig;
  }

  /** The kubeconfig for an external istiod that was made here; undefined where none was. Secret. */
  istiodAccountHere(cluster: string): pulumi.Output<string> | undefined {
    return this.istiodAccounts.get(cluster)?.kubeconfig;
  }

  /** The kubeconfig by which an external istiod takes its configuration from a cluster. Secret. */
  istiodAccountOf(cluster: string): pulumi.Output<string> {
    return this.istiodAccountHere(cluster) ?? there(this.elsewhere, cluster).istiodAccountOf(cluster);
  }

  /**
   * The kubeconfigs that an istiod is given, by the clusters' names. Istiods that know the same clusters share what was
   * gathered: 160 that each gather 160 by themselves make 25,600 outputs, which was half of the program's memory.
   */
  kubeconfigsFor({ configCluster, reads }: ControlPlanePlan): pulumi.Output<Readonly<Record<string, string>>> {
    const known = [configCluster, ...reads].filter((name) => this.readers.has(name) || reads.includes(name)).sort();
    const key = known.join(",");
    const all = this.gathered.get(key) ?? pulumi.all(mapped(known, (name) => this.kubeconfigOf(name)));
    this.gathered.set(key, all);
    return all.apply((kubeconfigs) => mapped(reads, (name) => there(kubeconfigs[name], name)));
  }

  private kubeconfigOf(cluster: string): pulumi.Output<string> {
    return this.readers.get(cluster)?.kubeconfig ?? there(this.elsewhere, cluster).readerOf(cluster);
  }
}

function apiServerOf({ access, namespace }: MeshSite): {
  readonly server: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
  readonly tlsServerName?: pulumi.Input<string>;
  readonly certificateAuthorityData?: pulumi.Input<string>;
} {
  const { server, tlsServerName, certificateAuthorityData } = access;
  return {
    server,
    namespace: namespace.namespaceName,
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(certificateAuthorityData === undefined ? {} : { certificateAuthorityData }),
  };
}

/** A record with something for each name. */
function mapped<T>(names: readonly string[], of: (name: string) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

/** Something that was made before, or is to be there. */
export function there<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new RangeError(`nothing was made for cluster ${name} yet`);
  return found;
}

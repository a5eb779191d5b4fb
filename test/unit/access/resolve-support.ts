import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { resolveAccess, type KubeconfigSources, type ResolvedAccess } from "../../../access";
import { formatProblem, type MeshConfig } from "../../../topology";
import { noSources } from "../../support/kubeconfig-sources";
import { planOf } from "../../support/plans";

/** The token in the kubeconfigs, which no problem may show. */
export const token = "s3cr3t-t0ken";

/** The lists of a kubeconfig. */
export interface Entries {
  readonly contexts?: unknown;
  readonly clusters?: unknown;
  readonly users?: unknown;
}

/** A kubeconfig in which contexts, clusters and users have one name each. */
export function kubeconfig(
  name: string,
  cluster: unknown = { server: `https://${name}:6443` },
  user: unknown = { token },
): Entries {
  return {
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "elsewhere" } }],
  };
}

/** A mesh of primaries, by the contexts of its clusters. */
export function meshOf(contexts: Readonly<Record<string, string>>, kubeconfigFile?: string): MeshConfig {
  return {
    id: "mesh1",
    istio: { version: "1.31.1" },
    ...(kubeconfigFile === undefined ? {} : { kubeconfig: kubeconfigFile }),
    clusters: Object.fromEntries(
      Object.entries(contexts).map(([name, context]) => [name, { network: "a", access: { context } }]),
    ),
  };
}

/** A home directory, which is the project too, for each test of one `describe`. */
export class ResolveBench {
  home = "";
  /** Where kubeconfigs come from that stand in no file. */
  sources: KubeconfigSources = noSources;

  /** Registers what must be done before and after each test. */
  constructor() {
    beforeEach(async () => {
      this.home = await mkdtemp(join(tmpdir(), "isthmus-access-"));
    });
    afterEach(() => rm(this.home, { recursive: true }));
  }

  /** Writes a file below the home directory: text as it is, anything else as YAML. */
  async write(path: string, content: unknown): Promise<string> {
    const file = join(this.home, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : stringify(content));
    return file;
  }

  async resolve(config: MeshConfig, environment: Readonly<Record<string, string>> = {}): Promise<ResolvedAccess> {
    const resolved = await resolveAccess(planOf(config), this.home, this.sources, { HOME: this.home, ...environment });
    assert.ok(!JSON.stringify(resolved.problems).includes(token), "a problem shows the token");
    return resolved;
  }

  /** The problems, as they are shown. */
  async problemsOf(config: MeshConfig, environment?: Readonly<Record<string, string>>): Promise<string[]> {
    return (await this.resolve(config, environment)).problems.map(formatProblem);
  }
}

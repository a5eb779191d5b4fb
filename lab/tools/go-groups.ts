import { readFileSync } from "node:fs";
import { copyFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { digestFiles, type Group } from "./cache";
import { writeCertManagerChart } from "./cert-manager-chart";
import { runCommand } from "./command";
import { buildFlags, buildGo, goModFiles, moduleSource, requiredVersion, type GoBuild } from "./go-module";
import { sourceFiles } from "./sources";

/** Directory of the Go modules that pin every tool's version. */
export const modulesDirectory = join(__dirname, "modules");

/** MetalLB's own manifest, beside its programs. */
export const metallbManifest = "metallb-native.yaml";

const certManagerModule = "github.com/cert-manager/cert-manager";

/** The only version of the 1.31 branch that the Go proxy serves is a commit; Istio itself reads this as 1.31.1. */
const istioRelease = "1.31.1";

/** A group of programs of one Go module. Each run of `verify` must succeed for the group to count as built. */
interface GoGroup {
  readonly name: string;
  readonly title: string;
  readonly module: string;
  readonly packages: readonly string[];
  readonly programs: number;
  readonly variables: (goMod: string) => Readonly<Record<string, string>>;
  /** What to do with the programs once they are built. */
  readonly finish: (directory: string) => Promise<void>;
}

const definitions = {
  cluster: {
    name: "cluster",
    title: "Kubernetes, Istio, CoreDNS, Helm",
    module: "core",
    packages: ["tool", "./charts", "./sample", "./pause"],
    programs: 14,
    variables: clusterVariables,
    finish: async (directory) => {
      const charts = join(directory, "charts");
      await rename(charts, join(directory, "write-charts"));
      await runCommand([join(directory, "write-charts"), charts]);
      await rm(join(directory, "write-charts"));
      await publicChartNames(charts);
      await Promise.all([
        runCommand([join(directory, "kubelet"), "--version"]),
        runCommand([join(directory, "istioctl"), "version", "--remote=false"]),
        runCommand([join(directory, "helm"), "version", "--short"]),
        runCommand([join(directory, "coredns"), "-version"]),
      ]);
    },
  },
  standIns: {
    name: "stand-ins",
    title: "stand-ins for Pulumi's provider plugins",
    module: "core",
    packages: ["./pulumi-resource-kubernetes", "./pulumi-resource-tls"],
    programs: 2,
    variables: () => ({}),
    finish: () => Promise.resolve(),
  },
  pulumi: {
    name: "pulumi",
    title: "Pulumi CLI",
    module: "pulumi",
    packages: ["tool"],
    programs: 1,
    variables: (goMod) => pulumiVersion(requiredVersion(goMod, "github.com/pulumi/pulumi/pkg/v3")),
    finish: async (directory) => {
      await runCommand([join(directory, "pulumi"), "version"], {
        environment: { PULUMI_SKIP_UPDATE_CHECK: "true" },
      });
    },
  },
  language: {
    name: "language-nodejs",
    title: "Pulumi's Node.js language host",
    module: "language-nodejs",
    packages: ["tool"],
    programs: 1,
    variables: (goMod) => pulumiVersion(requiredVersion(goMod, "github.com/pulumi/pulumi/sdk/v3")),
    finish: () => Promise.resolve(),
  },
  metallb: {
    name: "metallb",
    title: "MetalLB",
    module: "metallb",
    packages: ["tool"],
    programs: 2,
    variables: () => ({}),
    finish: async (directory) => {
      await rename(join(directory, "controller"), join(directory, "metallb-controller"));
      await rename(join(directory, "speaker"), join(directory, "metallb-speaker"));
      const source = await moduleSource(join(modulesDirectory, "metallb"), "go.universe.tf/metallb");
      await copyFile(join(source, "config/manifests", metallbManifest), join(directory, metallbManifest));
    },
  },
  certManager: {
    name: "cert-manager",
    title: "cert-manager",
    module: "cert-manager",
    packages: ["tool"],
    programs: 3,
    variables: (goMod) => ({
      [`${certManagerModule}/pkg/util.AppVersion`]: requiredVersion(goMod, certManagerModule),
    }),
    finish: async (directory) => {
      const module = join(modulesDirectory, "cert-manager");
      const version = requiredVersion(readFileSync(join(module, "go.mod"), "utf8"), certManagerModule);
      await writeCertManagerChart(await moduleSource(module, certManagerModule), version, join(directory, "chart"));
    },
  },
} satisfies Record<string, GoGroup>;

/** What the lab runs only when it is asked for. It is built only then, and on nothing of it does another group depend. */
export const certManagerGroup = (): Group => toGroup(definitions.certManager, []);

/** The Go modules' groups. Their own Go sources are part of the key, the tests aside. */
export function goGroups(): Readonly<Record<Exclude<keyof typeof definitions, "certManager">, Group>> {
  const { cluster, standIns, pulumi, language, metallb } = definitions;
  return {
    cluster: toGroup(cluster, ["charts", "sample", "pause"]),
    standIns: toGroup(standIns, ["provider", "pulumi-resource-kubernetes", "pulumi-resource-tls"]),
    pulumi: toGroup(pulumi, []),
    language: toGroup(language, []),
    metallb: toGroup(metallb, []),
  };
}

function toGroup(definition: GoGroup, ownPackages: readonly string[]): Group {
  const module = join(modulesDirectory, definition.module);
  const build: GoBuild = {
    module,
    packages: definition.packages,
    programs: definition.programs,
    variables: definition.variables(readFileSync(join(module, "go.mod"), "utf8")),
  };
  const sources = ownPackages.flatMap((name) => sourceFiles(join(module, name), ".go"));
  return {
    name: definition.name,
    title: definition.title,
    key: [process.arch, ...buildFlags(build), ...build.packages, digestFiles([...goModFiles(module), ...sources])],
    build: async ({ directory }, report) => {
      await buildGo(build, directory, report);
      report({ detail: "trying the programs" });
      await definition.finish(directory);
      return {};
    },
  };
}

/** What the release builds of these tools set. */
function clusterVariables(goMod: string): Readonly<Record<string, string>> {
  const kubernetes = requiredVersion(goMod, "k8s.io/kubernetes");
  const [major = "", minor = ""] = kubernetes.slice(1).split(".");
  const commit = requiredVersion(goMod, "istio.io/istio").split("-").at(-1) ?? "";
  const istio = `${istioRelease}-${commit}`;
  return {
    ...kubernetesVersion("k8s.io/component-base/version", kubernetes, major, minor),
    ...kubernetesVersion("k8s.io/client-go/pkg/version", kubernetes, major, minor),
    "helm.sh/helm/v3/internal/version.version": requiredVersion(goMod, "helm.sh/helm/v3"),
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor": major,
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor": minor,
    "istio.io/istio/pkg/version.buildVersion": istio,
    "istio.io/istio/pkg/version.buildTag": istio,
    "istio.io/istio/pkg/version.buildGitRevision": commit,
    "istio.io/istio/pkg/version.buildStatus": "Clean",
  };
}

function kubernetesVersion(path: string, version: string, major: string, minor: string) {
  return {
    [`${path}.gitVersion`]: version,
    [`${path}.gitMajor`]: major,
    [`${path}.gitMinor`]: minor,
    [`${path}.gitTreeState`]: "clean",
  };
}

const pulumiVersion = (version: string) => ({
  "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": version.slice(1),
});

/** Istio publishes its charts under these names, not those of its source tree. */
async function publicChartNames(charts: string): Promise<void> {
  await rename(join(charts, "istio-control", "istio-discovery"), join(charts, "istiod"));
  await rename(join(charts, "istio-cni"), join(charts, "cni"));
  const published = new Set(["base", "istiod", "gateway", "cni", "ztunnel"]);
  const others = (await readdir(charts)).filter((name) => !published.has(name));
  await Promise.all(others.map((name) => rm(join(charts, name), { recursive: true })));
}

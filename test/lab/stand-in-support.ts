import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { labEnvironment, labPaths, stateDirectory } from "../../lab";
import { customResource, type ObjectsInput } from "../engine/programs/objects";
import { type EngineStack, PulumiError, type Step } from "../engine/support";
import { isthmus } from "../support/isthmus";

const execute = promisify(execFile);

/** The cluster that the tests of the kubernetes provider are for. */
export const context = "lab-east";
/** The namespace of the program `objects`. */
export const namespace = "provider-test";

/** Runs kubectl on the tests' cluster. */
export async function kubectl(...args: string[]): Promise<string> {
  const env = { ...process.env, ...labEnvironment() };
  return (await execute("kubectl", ["--context", context, ...args], { env })).stdout.trim();
}

/** Brings up the lab, which is quick where it stands. */
export async function requireLab(): Promise<void> {
  const { code, stderr } = await isthmus("lab", "up");
  if (code !== 0) throw new Error(stderr);
}

/** The kubeconfig of the lab. */
function kubeconfigFile(): string {
  return labPaths(stateDirectory()).kubeconfig;
}

/** The lab's kubeconfig, for changing it. */
export function kubeconfig(): Promise<string> {
  return readFile(kubeconfigFile(), "utf8");
}

/** What the tests of the program `objects` start from. */
export function startingPoint(chart: string): ObjectsInput {
  return {
    kubeconfigFile: kubeconfigFile(),
    context,
    comment: "",
    namespace,
    network: "east",
    note: "hello",
    setting: "on",
    verbs: ["get", "list"],
    replicas: 1,
    image: "lab.local/pause:lab",
    mode: "STRICT",
    chart,
    cpu: "10m",
    timeoutSeconds: 120,
  };
}

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${customResource.plural}.${customResource.group}` },
  spec: {
    group: customResource.group,
    scope: "Namespaced",
    names: { kind: customResource.kind, plural: customResource.plural },
    versions: [
      {
        name: customResource.version,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  mtls: {
                    type: "object",
                    properties: { mode: { type: "string", enum: ["STRICT", "PERMISSIVE"] } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Lets the cluster know the program's custom resource. */
export async function defineCustomResource(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "isthmus-provider-"));
  try {
    const file = join(directory, "definition.json");
    await writeFile(file, JSON.stringify(definition));
    await kubectl("apply", "--server-side", "-f", file);
    await kubectl("wait", "--for=condition=Established", "crd", definition.metadata.name);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Removes what tests leave in the cluster when they fail, and the definition of the custom resource. */
export async function cleanCluster(): Promise<void> {
  const gone = ["--ignore-not-found", "--wait=true"];
  await kubectl("delete", "crd", definition.metadata.name, ...gone);
  await kubectl("delete", "namespace", namespace, ...gone);
  await kubectl("delete", "clusterrole,clusterrolebinding", `${namespace}-reader`, ...gone);
}

const template = `apiVersion: v1
kind: ConfigMap
metadata: { name: demo }
data: { password: {{ .Values.password | quote }} }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: demo }
spec:
  selector: { matchLabels: { app: demo } }
  template:
    metadata: { labels: { app: demo } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - { name: pause, image: {{ .Values.image }}, imagePullPolicy: Never, resources: {{ toJson .Values.resources }} }
`;

/** Writes a small chart into a directory. */
export async function writeChart(directory: string): Promise<string> {
  const chart = join(directory, "demo");
  await mkdir(join(chart, "templates"), { recursive: true });
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: demo\nversion: 1.2.3\nappVersion: '4'\n");
  await writeFile(join(chart, "values.yaml"), "image: ''\npassword: ''\nresources: {}\n");
  await writeFile(join(chart, "templates", "objects.yaml"), template);
  return chart;
}

/** The steps of a preview that change something, one line each: operation, name and the paths that differ. */
export async function changes(stack: EngineStack, ...options: string[]): Promise<string[]> {
  return (await stack.preview(...options))
    .filter(({ op }) => !["same", "read", "refresh"].includes(op))
    .map(describeStep)
    .sort();
}

function describeStep({ op, name, detailedDiff }: Step): string {
  const paths = Object.entries(detailedDiff).map(([path, { kind }]) => `${path} ${kind}`);
  return [`${op} ${name}`, ...paths.sort()].join(", ");
}

/** What the CLI said of a command that failed. */
export async function failure(command: Promise<unknown>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof PulumiError) return error.output;
    throw error;
  }
  throw new Error("the command succeeded, but it was expected to fail");
}

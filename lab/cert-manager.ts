import { join } from "node:path";
import { importInto } from "./image-store";
import { withLabLock } from "./lock";
import { clusterPaths, labPaths, stateDirectory } from "./paths";
import { planLab, type ClusterPlan } from "./plan";
import type { Progress } from "./progress";
import { readLabRecord } from "./record";
import { run } from "./run";
import { certManagerImage, ensureCertManager, ensureTools, type CertManagerTools, type Toolbox } from "./tools";

/** Where cert-manager's own documentation has it. */
const namespace = "cert-manager";

/**
 * Installs cert-manager into every cluster of the lab that stands, as a user does, by its own chart, and waits until it
 * works. No lab has it without being asked. Run again, it changes nothing.
 * @returns The contexts of the clusters that have it.
 * @throws ToolError when it cannot be built, RunError when Helm cannot install it.
 */
export async function installCertManager(progress: Progress, signal?: AbortSignal): Promise<readonly string[]> {
  const toolbox = await ensureTools(progress, signal);
  const tools = await ensureCertManager(progress, signal);
  const tellHolder = (holder: number): void =>
    progress.note(`Another command (process ${holder}) is changing the lab: waiting for it.`);
  return withLabLock(() => installEverywhere(toolbox, tools, progress), tellHolder, signal);
}

async function installEverywhere(toolbox: Toolbox, tools: CertManagerTools, progress: Progress): Promise<string[]> {
  const record = await readLabRecord();
  const indices = Object.fromEntries((record?.clusters ?? []).map(({ index, name }) => [name, index]));
  const { clusters } = planLab(record?.clusters ?? [], indices);
  progress.expect(clusters.length);
  await Promise.all(
    clusters.map((cluster) => progress.step(`cert-manager in ${cluster.name}`, () => install(cluster, toolbox, tools))),
  );
  return clusters.map(({ context }) => context);
}

async function install({ context, name }: ClusterPlan, toolbox: Toolbox, tools: CertManagerTools): Promise<void> {
  const state = stateDirectory();
  for (const image of tools.images) await importInto(toolbox, clusterPaths(name, state).containerdSocket, image);
  const settings = [
    ...imageSettings("image", "controller"),
    ...imageSettings("webhook.image", "webhook"),
    ...imageSettings("cainjector.image", "cainjector"),
    // Each cluster has one of each, and nobody who scrapes them.
    "startupapicheck.enabled=false",
    "prometheus.enabled=false",
  ].flatMap((setting) => ["--set", setting]);
  const cluster = ["--kubeconfig", labPaths(state).kubeconfig, "--kube-context", context];
  const how = ["--namespace", namespace, "--create-namespace", "--wait", "--timeout", "3m"];
  const helm = join(toolbox.bin, "helm");
  await run([helm, "upgrade", "--install", "cert-manager", tools.chart, ...cluster, ...how, ...settings]);
}

function imageSettings(path: string, program: string): string[] {
  return [`${path}.repository=${certManagerImage(program)}`, `${path}.tag=lab`, `${path}.pullPolicy=Never`];
}

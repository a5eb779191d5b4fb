import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Writes cert-manager's Helm chart as its release tool does: with a version, and with its kinds, of which the source keeps
 * the labels as templates.
 * @param source Directory of cert-manager's module.
 * @param version `v1.11.5`
 */
export async function writeCertManagerChart(source: string, version: string, directory: string): Promise<void> {
  const chart = join(source, "deploy", "charts", "cert-manager");
  await mkdir(join(directory, "crds"), { recursive: true });
  // The module cache is read-only, and what is copied from it would be too.
  for (const entry of ["values.yaml", ...(await templatesOf(chart))]) {
    await mkdir(join(directory, entry, ".."), { recursive: true });
    await writeFile(join(directory, entry), await readFile(join(chart, entry)));
  }
  const metadata = await readFile(join(chart, "Chart.template.yaml"), "utf8");
  await writeFile(join(directory, "Chart.yaml"), metadata.replaceAll("v0.1.0", version));
  const kinds = join(source, "deploy", "crds");
  for (const file of (await readdir(kinds)).filter((name) => name.endsWith(".yaml"))) {
    await writeFile(join(directory, "crds", file), withoutTemplates(await readFile(join(kinds, file), "utf8")));
  }
}

/** A definition of a kind without the labels that only Helm could fill in. Pure. */
export function withoutTemplates(definition: string): string {
  return definition.replace(/^ {2}labels:\n(?: {4}.*\n)+/m, "");
}

async function templatesOf(chart: string): Promise<string[]> {
  return (await readdir(join(chart, "templates"))).map((name) => join("templates", name));
}

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

/** Where the pages are, below docs/. */
export const apiReferenceDirectory = "reference/api";

const root = resolve(__dirname, "..");

const options: Partial<TypeDocOptions> & Partial<PluginOptions> = {
  plugin: ["typedoc-plugin-markdown"],
  entryPoints: ["index", "components"].map((name) => join(root, "api", `${name}.ts`)),
  tsconfig: join(root, "tsconfig.build.json"),
  // `tsc` has said what is wrong with the types.
  skipErrorChecking: true,
  logLevel: "Warn",
  readme: "none",
  disableSources: true,
  // What Pulumi's own classes have is told in Pulumi's own reference.
  excludeExternals: true,
  excludePrivate: true,
  validation: { notDocumented: true, notExported: true, invalidLink: true, invalidPath: true },
  treatWarningsAsErrors: true,
  requiredToBeDocumented: ["Module", "Class", "Interface", "TypeAlias", "Function", "Variable", "Method"],
  // Their types are made from the schemas, which the configuration reference describes.
  intentionallyNotExported: ["topology/schema/mesh.ts:meshSchema", "topology/program-mesh.ts:programMeshSchema"],
  router: "module",
  entryFileName: "README",
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  expandObjects: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  typeDeclarationFormat: "table",
};

/**
 * The reference of what the npm package exports, by path below docs/: a page for each entry point.
 * @throws Error when something exported has no doc comment, or refers to a type that is not exported.
 */
export async function apiReferencePages(): Promise<ReadonlyMap<string, string>> {
  const { Application } = await import("typedoc");
  const application = await Application.bootstrapWithPlugins(options);
  const project = await application.convert();
  if (project !== undefined) application.validate(project);
  const { errorCount, warningCount } = application.logger;
  if (project === undefined || errorCount + warningCount > 0) {
    throw new Error(`typedoc found ${errorCount} errors and ${warningCount} warnings: it has said which`);
  }
  const directory = await mkdtemp(join(tmpdir(), "isthmus-api-reference-"));
  try {
    application.options.setValue("outputs", [{ name: "markdown", path: directory }]);
    await application.generateOutputs(project);
    const names = await readdir(directory, { recursive: true, encoding: "utf8" });
    const pages = names.filter((name) => name.endsWith(".md")).sort();
    return new Map(
      await Promise.all(
        pages.map(
          async (name) => [`${apiReferenceDirectory}/${name}`, await readFile(join(directory, name), "utf8")] as const,
        ),
      ),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { configurationReference, meshJsonSchema, servicesJsonSchema, stackJsonSchema } from "../topology";
import { apiReferenceDirectory, apiReferencePages } from "./api-reference";

/** The generated pages, by path below this directory: what a test compares and `npm run schema` writes. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ["schema/mesh.schema.json", `${JSON.stringify(meshJsonSchema(), undefined, 2)}\n`],
    ["schema/stack.schema.json", `${JSON.stringify(stackJsonSchema(), undefined, 2)}\n`],
    ["schema/services.schema.json", `${JSON.stringify(servicesJsonSchema(), undefined, 2)}\n`],
    ["reference/configuration.md", configurationReference(meshJsonSchema())],
  ]);
}

async function writePages(): Promise<void> {
  const apiPages = await apiReferencePages();
  // A page of an entry point that is gone would stay.
  await rm(join(__dirname, apiReferenceDirectory), { recursive: true, force: true });
  for (const [path, text] of [...generatedPages(), ...apiPages]) {
    const file = join(__dirname, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

if (require.main === module) void writePages();

import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { linkPresentPlugins } from "../../../lab/plugins";
import { planTools } from "../../../lab/tools/plan";
import { condensed, toMarkdown } from "../../../operations/summary";
import { recordedSummary, recordings } from "../../support/previews";
import { recordedChanges, type RecordedChange } from "./changes";
import { PaperMesh } from "./mesh";

/**
 * Records previews of all changes, or of those that are named, and writes the comments about them:
 * `node -r tsx/cjs test/engine/paper/record.ts NAME…`. With `--comments` first it writes the comments alone.
 */
async function main([first, ...others]: readonly string[]): Promise<void> {
  const names = first === undefined || first === "--comments" ? others : [first, ...others];
  const changes = recordedChanges.filter(({ name }) => names.length === 0 || names.includes(name));
  if (first !== "--comments") await recordAll(changes);
  for (const { name } of changes) writeFileSync(join(recordings, `${name}.md`), toMarkdown(recordedSummary(name)));
}

async function recordAll(changes: readonly RecordedChange[]): Promise<void> {
  const toolbox = planTools().toolbox();
  const bin = await mkdtemp(join(tmpdir(), "isthmus-record-bin-"));
  const plugins = await linkPresentPlugins(toolbox, "stand-in", bin);
  const mesh = await PaperMesh.create({ bin, plugins, toolbox });
  mkdirSync(recordings, { recursive: true });
  try {
    let last: RecordedChange | undefined;
    for (const change of changes) {
      process.stderr.write(`${change.name}\n`);
      const isSpoilt = [last?.silent, last?.tainted, last?.outputs, last?.left].some((edit) => edit !== undefined);
      if (last === undefined || isSpoilt || !isDeepStrictEqual(last.from, change.from)) {
        if (last !== undefined) await mesh.reset();
        if (change.from !== undefined) await mesh.up(change.from);
      }
      last = change;
      await record(mesh, change);
    }
  } finally {
    await mesh.dispose();
    await rm(bin, { recursive: true });
  }
}

async function record(
  mesh: PaperMesh,
  { name, to, tainted = [], outputs = {}, left = {}, silent = [] }: RecordedChange,
): Promise<void> {
  if (tainted.length > 0 || Object.keys({ ...outputs, ...left }).length > 0) {
    await mesh.edit((resources) => {
      resources.push(
        ...Object.entries(left).flatMap(([called, { like, type }]) => copies(resources, called, type, like)),
      );
      for (const resource of resources) {
        const called = String(resource["urn"]).split("::").at(-1) ?? "";
        if (tainted.includes(called)) resource["taint"] = true;
        const other = outputs[called];
        if (other !== undefined) resource["outputs"] = { ...(resource["outputs"] as object), ...other };
      }
    });
  }
  for (const cluster of silent) await mesh.silence(cluster);
  const { events } = await mesh.preview(to);
  const kept = events.flatMap((event) => condensed(event) ?? []);
  writeFileSync(join(recordings, `${name}.json`), `[\n${kept.map((event) => JSON.stringify(event)).join(",\n")}\n]\n`);
}

/** The states of resources as those of another, which the program does not have. */
function copies(
  resources: readonly Readonly<Record<string, unknown>>[],
  called: string,
  type: string,
  like: string,
): Record<string, unknown>[] {
  return resources
    .filter(({ urn }) => String(urn).endsWith(`::${like}`))
    .map((resource) => {
      const [, , types = ""] = String(resource["urn"]).split("::");
      const parents = types.split("$").slice(0, -1);
      const urn = String(resource["urn"]).replace(`${types}::${like}`, `${[...parents, type].join("$")}::${called}`);
      return { ...resource, urn, type };
    });
}

void main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});

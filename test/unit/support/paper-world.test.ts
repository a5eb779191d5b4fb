import assert from "node:assert/strict";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PaperWorld } from "../../engine/paper/world";

const place = ["https://127.0.0.1:1", "kubernetes:core/v1:Secret", "istio-system/cacerts"] as const;
const metadata = { name: "cacerts", namespace: "istio-system" };

describe("PaperWorld", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-world-"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it("shows who reads an object while it is changed the whole of the former one", () => {
    const world = new PaperWorld(join(directory, "world"));
    const uid = world.add(...place, { metadata });
    const [server = ""] = readdirSync(join(directory, "world"));
    const [file = ""] = readdirSync(join(directory, "world", server));
    const reader = openSync(join(directory, "world", server, file), "r");
    try {
      world.change(...place, { metadata: { ...metadata, labels: { changed: "yes" } } });
      const seen = JSON.parse(readFileSync(reader, "utf8")) as { metadata: Record<string, unknown> };
      assert.deepEqual([seen.metadata["uid"], seen.metadata["labels"]], [uid, undefined]);
    } finally {
      closeSync(reader);
    }
    assert.deepEqual(world.find(...place)?.metadata["labels"], { changed: "yes" });
    assert.deepEqual(readdirSync(directory), ["world"]);
  });
});

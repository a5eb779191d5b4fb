import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const repository = join(__dirname, "../../..");
const read = (file: string): string => readFileSync(join(repository, file), "utf8");

describe("the page of the command line", () => {
  it("has every type of event, and no other", () => {
    const declared = [...read("operations/events/mesh-event.ts").matchAll(/readonly type: "([\w-]+)"/g)];
    const [, section = ""] = /\n## Events\n([^]*?)\n## /.exec(read("docs/cli.md")) ?? [];
    const documented = [...section.matchAll(/^\| `([a-z]+-?[a-z]*)`/gm)];
    const names = (matches: readonly RegExpExecArray[]): string[] => matches.map(([, name = ""]) => name).sort();
    assert.ok(declared.length > 10);
    assert.deepEqual(names(documented), names(declared));
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { changeIds, riskIds } from "../../../operations/summary";
import { recordings } from "../../support/previews";

const page = readFileSync(resolve(__dirname, "../../../docs/pull-requests.md"), "utf8");

describe("the page about pull requests", () => {
  it("shows a comment as it is written", () => {
    const comment = readFileSync(join(recordings, "gateway-port.md"), "utf8");
    assert.ok(page.includes(`\`\`\`\`markdown\n${comment.trimEnd()}\n\`\`\`\``));
  });

  it("has every kind of risk, and every kind of change", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` /gm)].map(([, id]) => id);
    assert.deepEqual(rows.filter((id) => riskIds.some((known) => known === id)).sort(), [...riskIds].sort());
    const kinds = page.slice(page.indexOf("## The kinds of changes"), page.indexOf("## The check"));
    for (const id of changeIds) assert.ok(kinds.includes(`\`${id}\``), id);
  });
});

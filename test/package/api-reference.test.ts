import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apiReferenceDirectory, apiReferencePages } from "../../docs/api-reference";
import { repository } from "../support/isthmus";

describe("the reference of the package's exports", function () {
  this.timeout(400_000);

  it("is current (npm run schema), and says something of all that is exported", async () => {
    const pages = await apiReferencePages();
    const directory = join(repository, "docs", apiReferenceDirectory);
    const names = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
    const committed = names.map((name) => [
      `${apiReferenceDirectory}/${name}`,
      readFileSync(join(directory, name), "utf8"),
    ]);
    assert.deepEqual(Object.fromEntries(committed), Object.fromEntries(pages));
  });
});

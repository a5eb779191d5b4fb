import assert from "node:assert/strict";
import { diagnosticsIn } from "../../../engine/diagnostics";

describe("diagnosticsIn", () => {
  it("tells an exception that a program did not handle with its cause, without its colours", () => {
    const output = [
      "Diagnostics:",
      "  pulumi:pulumi:Stack (isthmus-prod.east):",
      "    error: Running program 'index.js' failed with an unhandled exception:",
      "    \u001b[36m<ref *1>\u001b[39m Error: no such luck",
      "        at somewhere (index.js:1:1)",
    ].join("\n");
    assert.deepEqual(diagnosticsIn(output), [
      {
        resource: "isthmus-prod.east",
        message: "Running program 'index.js' failed with an unhandled exception: Error: no such luck",
      },
    ]);
  });

  it("leaves a line that ends with a colon as it is where nothing but a trace is below", () => {
    const [found] = diagnosticsIn("error: it failed:\n    at somewhere (index.js:1:1)");
    assert.equal(found?.message, "it failed:");
  });
});

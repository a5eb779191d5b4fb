import assert from "node:assert/strict";
import { hostProblem } from "../../../operations/deployment/host";
import { formatProblem } from "../../../topology";

describe("the machine that works on a mesh", () => {
  it("is Linux or macOS", () => {
    for (const platform of ["linux", "darwin"] as const) assert.equal(hostProblem(platform), undefined);
  });

  it("is not Windows, and that is said before anything is done", () => {
    const problem = hostProblem("win32");
    assert.ok(problem !== undefined);
    assert.match(formatProblem(problem), /^MeshDeployment: expected Linux or macOS, found Windows\. .*Subsystem/);
  });
});

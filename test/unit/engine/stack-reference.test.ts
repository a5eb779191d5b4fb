import assert from "node:assert/strict";
import fc from "fast-check";
import { isSameStack, ownName } from "../../../engine/stack-reference";

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);

describe("isSameStack", () => {
  const inCloud = (name: string, path: string): { name: string; url: string } => ({
    name,
    url: `https://app.pulumi.com/${path}`,
  });

  it("knows a stack by each of its names, whatever of them is left out where it is listed", () => {
    fc.assert(
      fc.property(word, word, word, (organization, project, name) => {
        const url = `https://app.pulumi.com/${organization}/${project}/${name}`;
        // Of the user's own organization nothing is written; of another one it is.
        for (const asked of [name, `${organization}/${name}`, `${organization}/${project}/${name}`]) {
          assert.ok(isSameStack(asked, { name, url }), asked);
          assert.ok(isSameStack(asked, { name }), asked);
        }
        for (const asked of [`${organization}/${name}`, `${organization}/${project}/${name}`]) {
          assert.ok(isSameStack(asked, { name: `${organization}/${name}`, url }), asked);
        }
        assert.equal(ownName(`${organization}/${project}/${name}`), name);
      }),
    );
  });

  it("takes no stack of another organization, another project or another name for it", () => {
    fc.assert(
      fc.property(word, word, word, word, (organization, project, name, other) => {
        fc.pre(![organization, project, name, "organization"].includes(other) && organization !== "organization");
        const listed = inCloud(`${organization}/${name}`, `${organization}/${project}/${name}`);
        for (const asked of [
          name,
          `${other}/${name}`,
          `${organization}/${other}/${name}`,
          `${organization}/${other}`,
        ]) {
          assert.ok(!isSameStack(asked, listed), asked);
        }
        const own = inCloud(name, `${organization}/${project}/${name}`);
        for (const asked of [other, `${other}/${name}`, `${other}/${project}/${name}`]) {
          assert.ok(!isSameStack(asked, own), asked);
        }
      }),
    );
  });

  it("knows a stack in full also where the backend has no organizations", () => {
    assert.ok(isSameStack("organization/isthmus/prod", { name: "prod" }));
    assert.ok(isSameStack("prod", { name: "prod" }));
    assert.ok(!isSameStack("organization/isthmus/prod", { name: "prod.east" }));
  });
});

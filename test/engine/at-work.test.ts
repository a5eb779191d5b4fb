import assert from "node:assert/strict";
import { ConfigurationError } from "../../topology";
import { PulumiError, up } from "../../operations/stack";
import { CloudBackend } from "./backends";
import { OperationsProject } from "./operations-project";
import { describeEngine } from "./tools";

const program = `
const pulumi = require("@pulumi/pulumi");
module.exports = async () => {
  new pulumi.ComponentResource("test:index:Thing", "thing");
  if (process.env.THING) new pulumi.ComponentResource("test:index:Thing", process.env.THING);
};
`;

describeEngine("a stack on Pulumi Cloud", (tools) => {
  let cloud: CloudBackend;
  let project: OperationsProject;

  before(async () => {
    cloud = await CloudBackend.start();
    project = await OperationsProject.create(tools(), cloud, "at-work-test", program);
    await up(project.options());
  });
  beforeEach(() => {
    project.reset();
    cloud.service.heal();
  });
  after(async () => {
    await project.dispose();
    await cloud.stop();
  });

  /** Requests since there were so many by which a state or another's update is changed. */
  const changesSince = (count: number): string[] =>
    cloud.service.requests
      .slice(count)
      .filter(({ method, path }) => method !== "GET" && /\/(import|cancel|checkpoint\w*)$/.test(path))
      .map(({ method, path }) => `${method} ${path}`);

  async function failure(): Promise<Error> {
    let caught: unknown;
    await assert.rejects(up(project.options()), (error: unknown) => {
      caught = error;
      return error instanceof Error;
    });
    return caught as Error;
  }

  it("is left alone while another is at work, who is told, and since when, and what frees it", async () => {
    const stored = cloud.service.stacks.of({ organization: "ada", project: project.name, stack: "test" });
    const { state } = stored.checkpoint;
    const deployment = { ...state.deployment } as { resources: { urn: string; type: string }[] };
    const [resource] = deployment.resources.slice(-1);
    const begun = { ...resource, urn: `${resource?.urn ?? ""}-begun` };
    const pending = [{ resource: begun, type: "creating" }];
    stored.checkpoint = { state: { ...state, deployment: { ...deployment, pending_operations: pending } as object } };
    await cloud.lock(project.name, "test", { user: "grace", since: new Date("2026-11-21T10:00:00Z") });
    const count = cloud.service.requests.length;

    const { message } = await failure();
    assert.deepEqual(changesSince(count), []);
    assert.equal((await cloud.locks(project.name, "test")).length, 1);
    assert.match(message, /grace.*2026-11-21T10:00:00.*pulumi cancel --stack test/);

    await cloud.unlock(project.name, "test");
    assert.deepEqual((await up(project.options())).changes, { same: 2 });
  });

  for (const [status, message] of [
    [401, "Unauthorized: No credentials provided or are invalid."],
    [403, "The provided update token has expired."],
  ] as const) {
    it(`is not said to be unchanged when ${status} comes half-way`, async () => {
      process.env["THING"] = `thing-${status}`;
      // The first states are written, so that something has been done.
      cloud.service.inject({ path: /\/checkpoint$/, after: 1 }, { status, message });
      const error = await failure();
      assert.ok(error instanceof PulumiError && !(error instanceof ConfigurationError), String(error));
      cloud.service.heal();
      await cloud.unlock(project.name, "test");
      await up(project.options());
    });
  }
});

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { MeshDeployment } from "../../api";
import { PulumiService } from "../support/pulumi-service";
import { twoPrimaries } from "../support/plans";
import { describeEngine, engineVariables } from "./tools";

describeEngine("a stack that takes its configuration from environments (ESC)", (tools) => {
  let service: PulumiService;
  let project: string;
  let variables: NodeJS.ProcessEnv;

  const stackFile = "environment:\n  - meshes/dev\n";

  const open = (stack: string): Promise<MeshDeployment> => MeshDeployment.open({ project, stack, variables });

  before(async () => {
    service = await PulumiService.start();
    service.environments.set("meshes/dev", { "isthmus:mesh": twoPrimaries });
    const { name, token } = service.addUser("ann");
    service.stacks.create({ organization: name, project: "isthmus", stack: "dev" }, {});
    project = await mkdtemp(join(tmpdir(), "isthmus-environments-"));
    await writeFile(join(project, "Pulumi.yaml"), "name: isthmus\nruntime: nodejs\n");
    for (const stack of ["dev", "new"]) await writeFile(join(project, `Pulumi.${stack}.yaml`), stackFile);
    variables = {
      ...engineVariables(project),
      PATH: [tools().bin, process.env["PATH"]].join(delimiter),
      PULUMI_BACKEND_URL: service.url,
      PULUMI_ACCESS_TOKEN: token,
    };
  });

  after(async () => {
    await service.stop();
    await rm(project, { recursive: true, force: true });
  });

  it("has the mesh that they give, as for Pulumi itself, and its file stays as it is", async () => {
    assert.deepEqual((await open("dev")).clusters, ["east", "west"]);
    assert.equal(await readFile(join(project, "Pulumi.dev.yaml"), "utf8"), stackFile);
    assert.deepEqual(service.unknownRequests, []);
  });

  it("has its file's over theirs, where both say something", async () => {
    const own = { ...twoPrimaries, clusters: { north: twoPrimaries.clusters.east } };
    service.environments.set("meshes/dev", { "isthmus:other": "1" });
    await writeFile(join(project, "Pulumi.dev.yaml"), `${stackFile}config:\n  isthmus:mesh: ${JSON.stringify(own)}\n`);
    assert.deepEqual((await open("dev")).clusters, ["north"]);
  });

  it("is refused with what to do where there is no stack to open them", async () => {
    await assert.rejects(
      open("new"),
      /stack new: expected the stack whose file imports environments .* `pulumi stack init new`/,
    );
  });

  it("is refused where they give the mesh as a secret, or nothing of it", async () => {
    await writeFile(join(project, "Pulumi.dev.yaml"), stackFile);
    await assert.rejects(open("dev"), /isthmus:mesh.*found nothing/);
    service.environments.set("meshes/dev", {
      "isthmus:mesh": service.environments.secret(JSON.stringify(twoPrimaries)),
    });
    await assert.rejects(open("dev"), /isthmus:mesh: expected a mapping in plain text, found a secret/);
  });
});

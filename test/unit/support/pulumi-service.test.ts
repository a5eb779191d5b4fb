import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { PulumiService } from "../../support/pulumi-service";
import { deltaCheckpoint, verbatimCheckpoint, type Checkpoint } from "../../support/pulumi-service/deployment";

/** What the service answers, as a client of its would see it. */
interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

describe("a service like Pulumi Cloud", () => {
  let service: PulumiService;
  let authorization: string;
  const path = "/api/stacks/ada/mesh/prod";

  async function ask(method: string, where: string, body?: unknown, bearing = authorization): Promise<Reply> {
    const init = { method, headers: { authorization: bearing }, ...(body === undefined ? {} : { body: text(body) }) };
    const response = await fetch(`${service.url}${where}`, init);
    const answered = await response.text();
    return { status: response.status, body: answered === "" ? {} : (JSON.parse(answered) as Reply["body"]) };
  }

  const text = (body: unknown): string => JSON.stringify(body);

  beforeEach(async () => {
    service = await PulumiService.start({ leaseSeconds: 60 });
    authorization = `token ${service.addUser("ada").token}`;
    await ask("POST", "/api/stacks/ada/mesh", { stackName: "prod" });
  });
  afterEach(() => service.stop());

  async function begin(kind = "update"): Promise<{ id: string; started: Reply }> {
    const id = String((await ask("POST", `${path}/${kind}`, {})).body["updateID"]);
    return { id, started: await ask("POST", `${path}/update/${id}`, {}) };
  }

  const leaseOf = ({ started }: { started: Reply }): string => `update-token ${String(started.body["token"])}`;
  const state = { version: 3, deployment: { resources: [{ urn: "one" }] } };
  const conflict = { code: 409, message: "Conflict: Another update is currently in progress." };

  it("knows nobody without a token, and nobody's stack", async () => {
    assert.equal((await ask("GET", "/api/user", undefined, "token pul-none")).status, 401);
    assert.equal((await ask("GET", "/api/stacks/ada/mesh/absent")).status, 404);
  });

  it("lets one update, one import and one removal at a time change a stack, and any number of previews look", async () => {
    const first = await begin();
    assert.equal(first.started.status, 200);
    for (const refused of [
      (await begin()).started,
      await ask("POST", `${path}/import`, state),
      await ask("DELETE", `${path}?force=true`),
      await ask("POST", `${path}/rename`, { newName: "other", newProject: "" }),
    ]) {
      assert.deepEqual(refused, { status: 409, body: conflict });
    }
    assert.equal((await begin("preview")).started.status, 200);
    assert.equal((await begin("preview")).started.status, 200);
    await ask("POST", `${path}/update/${first.id}/complete`, { status: "succeeded" }, leaseOf(first));
    assert.equal((await begin("destroy")).started.status, 200);
  });

  it("lets only who holds the lease write, while it lasts", async () => {
    const update = await begin();
    const checkpoint = `${path}/update/${update.id}/checkpoint`;
    assert.equal((await ask("PATCH", checkpoint, state)).status, 401);
    assert.equal((await ask("PATCH", checkpoint, state, "update-token another")).status, 403);
    assert.equal((await ask("PATCH", checkpoint, state, leaseOf(update))).status, 204);
    service.passTime(50);
    const renewed = await ask("POST", `${path}/update/${update.id}/renew_lease`, { duration: 300 }, leaseOf(update));
    service.passTime(50);
    assert.equal((await ask("PATCH", checkpoint, state, leaseOf({ started: renewed }))).status, 204);
    service.passTime(11);
    const expired = { code: 403, message: "The provided update token has expired." };
    assert.deepEqual((await ask("PATCH", checkpoint, state, leaseOf({ started: renewed }))).body, expired);
    assert.equal((await begin()).started.status, 200);
    assert.deepEqual((await ask("GET", `${path}/export`)).body, state);
  });

  it("ends an update that is cancelled, once", async () => {
    const update = await begin();
    assert.equal((await ask("POST", `${path}/update/${update.id}/cancel`)).status, 204);
    const over = { code: 409, message: "Conflict: The Update has already completed" };
    assert.deepEqual((await ask("POST", `${path}/update/${update.id}/cancel`)).body, over);
    assert.deepEqual((await ask("PATCH", `${path}/update/${update.id}/checkpoint`, state, leaseOf(update))).body, over);
  });

  it("goes wrong where and as often as it is told to", async () => {
    service.inject({ method: "GET", path: /prod$/, after: 1, times: 1 }, { status: 500, message: "no luck" });
    const statuses: number[] = [];
    for (let time = 0; time < 3; time++) statuses.push((await ask("GET", path)).status);
    assert.deepEqual(statuses, [200, 500, 200]);
    service.inject({ method: "DELETE", times: 1 }, { cut: "request" });
    await assert.rejects(ask("DELETE", path));
    assert.equal((await ask("GET", path)).status, 200);
    service.inject({ method: "DELETE", times: 1 }, { cut: "answer" });
    await assert.rejects(ask("DELETE", path));
    assert.equal((await ask("GET", path)).status, 404);
    const held = service.hold({ method: "GET", path: /user$/ });
    const answer = ask("GET", "/api/user");
    assert.equal((await held.come).status, undefined);
    held.release();
    assert.equal((await answer).status, 200);
  });

  it("gives secrets back, and each stack only its own", async () => {
    const plaintext = Buffer.from("open sesame").toString("base64");
    const { ciphertext } = (await ask("POST", `${path}/encrypt`, { plaintext })).body;
    assert.deepEqual((await ask("POST", `${path}/decrypt`, { ciphertext })).body, { plaintext });
    const batch = await ask("POST", `${path}/batch-decrypt`, { ciphertexts: [ciphertext] });
    assert.deepEqual(batch.body, { plaintexts: { [String(ciphertext)]: plaintext } });
    await ask("POST", "/api/stacks/ada/mesh", { stackName: "other" });
    assert.equal((await ask("POST", "/api/stacks/ada/mesh/other/decrypt", { ciphertext })).status, 400);
  });

  it("makes a state of the last one and a difference", () => {
    const states = fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.boolean()));
    fc.assert(
      fc.property(states, (resources) => {
        const textOf = (these: unknown): string => JSON.stringify({ version: 3, deployment: { resources: these } });
        const before = textOf(resources.map(([name]) => name));
        const after = textOf(resources.flatMap(([name, isKept]) => (isKept ? [name, "more"] : [])));
        const whole = verbatimCheckpoint(`{"version":3,"untypedDeployment":${before},"sequenceNumber":1}`);
        assert.deepEqual(deltaOf(whole, before, after).state, JSON.parse(after));
        assert.throws(() => deltaCheckpoint({ state: whole.state }, "{}"));
      }),
    );
  });
});

/** Applies the change from one text to another, told as the CLI does: at offsets in bytes. */
function deltaOf(checkpoint: Checkpoint, before: string, after: string): Checkpoint {
  const from = Buffer.from(before);
  const to = Buffer.from(after);
  let start = 0;
  while (start < Math.min(from.length, to.length) && from[start] === to[start]) start++;
  // Never within a character.
  while (start > 0 && ((from[start] ?? 0) & 0xc0) === 0x80) start--;
  const edit = {
    Span: { start: { offset: start }, end: { offset: from.length } },
    NewText: to.subarray(start).toString(),
  };
  const checkpointHash = createHash("sha256").update(to).digest("hex");
  return deltaCheckpoint(checkpoint, JSON.stringify({ checkpointHash, deploymentDelta: [edit] }));
}

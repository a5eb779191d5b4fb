import assert from "node:assert/strict";
import { apiServer } from "../../../access/connection/api-server";
import { fakeApiServer } from "./fake-api-server";
import { PrecheckBench, token } from "../preflight/precheck-support";

describe("apiServer", () => {
  const bench = new PrecheckBench();

  it("deletes an object only if it is still that one, and goes on with the same connection", async () => {
    const path = "/api/v1/namespaces/istio-system";
    const removed: string[] = [];
    const listening = await bench.opened(
      fakeApiServer(bench.identity, { token, objects: { [path]: {} }, remove: (gone) => void removed.push(gone) }),
    );
    const server = await apiServer(bench.access("east", listening.url), {});
    for (const uid of ["1", undefined, "2"]) assert.equal((await server.remove(path, uid)).status, 200);
    assert.equal((await server.ask(path)).status, 200);
    server.close();
    assert.deepEqual(removed, [path, path, path]);
    assert.deepEqual(listening.requests, [...Array<string>(3).fill(`DELETE ${path}`), `GET ${path}`]);
  });
});

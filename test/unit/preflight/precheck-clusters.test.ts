import assert from "node:assert/strict";
import { formatProblem } from "../../../topology";
import { fakeApiServer, silentServer } from "../access/fake-api-server";
import { configOf, context, PrecheckBench, token, unknownHost } from "./precheck-support";

describe("precheck of several clusters", () => {
  const bench = new PrecheckBench();

  it("tells two names of one cluster", async () => {
    const [east, west] = await Promise.all([
      bench.opened(fakeApiServer(bench.identity, { token, uid: "same" })),
      bench.opened(fakeApiServer(bench.identity, { token, uid: "same" })),
    ]);
    const { problems } = await bench.check([bench.access("east", east.url), bench.access("west", west.url)]);
    assert.deepEqual(problems.filter(({ found }) => found.includes("same cluster")).map(formatProblem), [
      "isthmus:mesh.clusters.west.access.context: expected a cluster of its own, found the same cluster as east (their kube-system namespaces have one UID). Name the context of west, or remove one of the two.",
    ]);
  });

  it("tells addresses that mean another machine elsewhere", async () => {
    const server = await bench.opened(fakeApiServer(bench.identity, { token }));
    const { problems } = await bench.check([
      bench.access("east", server.url),
      bench.access("west", `https://${unknownHost}`),
    ]);
    const loopback = problems.filter(({ expected }) => expected === "an API server that the other clusters can reach");
    assert.deepEqual(
      loopback.map(({ path }) => path),
      [context],
    );
  });

  it("asks all at the same time", async () => {
    const names = ["a", "b", "c", "d"];
    const servers = await Promise.all(names.map(async () => bench.opened(silentServer())));
    const start = performance.now();
    const access = servers.map(({ url }, index) => bench.access(names[index] ?? "", url));
    const { unreachable } = await bench.check(access, undefined, 1500);
    assert.deepEqual(
      [...unreachable].map(([name, { found }]) => [name, found]),
      names.map((name) => [name, "none within 1.5 s"]),
    );
    // One after the other they would take 6 s.
    assert.ok(performance.now() - start < 5000);
  });

  it("passes over clusters that could not be resolved", async () => {
    const server = await bench.opened(fakeApiServer(bench.identity, { token }));
    const { problems } = await bench.check([bench.access("east", server.url)], configOf("east", "west"));
    assert.deepEqual(
      problems.map(({ path }) => path),
      [context],
    );
  });
});

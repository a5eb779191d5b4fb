import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { CallTimes } from "../../../operations/verify/call-times";
import type { Finding } from "../../../operations/verify/check";
import { Sample, versionIn } from "../../../operations/verify/sample";
import { callsAnswered, steadyCallWords } from "../../../operations/verify/steady-calls";
import { parseTransfers } from "../../../operations/verify/transfers";
import { FakeClient } from "../../support/cluster-client";
import { planOf, twoPrimaries } from "../../support/plans";
import { verifyContext } from "../../support/verify-context";

const plan = planOf(twoPrimaries);
const images = { helloworld: "hub/helloworld", client: "hub/curl" };

/** What curl writes of a call. */
const hello = (version: string, seconds: string): string =>
  `Hello version: ${version}, instance: helloworld\n\n@transfer 200 ${seconds} \n`;
const refused = "\n@transfer 000 0.000812 Failed to connect to helloworld port 5000\n";
const unavailable = "no healthy upstream\n@transfer 503 0.001500 \n";
/** Of the file that ends every command. */
const last = "\n@transfer 000 0.000100 \n";

const periodMs = 5;

interface Seen {
  readonly commands: readonly (readonly string[])[];
  readonly callTimes: CallTimes;
  readonly finding: Finding;
}

/** What the check finds where curl writes this. */
async function found(write: () => string, mesh = plan): Promise<Seen> {
  const commands: (readonly string[])[] = [];
  const client = new FakeClient("east", {
    exec: async (_target, command) => {
      commands.push(command);
      // As long as the period, so that there is one command.
      await delay(periodMs);
      return write();
    },
  });
  const sample = new Sample({ plan: mesh, images, clients: new Map([["east", client]]) });
  const callTimes = new CallTimes();
  const context = verifyContext({ plan: mesh, client: () => client, sample, callTimes, callsForMs: periodMs });
  return { commands, callTimes, finding: await callsAnswered(context, ["east"]) };
}

describe("calls that go on", () => {
  it("go by the name of all clusters where Services are each cluster's own", async () => {
    const strict = planOf({ ...twoPrimaries, sameness: { plainServices: "cluster-local" } });
    const { commands } = await found(() => [hello("v1", "0.002000"), last].join(""), strict);
    const header = /^Host: helloworld\.isthmus-verify-[0-9a-f]{6}\.verify\.cluster\.local$/;
    assert.ok(
      commands[0]?.some((word) => header.test(word)),
      commands[0]?.join(" "),
    );
  });

  it("hold when every one was answered, and say by whom and how fast", async () => {
    const calls = [hello("v1", "0.002000"), hello("v2", "0.009000"), hello("v1", "0.004000"), hello("v1", "0.003000")];
    const { callTimes, commands, finding } = await found(() => [...calls, last].join(""));
    assert.deepEqual(finding, {
      ok: true,
      isFinal: true,
      message: "all 4 calls answered in 0 s; east 3 (median 3 ms, slowest 4 ms); west 1 (median 9 ms, slowest 9 ms)",
    });
    assert.deepEqual(callTimes.observed(), [
      { from: "east", to: "east", calls: 3, medianMs: 3, slowestMs: 4 },
      { from: "east", to: "west", calls: 1, medianMs: 9, slowestMs: 9 },
    ]);
    assert.equal(commands.length, 1);
    assert.equal(
      commands[0]?.filter((word) => /^http:\/\/helloworld\.isthmus-verify-[0-9a-f]{6}:5000\/hello$/.test(word)).length,
      10,
    );
    assert.equal(commands[0].at(-1), "file:///dev/null", "whose end counts as curl's");
  });

  it("do not hold when one was not, and say what came instead", async () => {
    const { finding } = await found(() =>
      [hello("v1", "0.002"), refused, unavailable, hello("v2", "0.002"), last].join(""),
    );
    assert.equal(finding.ok, false);
    assert.equal(finding.isFinal, true, "looking again would hide it");
    assert.match(finding.message, /^2 of 4 calls not answered in 0 s; /);
    assert.match(
      finding.message,
      /after 0 s: Failed to connect to helloworld port 5000; after 0 s: 503 no healthy upstream$/,
    );
  });

  it("do not hold when there were none", async () => {
    assert.equal((await found(() => last)).finding.ok, false);
  });

  const hasCurl = spawnSync("curl", ["--version"]).status === 0;
  const title = "are made by the real curl, whatever becomes of them";
  (hasCurl ? it : it.skip)(hasCurl ? title : `${title}: this machine has no curl`, async () => {
    const connections = new Set<unknown>();
    const server = createServer((request, response) => {
      connections.add(request.socket);
      response.end("Hello version: v1, instance: helloworld\n");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const ask = async (url: string): Promise<ReturnType<typeof parseTransfers>> =>
      parseTransfers((await promisify(execFile)("curl", ["-sS", ...steadyCallWords(url, [])])).stdout);
    try {
      const answered = await ask(`http://127.0.0.1:${port}/hello`);
      assert.equal(answered.length, 11);
      assert.equal(connections.size, 10, "each over a connection of its own");
      assert.deepEqual(
        answered.slice(0, -1).map(({ body, tookMs }) => [versionIn(body), tookMs > 0]),
        Array.from({ length: 10 }, () => ["v1", true]),
      );
    } finally {
      server.close();
    }
    const refused = await ask(`http://127.0.0.1:${port}/hello`);
    assert.equal(refused.length, 11, "curl goes on after one that fails");
    assert.match(refused[0]?.trouble ?? "", /connect/i);
  });

  it("are read as curl wrote them", () => {
    assert.deepEqual(parseTransfers(`two\nlines\n@transfer 200 0.5 \n${refused}`), [
      { body: "two\nlines", tookMs: 500, trouble: "200 two lines" },
      { body: "", tookMs: 0.812, trouble: "Failed to connect to helloworld port 5000" },
    ]);
    assert.deepEqual(parseTransfers(""), []);
  });
});

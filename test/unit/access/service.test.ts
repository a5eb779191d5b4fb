import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  awaitAddresses,
  ConnectionError,
  NoAddressError,
  ServiceAnswerError,
  type ClusterAccess,
} from "../../../access";
import { TestAuthority } from "./certificates";
import { accessTo, fakeApiServer, listen, type Listening } from "./fake-api-server";

describe("awaitAddresses", () => {
  const gateway = { namespace: "istio-system", name: "gateway" };
  const path = "/api/v1/namespaces/istio-system/services/gateway";
  const events = "/api/v1/namespaces/istio-system/events?fieldSelector=involvedObject.uid%3Duid-of-gateway";
  const objects: Record<string, unknown> = {};
  let authority: TestAuthority;
  let server: Listening;

  before(async () => {
    authority = await TestAuthority.create("test");
    server = await fakeApiServer(await authority.issue(["127.0.0.1"]), { token: "good", objects });
  });
  afterEach(() => {
    for (const key of Object.keys(objects)) objects[key] = undefined;
  });
  after(() => server.close());

  function access(token = "good"): ClusterAccess {
    return accessTo("east", server.url, authority.certificate, { token });
  }

  function give(ingress: readonly unknown[] | undefined): void {
    objects[path] = {
      metadata: { uid: "uid-of-gateway" },
      status: { loadBalancer: ingress === undefined ? {} : { ingress } },
    };
  }

  it("takes the IP where there is one, else the host name", async () => {
    give([{ ip: "192.0.2.1" }, { hostname: "lb.example" }, { ip: "192.0.2.2", hostname: "both.example" }]);
    assert.deepEqual(await awaitAddresses(access(), gateway, 0, {}), ["192.0.2.1", "lb.example", "192.0.2.2"]);
  });

  it("waits until there is one", async () => {
    give(undefined);
    const asked = server.requests.length;
    const addresses = awaitAddresses(access(), gateway, 60, {});
    while (server.requests.length < asked + 2) await new Promise((resolve) => setTimeout(resolve, 20));
    give([{ ip: "192.0.2.1" }]);
    assert.deepEqual(await addresses, ["192.0.2.1"]);
  });

  it("says after some seconds what the Service waits for, and again when that is something else", async () => {
    give([]);
    const told: string[] = [];
    const addresses = awaitAddresses(access(), gateway, 60, {}, (words) => {
      told.push(words);
      if (told.length === 1)
        objects[events] = { items: [{ reason: "AllocationFailed", message: "no address is left" }] };
      else give([{ ip: "192.0.2.1" }]);
    });
    assert.deepEqual(await addresses, ["192.0.2.1"]);
    assert.deepEqual(told, [
      "Service istio-system/gateway waits for an address from a load balancer; the cluster has no event about it",
      "Service istio-system/gateway waits for an address from a load balancer; the cluster says: AllocationFailed: no address is left",
    ]);
  });

  it("names the Service and the likely causes when none comes, and what the cluster says of it", async () => {
    give([]);
    const silent = await awaitAddresses(access(), gateway, 0, {}).catch((error: unknown) => error);
    assert.ok(silent instanceof NoAddressError);
    assert.equal(
      silent.message,
      "cluster east: Service istio-system/gateway has no address from a load balancer after 0 s. " +
        "The cluster has no event about it, so probably no load balancer looks at it. " +
        "Look whether a load balancer's controller runs in the cluster (a cloud's, MetalLB), whether it has addresses left, and " +
        "whether it takes Services of this class; or give the address yourself (`eastWestGateway.addresses`, `exposedIstiod.address`). " +
        "Then run the update again: it goes on from here.",
    );
    objects[events] = { items: [{ reason: "Old" }, { reason: "AllocationFailed", message: "no available IPs" }] };
    await assert.rejects(
      awaitAddresses(access(), gateway, 0, {}),
      /The cluster says: AllocationFailed: no available IPs\. Look/,
    );
  });

  it("fails when there is no such Service, or it is refused, and names the cluster and the Service", async () => {
    await assert.rejects(awaitAddresses(access(), gateway, 60, {}), {
      message: "cluster east answers 404 when asked for Service istio-system/gateway",
    });
    await assert.rejects(awaitAddresses(access("bad"), gateway, 60, {}), {
      message: "cluster east answers 401 when asked for Service istio-system/gateway",
    });
  });

  describe("goes on waiting", () => {
    const address = { metadata: { uid: "uid" }, status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } };
    const ownWords = JSON.stringify({ kind: "Status" });
    type Reply = readonly [status: number, body: string] | "hang-up";

    /** A server that replies so in turn, the last for ever. */
    async function replying(...replies: readonly Reply[]): Promise<Listening & { readonly tokens: readonly string[] }> {
      const tokens: string[] = [];
      const rest = [...replies];
      const identity = await authority.issue(["127.0.0.1"]);
      const replier = await listen(
        createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
          tokens.push(request.headers.authorization ?? "");
          const reply = (rest.length > 1 ? rest.shift() : rest[0]) ?? "hang-up";
          if (reply === "hang-up") request.socket.destroy();
          else response.writeHead(reply[0]).end(reply[1]);
        }),
        "https",
        [],
      );
      return { ...replier, tokens };
    }

    const waitedFor = async (timeoutSeconds: number, ...replies: readonly Reply[]): Promise<readonly string[]> => {
      const replier = await replying(...replies);
      try {
        const cluster = accessTo("east", replier.url, authority.certificate, { token: "good" });
        return await awaitAddresses(cluster, gateway, timeoutSeconds, {});
      } finally {
        await replier.close();
      }
    };
    const good = [200, JSON.stringify(address)] as const;

    for (const [what, reply] of [
      ["a server that is busy", [429, ownWords]],
      ["a server that starts", [503, ownWords]],
      ["a server that fails", [500, ownWords]],
      ["a gateway's page with an error", [502, "<html>"]],
      ["a gateway's page about nothing", [404, "<html>"]],
      ["a gateway's page that looks fine", [200, "<html>"]],
      ["a connection that is reset", "hang-up"],
    ] as const) {
      it(`after ${what}`, async () => {
        assert.deepEqual(await waitedFor(60, reply, good), ["192.0.2.1"]);
        await assert.rejects(waitedFor(0, reply, good), (error: unknown) => {
          assert.ok(error instanceof ServiceAnswerError || error instanceof ConnectionError, String(error));
          return true;
        });
      });
    }

    for (const status of [403, 404]) {
      it(`never after a ${status} of the API server itself`, async () => {
        await assert.rejects(waitedFor(60, [status, ownWords], good), ServiceAnswerError);
      });
    }

    it("with credentials that are fetched anew when they are accepted no more", async () => {
      const directory = await mkdtemp(join(tmpdir(), "isthmus-service-"));
      const replier = await replying([200, JSON.stringify({ metadata: { uid: "uid" } })], [401, ownWords], good);
      try {
        // A token after the other.
        const plugin = join(directory, "plugin.sh");
        const token = `'{"status":{"token":"token-'$(wc -l < ${directory}/runs | tr -d ' ')'"}}'`;
        await writeFile(plugin, `echo >> ${directory}/runs\necho ${token}\n`);
        const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sh", args: [plugin] };
        const cluster = accessTo("east", replier.url, authority.certificate, { exec });
        assert.deepEqual(await awaitAddresses(cluster, gateway, 60), ["192.0.2.1"]);
        assert.deepEqual(replier.tokens, ["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
      } finally {
        await replier.close();
        await rm(directory, { recursive: true });
      }
    });
  });
});

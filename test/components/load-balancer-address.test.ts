import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { NoAddressError } from "../../access";
import { loadBalancerAddress, type AddressReader } from "../../components";
import { record } from "../support/mocks";

/** What an update gets for the Service `istio-system/gateway` from a reader. */
async function addressesFrom(read: AddressReader, mode: "update" | "preview" = "update"): Promise<unknown> {
  let settled: Promise<unknown> | undefined;
  await record(
    mode,
    () => ({}),
    () => {
      const addresses = loadBalancerAddress(pulumi.output("istio-system/gateway"), read, 7);
      // An output has no public way to wait for its failure, or to ask whether it is known.
      const { promise, isKnown } = addresses as unknown as {
        readonly promise: (withUnknowns: boolean) => Promise<unknown>;
        readonly isKnown: Promise<boolean>;
      };
      settled = promise(true).then(
        async (value) => ((await isKnown) ? value : pulumi.unknown),
        (error: unknown) => error,
      );
    },
  );
  return settled;
}

describe("loadBalancerAddress", () => {
  it("asks for the Service by its id, for as long as it is told", async () => {
    const asked: unknown[] = [];
    const addresses = await addressesFrom((service, timeoutSeconds) => {
      asked.push([service, timeoutSeconds]);
      return Promise.resolve(["192.0.2.1"]);
    });
    assert.deepEqual(addresses, ["192.0.2.1"]);
    assert.deepEqual(asked, [[{ namespace: "istio-system", name: "gateway" }, 7]]);
  });

  it("explains that none came, without a stack trace of ours", async () => {
    const reason = new NoAddressError("east", { namespace: "istio-system", name: "gateway" }, 7, undefined);
    const error = await addressesFrom(() => Promise.reject(reason));
    assert.ok(pulumi.RunError.isInstance(error));
    assert.equal(error.message, reason.message);
  });

  it("lets any other failure be seen as what it is", async () => {
    const reason = new TypeError("a mistake of ours");
    assert.equal(await addressesFrom(() => Promise.reject(reason)), reason);
  });

  it("stays unknown in a preview, and stops an update, where it cannot be known", async () => {
    assert.equal(await addressesFrom(() => Promise.resolve(undefined), "preview"), pulumi.unknown);
    const error = await addressesFrom(() => Promise.resolve(undefined));
    assert.ok(pulumi.RunError.isInstance(error));
    assert.match(error.message, /^The addresses of Service istio-system\/gateway are not known: its cluster/);
  });

  it("takes what a reader knows only once something else is known", async () => {
    assert.deepEqual(await addressesFrom(() => pulumi.output(["192.0.2.1"])), ["192.0.2.1"]);
    const later = (): pulumi.Output<readonly string[]> => pulumi.output(pulumi.unknown as unknown as string[]);
    assert.equal(await addressesFrom(later, "preview"), pulumi.unknown);
  });
});

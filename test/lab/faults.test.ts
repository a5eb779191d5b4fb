import assert from "node:assert/strict";
import { turnOf } from "../support/turns";
import { faultCalled, pairs, primaryFaults } from "./faults/catalogue";
import { exposedIstiodFaults } from "./faults/exposed-istiod";
import { doctor, mend, named, undo, untilGone, untilNamed, type LabFault } from "./faults/fault";
import { installShop, shop } from "./faults/objects";
import { askPeers, newIn, type PeerWords } from "./faults/peers";
import { mendedWords, resultsFile, tellResult } from "./faults/results";
import { labDown, WrittenStack } from "./lab-stack";
import { describeInTurn } from "./turns";

/** Which faults are injected, by their names: `ISTHMUS_FAULTS=gateway` for a part. */
const asked = new RegExp(process.env["ISTHMUS_FAULTS"] ?? "");

/** So many are injected for a commit, some four minutes' worth: others for each. */
const faultsInTurn = 8;

const isAll = process.env["ISTHMUS_LAB"] === "all";

/** The faults of this commit's turn, or all; those that are asked for. */
function chosen(faults: readonly LabFault[]): readonly LabFault[] {
  const named = faults.filter(({ name }) => asked.test(name));
  if (isAll) return named;
  const turns = Math.ceil(named.length / faultsInTurn);
  return named.filter((_fault, index) => index % turns === turnOf(turns));
}

/** Injects a fault into a mesh that works, has it named and mended, and finds nothing to be wrong afterwards. */
async function comesAndGoes(
  stack: string,
  fault: LabFault,
  sayPeers: () => Promise<PeerWords | undefined>,
): Promise<void> {
  const secondsSince = (since: number): number => Math.round((performance.now() - since) / 100) / 10;
  const injected = performance.now();
  await fault.inject();
  const report = await untilNamed(stack, fault.causes);
  const namedAfterSeconds = secondsSince(injected);
  const words = await sayPeers();
  const mending = performance.now();
  await mend(stack, fault, report);
  await untilNamed(stack, []);
  tellResult({
    name: fault.name,
    done: fault.done,
    causes: fault.causes,
    mended: mendedWords(fault),
    namedAfterSeconds,
    wellAfterSeconds: secondsSince(mending),
    ...(words === undefined ? {} : { peers: words }),
  });
}

/** A mesh with a workload, in which faults come one after the other. */
function describeFaults(
  title: string,
  stack: WrittenStack,
  clusters: Clusters,
  faults: readonly LabFault[],
  both: readonly (readonly [LabFault, LabFault])[],
): void {
  describe(title, function () {
    this.timeout(10 * 60_000);
    const names = Object.keys(clusters);
    let ofHealthy: PeerWords | undefined;

    before(async () => {
      // Another mesh, in part of the same clusters, may have come before.
      await labDown();
      stack.write({ namespaces: { [shop]: {} }, clusters });
      await stack.labUp();
      await stack.up();
      await installShop(names);
    });

    after(() => {
      stack.remove();
    });

    it("has nothing wrong to begin with, and all of it is looked at", async () => {
      await untilNamed(stack.name, []);
      assert.deepEqual((await doctor(stack.name)).notLookedAt, []);
      if (resultsFile !== undefined) ofHealthy = await askPeers(names);
    });

    for (const fault of faults) {
      it(`${fault.name}: ${fault.causes.join(", ")}, and nothing once it is mended`, async () => {
        try {
          await comesAndGoes(stack.name, fault, async () =>
            ofHealthy === undefined ? undefined : newIn(ofHealthy, await askPeers(names)),
          );
        } catch (error) {
          await undo(stack.name, fault);
          throw error;
        }
      });
    }

    for (const [one, other] of both) {
      it(`${one.name} and ${other.name} at once: both are named, and mended`, async () => {
        try {
          await one.inject();
          await other.inject();
          await mend(stack.name, one, await untilNamed(stack.name, [...one.causes, ...other.causes]));
          const rest = await untilGone(stack.name, one.causes);
          // A command that puts back all that differs has mended both.
          if (named(rest).some((cause) => other.causes.includes(cause))) await mend(stack.name, other, rest);
          await untilNamed(stack.name, []);
        } catch (error) {
          for (const fault of [one, other]) await undo(stack.name, fault);
          throw error;
        }
      });
    }
  });
}

type Clusters = Parameters<WrittenStack["write"]>[0]["clusters"] & object;

describeInTurn("faults", "faults of a mesh on the lab", () => {
  const two = {
    east: { network: "east", access: { context: "lab-east" } },
    west: { network: "west", access: { context: "lab-west" } },
  };
  const both = pairs
    .filter((names) => names.some((name) => asked.test(name)))
    .filter((_pair, index, { length }) => isAll || index === turnOf(length))
    .map(([one, other]) => [faultCalled(one), faultCalled(other)] as const);

  describeFaults("two primaries on two networks", new WrittenStack("test-faults"), two, chosen(primaryFaults), both);

  describeFaults(
    "a remote on a network of its own",
    new WrittenStack("test-faults-remote"),
    { east: two.east, edge: { network: "edge", controlPlane: "east", access: { context: "lab-edge" } } },
    exposedIstiodFaults.filter(({ name }) => asked.test(name)),
    [],
  );
});

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

/** Which faults are injected, by their names: `ISTHMUS_FAULTS=gateway` for a part, `ISTHMUS_FAULTS=' and '` for the pairs alone. */
const asked = new RegExp(process.env["ISTHMUS_FAULTS"] ?? "");

/** What faults that are there together are called. */
const nameOf = (faults: readonly LabFault[]): string => faults.map(({ name }) => name).join(" and ");

const askedFor = (all: readonly (readonly LabFault[])[]): (readonly LabFault[])[] =>
  all.filter((faults) => asked.test(nameOf(faults)));

/** So many are injected for a commit, some four minutes' worth: others for each. */
const faultsInTurn = 8;

const isAll = process.env["ISTHMUS_LAB"] === "all";

/** The faults of this commit's turn, or all; those that are asked for. */
function chosen(faults: readonly LabFault[]): readonly (readonly LabFault[])[] {
  const single = askedFor(faults.map((fault) => [fault]));
  if (isAll) return single;
  const turns = Math.ceil(single.length / faultsInTurn);
  return single.filter((_fault, index) => index % turns === turnOf(turns));
}

/** Injects faults into a mesh that works, has them named and mended, and finds nothing to be wrong afterwards. */
async function comeAndGo(
  stack: string,
  faults: readonly LabFault[],
  sayPeers: () => Promise<PeerWords | undefined>,
): Promise<void> {
  const secondsSince = (since: number): number => Math.round((performance.now() - since) / 100) / 10;
  const injected = performance.now();
  for (const { inject } of faults) await inject();
  let report = await untilNamed(stack, causesOf(faults));
  const namedAfterSeconds = secondsSince(injected);
  const words = await sayPeers();
  const mending = performance.now();
  for (const [index, fault] of faults.entries()) {
    if (index > 0) report = await untilGone(stack, causesOf(faults.slice(0, index)));
    // A command that puts back all that differs has mended the other one as well.
    if (index === 0 || named(report).some((cause) => fault.causes.includes(cause))) await mend(stack, fault, report);
  }
  await untilNamed(stack, []);
  tellResult({
    name: nameOf(faults),
    done: faults.map(({ done }) => done).join(", and "),
    causes: causesOf(faults),
    mended: faults.map(mendedWords).join(", then "),
    namedAfterSeconds,
    wellAfterSeconds: secondsSince(mending),
    ...(words === undefined ? {} : { peers: words }),
  });
}

const causesOf = (faults: readonly LabFault[]): string[] => faults.flatMap(({ causes }) => causes);

/** A mesh with a workload, in which faults come one after the other. */
function describeFaults(
  title: string,
  stack: WrittenStack,
  clusters: Clusters,
  together: readonly (readonly LabFault[])[],
): void {
  if (together.length === 0) return;
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

    for (const faults of together) {
      it(`${nameOf(faults)}: ${causesOf(faults).join(", ")}, and nothing once it is mended`, async () => {
        try {
          await comeAndGo(stack.name, faults, async () =>
            ofHealthy === undefined ? undefined : newIn(ofHealthy, await askPeers(names)),
          );
        } catch (error) {
          for (const fault of faults) await undo(stack.name, fault);
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
  const both = askedFor(pairs.map((names) => names.map(faultCalled))).filter(
    (_pair, index, { length }) => isAll || index === turnOf(length),
  );

  describeFaults("two primaries on two networks", new WrittenStack("test-faults"), two, [
    ...chosen(primaryFaults),
    ...both,
  ]);

  describeFaults(
    "a remote on a network of its own",
    new WrittenStack("test-faults-remote"),
    { east: two.east, edge: { network: "edge", controlPlane: "east", access: { context: "lab-edge" } } },
    askedFor(exposedIstiodFaults.map((fault) => [fault])),
  );
});

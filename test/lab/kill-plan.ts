import fc from "fast-check";
import { seed } from "../support/seed";
import { victims, type Victim } from "./victims";

/**
 * What an update has to do when it is killed: only such as no call between the clusters that stay is lost by. A change of
 * an east-west gateway's pods is none: the old pod's end cuts off what is in flight through it (docs/kills.md).
 */
const tasks = ["istiod", "third cluster", "namespace"] as const;

export type Task = (typeof tasks)[number];

/** One kill. */
export interface Kill {
  readonly victim: Victim;
  readonly task: Task;
  /** How much of the time that an update takes passes between the victim's beginning and its end, from 0 to 1. */
  readonly moment: number;
}

/** Kills that follow from the seed. Each victim comes once before any comes again, and so does each task. */
export function planKills(count: number): Kill[] {
  const rounds = Math.ceil(count / Math.min(victims.length, tasks.length));
  const orders = fc.sample(
    fc.record({
      victims: fc.shuffledSubarray([...victims], { minLength: victims.length }),
      tasks: fc.shuffledSubarray([...tasks], { minLength: tasks.length }),
    }),
    { seed, numRuns: rounds },
  );
  const moments = fc.sample(fc.noBias(fc.integer({ min: 0, max: 1000 })), { seed, numRuns: count });
  const victimOrder = orders.flatMap((order) => order.victims);
  const taskOrder = orders.flatMap((order) => order.tasks);
  return moments.map((moment, index) => ({
    victim: victimOrder[index] ?? "all",
    task: taskOrder[index] ?? "istiod",
    moment: moment / 1000,
  }));
}

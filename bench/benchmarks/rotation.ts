import { Calls } from "../../test/lab/calls";
import { HastenedKubelets, shortLivedLeaves } from "../../test/lab/hastened-kubelets";
import { labDown, WrittenStack } from "../../test/lab/lab-stack";
import { withoutPoolsAndRetries, withoutPoolsWithRetries } from "../../test/lab/without-pools";
import { isthmus } from "../../test/support/isthmus";
import type { Measurement } from "../result";

/** Something of a mesh that is changed by one command while calls go on. */
export interface Rotation {
  readonly kind: "root" | "tokens";
  /** Primaries, each on a network of its own. */
  readonly clusters: number;
}

/** What is measured, the smallest mesh first. */
export const rotations: readonly Rotation[] = [
  { kind: "root", clusters: 2 },
  { kind: "root", clusters: 5 },
  { kind: "tokens", clusters: 2 },
];

/** Names of what comes of a rotation: how long it took, and of the calls how many, how many lost, and the longest gap. */
export function rotationNames({ clusters, kind }: Rotation): readonly [string, string, string, string] {
  const name = (part: string): string => `rotate-${kind}${part}-${String(clusters)}`;
  return [name(""), name("-requests"), name("-lost"), name("-longest-gap")];
}

/** New connections a second, in all directions together: what two cores bear beside the clusters and the updates. */
const newConnectionsASecond = 100;

/** Rounds, by how often a client's proxy tries again: not at all, and as Istio does by default. */
const rounds = [
  { retries: "no retries", prepare: withoutPoolsAndRetries },
  { retries: "Istio's default retries", prepare: withoutPoolsWithRetries },
] as const;

/**
 * A change by one command, from the moment it is told to until everything has followed, while every cluster calls every
 * other one: over new connections, each a handshake of its own, and over a long-lived one. Certificates live a minute and
 * kubelets are hastened, so that it is the product's time that is seen, and not half of a certificate's day.
 */
export async function measureRotation(rotation: Rotation, report: (line: string) => void): Promise<Measurement[]> {
  const { clusters } = rotation;
  const sites = Array.from({ length: clusters }, (_, index) => `c${String(index + 1)}`);
  const stack = new WrittenStack("bench-rotation");
  const [name, ...names] = rotationNames(rotation);
  const seconds: number[] = [];
  const ofCalls: [requests: number[], lost: number[], longestGap: number[]] = [[], [], []];
  const notes: string[] = [];
  let underWay: Calls | undefined;
  try {
    await labDown();
    stack.write({
      clusters: Object.fromEntries(
        sites.map((site) => [site, { network: site, access: { context: `lab-${site}` }, values: shortLivedLeaves }]),
      ),
    });
    await stack.labUp();
    await stack.up();
    const directions = clusters * (clusters - 1);
    for (const [index, { prepare, retries }] of rounds.entries()) {
      report(`${name}: round ${String(index + 1)} of ${String(rounds.length)}, ${retries}`);
      const calls = new Calls(sites, (directions * 1_000) / newConnectionsASecond);
      underWay = calls;
      await calls.begin();
      await prepare(sites);
      seconds.push(await hastened(sites, () => rotate(rotation, stack.name, index)));
      const figures = await calls.end();
      underWay = undefined;
      await calls.remove();
      const [requests, lost, gaps] = ofCalls;
      requests.push(figures.reduce((sum, one) => sum + one.calls, 0));
      lost.push(figures.reduce((sum, one) => sum + one.lost, 0));
      gaps.push(Math.max(...figures.map(({ longestGapMs }) => longestGapMs)));
      const p95 = Math.max(...figures.map(({ p95Ms }) => p95Ms));
      report(
        `${name}: ${(seconds.at(-1) ?? 0).toFixed(0)} s, ${String(requests.at(-1))} requests, ${String(lost.at(-1))} lost`,
      );
      notes.push(`${retries}: 95 of 100 answers within ${String(p95)} ms in the slowest direction`);
    }
  } finally {
    await underWay?.end();
    await labDown();
    stack.remove();
  }
  const units = ["requests", "requests", "ms"] as const;
  return [
    { name, unit: "s", runs: seconds, notes },
    ...names.map((one, index): Measurement => ({ name: one, unit: units[index] ?? "ms", runs: ofCalls[index] ?? [] })),
  ];
}

/** How long something takes, in seconds, with kubelets that are hastened meanwhile. */
async function hastened(sites: readonly string[], act: () => Promise<void>): Promise<number> {
  const kubelets = new HastenedKubelets(sites);
  const began = performance.now();
  try {
    await act();
    return (performance.now() - began) / 1_000;
  } finally {
    await kubelets.end();
  }
}

/** Runs the change to its end. */
async function rotate({ kind }: Rotation, stack: string, round: number): Promise<void> {
  const root = ["trust", "rotate", "--to", `bench-${String(round + 1)}`, "--wait", "30m"];
  const verb = kind === "root" ? root : ["rotate", "tokens"];
  const { code, stderr } = await isthmus(...verb, "--yes", "--stack", stack, "-o", "json");
  if (code !== 0) throw new Error(`the change of ${kind} ended with ${String(code)}: ${stderr}`);
}

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { deployAll, policyNames, type ClusterName, type Policy, type PolicyName } from "./failover-service";
import { tableOf, type WayFigures } from "./failover-table";
import { ways, type Way } from "./hello-server";
import type { Goal } from "./phase-figures";
import { PhasedCalls, type CallLine } from "./phased-calls";

/** Calls of the service in one way, by the name that has one policy. */
interface ServiceLine extends CallLine {
  readonly policy: Policy;
  readonly isRequest: boolean;
}

/**
 * Whoever calls waits no longer: an answer that comes later is as good as none. A proxy that finds nobody tries the first cluster
 * twice, of which each takes up to 2 s by default, before it goes to another.
 */
const answerWithinMs = 5000;

const everyMs = 60;

/** A phase is over so long after it has come to what it is to come to. */
const heldForMs = 3000;

/** Longer than an endpoint is left out that did not answer twice in a row, 60 s, and than istiods look for an API server. */
const reachedWithinMs = 120_000;

/** Until the first answers come: names are not known at once. It is no part of the figures. */
const beforehand = "beforehand";

/** Who is to answer those who call by a policy in a phase; undefined where nobody can say. */
export type Meant = Readonly<Partial<Record<Policy, Goal>>>;

/** Calls by all policies and in all ways, from east, while phases come and go. */
export class FailoverTrial {
  private readonly calls: PhasedCalls<ServiceLine>;

  private constructor(private readonly lines: readonly ServiceLine[]) {
    this.calls = new PhasedCalls(lines);
  }

  /** Deploys the service in both clusters and begins to call it, until those answer who are meant to. */
  static async begin(meant: Meant): Promise<FailoverTrial> {
    await deployAll();
    const lines = (await policyNames()).flatMap((name) =>
      ways.filter(({ isRequest }) => isRequest || hasTcp(name.policy)).map((way) => lineOf(name, way)),
    );
    const trial = new FailoverTrial(lines);
    trial.calls.begin();
    await trial.phase(beforehand, meant, () => undefined);
    return trial;
  }

  /**
   * A phase: something is done while calls go on, until those by global names have come to what they are to come to, and for a
   * while longer.
   * @returns what `act` does.
   */
  async phase<Result>(name: string, meant: Meant, act: () => Result | Promise<Result>): Promise<Result> {
    this.calls.enter(name, ({ policy }) => meant[policy]);
    const result = await act();
    await this.calls.untilReached(reachedWithinMs, ({ policy }) => policy !== "Istio alone");
    await delay(heldForMs);
    return result;
  }

  /** Ends the calls, and prints what they came to. @returns the same. */
  async end(): Promise<readonly WayFigures[]> {
    const byTitle = new Map(this.lines.map((line) => [line.title, line]));
    const figures = (await this.calls.end())
      .filter(({ phase }) => phase !== beforehand)
      .map((one): WayFigures => {
        const line = byTitle.get(one.line);
        assert.ok(line, one.line);
        return { ...one, policy: line.policy, way: wayOf(line), isRequest: line.isRequest };
      });
    const reasons = figures
      .filter(({ failed }) => failed > 0)
      .map(({ answers, failed, line, phase, reasons: all }) =>
        [`${phase}, ${line}: ${failed} failed, answered ${JSON.stringify(answers)}`, ...all.slice(0, 4)].join("\n    "),
      );
    process.stdout.write([tableOf(figures), ...reasons, ""].join("\n"));
    return figures;
  }
}

/** A limit on tries is nothing to a connection of TCP. */
const hasTcp = (policy: Policy): boolean => policy !== "perTryTimeoutSeconds: 1";

function lineOf({ address, host, policy }: PolicyName, { isRequest, port, title, way }: Way): ServiceLine {
  return {
    title: `${title} by ${policy}`,
    from: "east",
    policy,
    isRequest,
    host,
    address,
    port,
    way,
    everyMs,
    answerWithinMs,
  };
}

function wayOf({ policy, title }: ServiceLine): string {
  return title.replace(` by ${policy}`, "");
}

/** Every call by a global name is answered by one cluster, and Istio's by whoever. */
export function allBy(cluster: ClusterName): Meant {
  return { ...globally({ kind: "all", by: cluster }), "Istio alone": { kind: "answered" } };
}

/** The same where Istio, too, has nobody else to call. */
export function onlyBy(cluster: ClusterName): Meant {
  const goal: Goal = { kind: "all", by: cluster };
  return { ...globally(goal), "Istio alone": goal };
}

/** Calls by a global name come back to a cluster, and some of Istio's do. */
export function backIn(cluster: ClusterName): Meant {
  return { ...globally({ kind: "all", by: cluster }), "Istio alone": { kind: "some", by: cluster } };
}

function globally(goal: Goal): Meant {
  return { defaults: goal, "perTryTimeoutSeconds: 1": goal };
}

/**
 * No request by a global name has failed in any phase.
 * @param lossyPhases Those apart in which some may, by the policy.
 */
export function assertNoneFailed(
  figures: readonly WayFigures[],
  lossyPhases: Readonly<Record<Exclude<Policy, "Istio alone">, readonly string[]>>,
): void {
  const wrong = figures.filter(({ calls, failed, isRequest, phase, policy }) => {
    if (!isRequest || policy === "Istio alone") return false;
    return calls === 0 || (failed > 0 && !lossyPhases[policy].includes(phase));
  });
  assert.deepEqual(
    wrong.map((one) => `${one.phase}, ${one.line}: ${one.failed} of ${one.calls}: ${one.reasons.join("; ")}`),
    [],
  );
}

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  nextStep,
  type Bundle,
  type Configuration,
  type Goal,
  type Issuer,
  type MeshStanding,
} from "../../../../trust/rotation";
import { below, goalTo, ways, type Way } from "./meshes";
import { reallyVerifies } from "./real";

/** A proxy with its workload, which hears of things in its own time. */
interface Proxy {
  readonly controlPlane: string;
  bundle: Bundle;
  issuer: Issuer;
}

/** What happens to a mesh: somebody asks what is next and does it, a proxy hears of something, somebody turns round. */
export type Event =
  | { readonly kind: "ask"; readonly killedAfter: number }
  | { readonly kind: "learn" | "renew"; readonly proxy: number }
  | { readonly kind: "turn"; readonly way: Way };

/** What may happen to it, in any order. */
export const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("ask" as const), killedAfter: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom("learn" as const, "renew" as const), proxy: fc.nat(5) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("turn" as const), way: ways }) },
);

/** A mesh that lives: whoever asks what is next does it at once, and is killed before all istiods have it. */
export class LivingMesh {
  private readonly configurations: Map<string, Configuration>;
  private readonly proxies: Proxy[];
  private goal: Goal;

  constructor(
    private readonly clusters: readonly string[],
    way: Way,
  ) {
    this.configurations = new Map(clusters.map((name) => [name, { roots: ["A"], issuer: below("A", name) }]));
    this.proxies = [...clusters, ...clusters].map((name) => ({
      controlPlane: name,
      bundle: ["A"],
      issuer: below("A", name),
    }));
    this.goal = goalTo(way, "B", "A", clusters);
  }

  /** Lets it happen. */
  happens(event: Event): void {
    if (event.kind === "ask") this.ask(event.killedAfter);
    else if (event.kind === "turn") this.turn(event.way);
    else this.hears(this.proxies[event.proxy % this.proxies.length] as Proxy, event.kind);
  }

  /**
   * Asks what is next, and does it where it may be done.
   * @param killedAfter How many istiods get it before the update is killed.
   * @returns whether there was nothing left to do.
   */
  ask(killedAfter = Infinity): boolean {
    const next = nextStep(this.standing(), this.goal);
    if (next.kind !== "step") return next.kind === "done";
    for (const [controlPlane, to] of [...next.step.change].slice(0, killedAfter))
      this.configurations.set(controlPlane, to);
    return false;
  }

  /** To the other root from here. */
  turn(way: Way): void {
    const [root, by] = this.goal.root === "B" ? ["A", "B"] : ["B", "A"];
    this.goal = goalTo(way, root, by, this.clusters);
  }

  /** Without flags a proxy hears of roots when it renews its leaf; with them, at once. */
  private hears(proxy: Proxy, what: "learn" | "renew"): void {
    const { roots, issuer } = this.configurations.get(proxy.controlPlane) as Configuration;
    proxy.bundle = roots;
    if (what === "renew") proxy.issuer = issuer;
  }

  /** Everything follows. */
  settle(): void {
    for (const proxy of this.proxies) this.hears(proxy, "renew");
  }

  /** Every two that may meet answer each other, by real handshakes. */
  async assertAllAnswer(): Promise<void> {
    const bundles = [...this.proxies.map(({ bundle }) => bundle), ...this.configured(({ roots }) => roots)];
    const issuers = [...this.proxies.map(({ issuer }) => issuer), ...this.configured(({ issuer }) => issuer)];
    for (const bundle of bundles) for (const issuer of issuers) assert.ok(await reallyVerifies(bundle, issuer));
  }

  private configured<Part>(part: (configuration: Configuration) => Part): Part[] {
    return [...this.configurations.values()].map(part);
  }

  private standing(): MeshStanding {
    return this.clusters.map((cluster) => {
      const own = this.proxies.filter(({ controlPlane }) => controlPlane === cluster);
      return {
        cluster,
        controlPlane: cluster,
        configuration: this.configurations.get(cluster) as Configuration,
        bundles: own.map(({ bundle }) => bundle),
        leaves: own.map(({ issuer }) => issuer),
      };
    });
  }
}

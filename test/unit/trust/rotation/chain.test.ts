import assert from "node:assert/strict";
import fc from "fast-check";
import { anchorsOf, verifies, type Issuer } from "../../../../trust/rotation";
import { crossSigned, intermediate, leaf, pathLengths, rootCertificate, type Made } from "./certificates";
import { handshake } from "./handshake";

/** Roots: A and B without a path length, P as Isthmus has made them so far, Q one longer. */
const roots = ["A", "B", "P", "Q"];

/** A cluster's intermediate, and the roots whose keys certify one another above it, the nearest first. */
interface Chain {
  readonly cluster: string;
  readonly path: readonly string[];
  /** Roots as they sign themselves, presented too: istiod adds its whole root-cert.pem. */
  readonly roots: readonly string[];
  /** Whether they stand before those that certify one another. */
  readonly rootsFirst: boolean;
  /** Path length of the latter. */
  readonly pathLength?: number | undefined;
}

const chains: fc.Arbitrary<Chain> = fc.record({
  cluster: fc.constantFrom("east", "west"),
  path: fc.shuffledSubarray(roots, { minLength: 1, maxLength: 3 }),
  roots: fc.shuffledSubarray(roots),
  rootsFirst: fc.boolean(),
  pathLength: fc.constantFrom(undefined, 0, 1),
});

/** What a leaf below this chain presents after itself. */
function presented({ cluster, path, roots: added, rootsFirst, pathLength }: Chain): Promise<Made[]> {
  const crosses = path
    .slice(1)
    .map((by, at) => crossSigned(`${path[at]} by ${by}${pathLength === undefined ? "" : ` above ${pathLength}`}`));
  const selfSigned = added.map(rootCertificate);
  const others = rootsFirst ? [...selfSigned, ...crosses] : [...crosses, ...selfSigned];
  return Promise.all([intermediate(`${cluster} below ${path[0]}`), ...others]);
}

async function side(chain: Chain, bundle: readonly string[]) {
  const made = await presented(chain);
  const own = await leaf(`${chain.cluster} below ${chain.path[0]}`);
  const trusted = await Promise.all(bundle.map(rootCertificate));
  return {
    key: own.key,
    chain: [own, ...made].map(({ pem }) => pem).join("\n"),
    bundle: trusted.map(({ pem }) => pem),
  };
}

/** The same as the model sees it. */
async function modelled(chain: Chain): Promise<Issuer> {
  const made = await presented(chain);
  const known = await Promise.all(roots.map(rootCertificate));
  return { keyId: made[0]?.subjectKeyId ?? "", anchors: anchorsOf(made, known) };
}

async function idsOf(bundle: readonly string[]): Promise<string[]> {
  return (await Promise.all(bundle.map(rootCertificate))).map(({ subjectKeyId }) => subjectKeyId);
}

describe("where a chain leads", () => {
  it("is what a real handshake says, in both directions, whatever is presented and trusted", async () => {
    const bundles = fc.subarray(roots, { minLength: 1 });
    const property = fc.asyncProperty(chains, chains, bundles, bundles, async (one, other, mine, theirs) => {
      const real = await handshake(await side(one, mine), await side(other, theirs));
      assert.deepEqual(real, {
        client: verifies(await idsOf(mine), await modelled(other)),
        server: verifies(await idsOf(theirs), await modelled(one)),
      });
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it("is two roots for a chain with the new root's key certified by the old one", async () => {
    const issuer = await modelled({ cluster: "east", path: ["B", "A"], roots: [], rootsFirst: false });
    const [a, b] = await idsOf(["A", "B"]);
    assert.deepEqual(issuer.anchors, [{ root: b }, { root: a }]);
  });

  it("ends at a root whose path length forbids a second CA below it, as those that Isthmus has made so far", async () => {
    assert.equal(pathLengths["P"], 1);
    const issuer = await modelled({ cluster: "east", path: ["B", "P"], roots: [], rootsFirst: false });
    const [p, b] = await idsOf(["P", "B"]);
    assert.deepEqual(issuer.anchors, [{ root: b }, { root: p, tooLong: true }]);
    assert.equal(verifies([p ?? ""], issuer), false);
  });

  it("is nowhere without a root that somebody knows", () => {
    assert.deepEqual(anchorsOf([{ subjectKeyId: "1", authorityKeyId: "2" }], []), []);
    assert.deepEqual(anchorsOf([], [{ subjectKeyId: "2", authorityKeyId: "2" }]), []);
  });

  it("does not go round in circles where two roots certify each other", () => {
    const certificate = (subjectKeyId: string, authorityKeyId: string) => ({ subjectKeyId, authorityKeyId });
    const presented = [certificate("i", "a"), certificate("a", "b"), certificate("b", "a")];
    assert.deepEqual(anchorsOf(presented, [certificate("b", "b")]), [{ root: "b" }]);
  });
});

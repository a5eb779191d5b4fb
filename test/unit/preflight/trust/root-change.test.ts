import assert from "node:assert/strict";
import { formatProblem, type MeshConfig } from "../../../../topology";
import { judgeRootChange } from "../../../../preflight/trust/root-change";
import type { TrustMaterial } from "../../../../trust";
import { judgePending } from "../../../../preflight/trust/pending";
import type { ClusterSighting } from "../../../../preflight/checks/cluster-identity";
import { makeCa, type TestCa } from "../../../support/authorities";
import { planOf } from "../../../support/plans";
import { meshOf } from "../../topology/meshes";
import { intermediateOf, pem } from "./given-files";

const files = { east: { directory: "east" }, west: { directory: "west" } };
const given: MeshConfig["trust"] = { root: "given", roots: "roots.pem", intermediates: files };

describe("A change of the roots of a standing mesh", () => {
  const signed = new Map<string, TestCa>();
  let former: TestCa;
  let next: TestCa;

  before(async () => {
    former = await makeCa({ subject: "CN=Former" });
    next = await makeCa({ subject: "CN=Next" });
    for (const [name, root] of Object.entries({ former, next }))
      for (const site of ["east", "west"]) signed.set(`${site} under ${name}`, await intermediateOf(site, root));
  });

  /** Roots that are wanted, who signs, which roots the clusters trust, and under which each signed until now. */
  interface Step {
    readonly trust?: MeshConfig["trust"];
    readonly roots: readonly TestCa[];
    readonly east?: "former" | "next";
    readonly west?: "former" | "next";
    readonly trusted: Readonly<Record<string, readonly TestCa[]>>;
    readonly issuers?: Readonly<Record<string, TestCa>>;
    /** Under which they are seen to sign. Default: it is not looked at. */
    readonly seen?: Readonly<Record<string, TestCa>>;
    /** Names of the issuers by which cert-manager issues for them. Default: it issues nothing. */
    readonly issuedBy?: Readonly<Record<string, string>>;
  }

  function judged({
    trust = given,
    roots,
    east,
    west,
    trusted,
    issuers = {},
    seen = {},
    issuedBy = {},
  }: Step): string[] {
    const intermediates = Object.entries({ east, west }).flatMap(
      ([site, root]): [string, { certificatePem: string }][] =>
        root === undefined ? [] : [[site, { certificatePem: pem(signed.get(`${site} under ${root}`) as TestCa) }]],
    );
    const material: TrustMaterial = {
      rootsPem: pem(...roots),
      sites: ["east", "west"],
      intermediates: new Map(intermediates),
    };
    const prints = (cas: readonly TestCa[]): string[] => cas.map(({ certificate }) => certificate.fingerprint256);
    return judgeRootChange({
      plan: planOf(meshOf({ east: {}, west: {} }, { trust })),
      material,
      sightings: new Map(
        Object.entries(trusted).map(([site, cas]): [string, ClusterSighting] => [
          site,
          {
            system: {
              kind: "ours",
              origin: "made",
              identity: {},
              roots: prints(cas),
              contents: "something",
              ...(seen[site] === undefined ? {} : { issuerRoot: seen[site].certificate.fingerprint256 }),
              ...(issuedBy[site] === undefined
                ? {}
                : { issuerRef: { name: issuedBy[site], kind: "ClusterIssuer", group: "cert-manager.io" } }),
            },
          },
        ]),
      ),
      knowledge: {
        roots: prints([former]),
        clusters: new Map(
          ["east", "west"].map((site) => {
            const issuer = issuers[site];
            return [
              site,
              { belongs: true, ...(issuer === undefined ? {} : { issuerRoot: issuer.certificate.fingerprint256 }) },
            ];
          }),
        ),
      },
    }).map(formatProblem);
  }

  it("goes in steps, each of which is let through: both trusted, new intermediates one by one, the former dropped", () => {
    const old = { east: [former], west: [former] };
    const both = { east: [former, next], west: [former, next] };
    const steps: readonly Step[] = [
      { roots: [former, next], east: "former", west: "former", trusted: old },
      { roots: [former, next], east: "next", west: "former", trusted: both },
      { roots: [former, next], east: "next", west: "next", trusted: both, issuers: { east: next, west: former } },
      { roots: [next], east: "next", west: "next", trusted: both, issuers: { east: next, west: next } },
      {
        roots: [next],
        east: "next",
        west: "next",
        trusted: { east: [next], west: [next] },
        issuers: { east: next, west: next },
      },
    ];
    for (const [index, step] of steps.entries()) assert.deepEqual(judged(step), [], `step ${index}`);
  });

  it("is not made at once", () => {
    const trusted = { east: [former], west: [former] };
    assert.deepEqual(judged({ roots: [next], east: "next", west: "next", trusted }).length, 3);
  });

  it("is refused where one cluster does not trust yet what another is to sign under", () => {
    const trusted = { east: [former, next], west: [former] };
    const [problem, ...others] = judged({ roots: [former, next], east: "next", west: "former", trusted });
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^isthmus:mesh\.trust\.intermediates\.east: expected an intermediate under a root that every cluster is known to trust already, found one under CN=Next \(SHA-256 [0-9A-F:]{11}…\), which is not known of west\./,
    );
  });

  it("is refused where a root is dropped under which an istiod still signs", () => {
    const trusted = { east: [former, next], west: [former, next] };
    const issuers = { east: next, west: former };
    const [problem, ...others] = judged({ roots: [next], east: "next", west: "next", trusted, issuers });
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^isthmus:mesh\.trust\.roots: expected the root among them that the certificates of west lead to/,
    );
  });

  it("goes by what the clusters say, and not by what an update said that may have failed", () => {
    const trusted = { east: [former, next], west: [former, next] };
    const issuers = { east: next, west: next };
    const step: Step = { roots: [next], east: "next", west: "next", trusted, issuers };
    assert.deepEqual(judged(step), []);
    assert.equal(judged({ ...step, seen: { west: former } }).length, 1);
  });

  it("is not begun while a cluster cannot be asked, and such a one keeps nobody from what changes no root", () => {
    const both: Step = { roots: [former, next], east: "former", west: "former", trusted: { east: [former, next] } };
    assert.deepEqual(judged(both), []);
    assert.match(judged({ ...both, east: "next" }).join(), /which is not known of west\./);
  });

  it("is asked of nobody where the mesh is new, or makes its only root itself", () => {
    const plan = planOf(meshOf({ east: {} }, { trust: { ...given, intermediates: { east: { directory: "east" } } } }));
    const material = { rootsPem: pem(next), sites: ["east"], intermediates: new Map() };
    const nothing = { sightings: new Map(), knowledge: { clusters: new Map(), roots: [] } };
    assert.deepEqual(judgeRootChange({ plan, material, ...nothing }), []);
  });

  describe("where cert-manager issues", () => {
    const issued = (name = "mesh-ca", issuerRefs: Readonly<Record<string, string>> = {}): MeshConfig["trust"] => ({
      root: "cert-manager",
      roots: "roots.pem",
      certManager: {
        issuerRef: { name },
        issuerRefs: Object.fromEntries(Object.entries(issuerRefs).map(([site, issuer]) => [site, { name: issuer }])),
      },
    });
    const old = (): Step["trusted"] => ({ east: [former], west: [former] });
    const both = (): Step["trusted"] => ({ east: [former, next], west: [former, next] });
    const by = (east: string, west = east): Readonly<Record<string, string>> => ({ east, west });

    it("goes over to it, and to another issuer cluster by cluster, in steps that are let through", () => {
      const steps: readonly Step[] = [
        // Nobody knows under which of the roots the issuer signs: all trust each.
        { trust: issued(), roots: [former], trusted: old() },
        { trust: issued(), roots: [former, next], trusted: old(), issuedBy: by("mesh-ca") },
        { trust: issued("mesh-ca", { east: "next" }), roots: [former, next], trusted: both(), issuedBy: by("mesh-ca") },
        { trust: issued("next"), roots: [former, next], trusted: both(), issuedBy: by("next", "mesh-ca") },
        {
          trust: issued("next"),
          roots: [next],
          trusted: both(),
          issuedBy: by("next"),
          seen: { east: next, west: next },
        },
      ];
      for (const [index, step] of steps.entries()) assert.deepEqual(judged(step), [], `step ${index}`);
    });

    it("begins under no root that a cluster does not trust yet", () => {
      const trusted = { east: [former, next], west: [former] };
      const [problem, ...others] = judged({
        trust: issued("mesh-ca", { east: "next" }),
        roots: [former, next],
        trusted,
        issuedBy: by("mesh-ca"),
      });
      assert.deepEqual(others, []);
      assert.match(
        problem ?? "",
        /^isthmus:mesh\.trust\.certManager\.issuerRefs\.east: expected an issuer that leads to roots that every cluster is known to trust already, since it begins to sign, found CN=Next .* is not known of west\. Let it sign nothing for now/,
      );
      assert.equal(judged({ trust: issued(), roots: [next], trusted: old() }).length, 3);
    });

    it("drops no root under which what was issued still leads", () => {
      const step = { trust: issued(), roots: [next], trusted: both(), issuedBy: by("mesh-ca") };
      const [problem] = judged({ ...step, seen: { east: former, west: next }, issuers: { west: next } });
      assert.match(
        problem ?? "",
        /^isthmus:mesh\.trust\.roots: expected the root among them that the certificates of east lead to/,
      );
    });

    it("is left as it was begun, for intermediates that are given", () => {
      const step = {
        trust: given,
        roots: [former, next],
        issuedBy: by("mesh-ca"),
        seen: { east: former, west: former },
      };
      assert.deepEqual(judged({ ...step, east: "next", west: "next", trusted: both() }), []);
      assert.equal(judged({ ...step, east: "next", west: "next", trusted: old() }).length, 2);
    });
  });
});

describe("A change of the generated roots of a standing mesh", () => {
  const known = { first: "AA", "2031": "BB" };

  interface Step {
    readonly generated?: NonNullable<MeshConfig["trust"]>["generated"];
    /** Roots that the clusters trust. Default: the first. */
    readonly trusted?: Readonly<Record<string, readonly string[]>>;
    /** Under which they sign. Default: the first. */
    readonly issuers?: Readonly<Record<string, string>>;
    /** Roots that were made until now. Default: the first. */
    readonly made?: Readonly<Record<string, string>>;
  }
  const old = { east: ["AA"], west: ["AA"] };
  const both = { east: ["AA", "BB"], west: ["BB", "AA"] };

  function judged({ generated, trusted = old, issuers = {}, made = { first: "AA" } }: Step): string[] {
    const plan = planOf(meshOf({ east: {}, west: {} }, generated === undefined ? {} : { trust: { generated } }));
    return judgeRootChange({
      plan,
      material: { sites: ["east", "west"], intermediates: new Map() },
      sightings: new Map(
        Object.entries(trusted).map(([site, roots]): [string, ClusterSighting] => [
          site,
          { system: { kind: "ours", origin: "made", identity: {}, roots, contents: "something" } },
        ]),
      ),
      knowledge: {
        roots: Object.values(made),
        generatedRoots: new Map(Object.entries(made)),
        clusters: new Map(["east", "west"].map((site) => [site, { belongs: true, issuerRoot: issuers[site] ?? "AA" }])),
      },
    }).map(formatProblem);
  }

  it("goes in steps, each of which is let through, and back", () => {
    const roots = ["first", "2031"];
    const steps: readonly Step[] = [
      {},
      { generated: { roots } },
      { generated: { roots }, made: known },
      { generated: { roots, issuers: { east: "2031" } }, made: known, trusted: both },
      { generated: { roots, issuer: "2031" }, made: known, trusted: both, issuers: { east: "BB" } },
      {
        generated: { roots: ["2031"], issuer: "2031" },
        made: known,
        trusted: both,
        issuers: { east: "BB", west: "BB" },
      },
      {
        generated: { roots: ["2031"], issuer: "2031" },
        made: { "2031": "BB" },
        trusted: { east: ["BB"], west: ["BB"] },
        issuers: { east: "BB", west: "BB" },
      },
      { generated: { roots }, made: known, trusted: both, issuers: { east: "BB" } },
      { made: known, trusted: both },
    ];
    for (const [index, step] of steps.entries()) assert.deepEqual(judged(step), [], `step ${index}`);
  });

  it("is refused where a root is to sign that the same update makes, or that a cluster does not trust yet", () => {
    const generated = { roots: ["first", "2031"], issuer: "2031" };
    assert.deepEqual(judged({ generated, trusted: both }), [
      "isthmus:mesh.trust.generated.issuer: expected a root that every cluster is known to trust already, found 2031, which is only made by this update. Let it sign nothing for now: name it in isthmus:mesh.trust.generated.roots alone, and run until every cluster trusts it; then change who signs and run again (docs/trust.md).",
    ]);
    const ofEast = { roots: ["first", "2031"], issuers: { east: "2031" } };
    const [problem, ...others] = judged({ generated: ofEast, made: known, trusted: { ...both, west: ["AA"] } });
    assert.deepEqual(others, []);
    assert.match(
      problem ?? "",
      /^isthmus:mesh\.trust\.generated\.issuers\.east: expected a root .+, found 2031, which is not known of west\./,
    );
    assert.equal(judged({ generated: ofEast, made: known, trusted: { east: ["AA", "BB"] } }).length, 1);
  });

  it("is refused where one is dropped under which an istiod signs", () => {
    const step: Step = { made: known, trusted: both, issuers: { east: "BB", west: "BB" } };
    const dropped = judged({ ...step, generated: { roots: ["2031"], issuer: "2031" }, issuers: { east: "BB" } });
    assert.deepEqual(dropped, [
      "isthmus:mesh.trust.generated.roots: expected the root among them that the certificates of west lead to, first, found others alone: 2031. Keep it there until every istiod has its intermediate under another root, and every workload its certificate: a root is dropped by an update of its own (docs/trust.md).",
    ]);
    // Back to what is said by nobody, past what stands.
    assert.match(judged(step).join(), /lead to, 2031, found others alone: first/);
  });

  it("is asked of nobody by whose outputs no root has a name", () => {
    assert.deepEqual(judged({ made: {} }), []);
  });
});

describe("An intermediate CA that is not signed yet", () => {
  const trust: MeshConfig["trust"] = { root: "offline", roots: "roots.pem" };
  const plan = planOf(meshOf({ east: {}, west: {}, edge: { controlPlane: "west" } }, { trust }));
  const material: TrustMaterial = {
    sites: ["east", "west"],
    intermediates: new Map([["east", { certificatePem: "signed" }]]),
  };

  it("leaves out the new istiod that waits for it, and whom that serves", () => {
    const { leftOut, problems, warnings } = judgePending(plan, material, () => false);
    assert.deepEqual([leftOut, problems], [["edge", "west"], []]);
    assert.deepEqual(warnings.map(formatProblem), [
      "isthmus:mesh.trust.intermediates.west: expected what was signed for west, found nothing yet. The stack makes its key and its signing request, and nothing in the cluster yet. `isthmus trust requests` writes the request, `isthmus trust sign` signs it where the root is; name what was signed here, and run again.",
    ]);
  });

  it("is a mistake where the istiod stands, or a cluster that it is to serve", () => {
    for (const standing of ["west", "edge"]) {
      const { leftOut, problems } = judgePending(plan, material, (site) => site === standing);
      assert.deepEqual(leftOut, []);
      assert.deepEqual(problems.map(formatProblem), [
        "isthmus:mesh.trust.intermediates.west: expected what was signed for west, since clusters of the mesh live by it, found nothing. Name the file again.",
      ]);
    }
  });

  it("is nothing to wait for where the stack signs itself", () => {
    assert.deepEqual(judgePending(planOf(meshOf({ east: {} })), material, () => false).leftOut, []);
  });
});

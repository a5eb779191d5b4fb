import assert from "node:assert/strict";
import fc from "fast-check";
import { labSubnets } from "../../../lab/addresses";
import { maximumClusters, planLab, stayingClusters, type LabCluster, type LabPlan } from "../../../lab/plan";
import { ConfigurationError } from "../../../topology/problem";
import { contains, overlap, parseAddress, parseRange, type Address, type AddressRange } from "../../../topology/ranges";

const clusters = (...names: string[]): LabCluster[] => names.map((name) => ({ name, network: name }));
const byName = (plan: LabPlan, name: string) => {
  const found = plan.clusters.find((cluster) => cluster.name === name);
  assert.ok(found);
  return found;
};

const rangeOf = (text: string): AddressRange => {
  const range = parseRange(text);
  assert.ok(range, text);
  return range;
};
const addressOf = (text: string): Address => {
  const address = parseAddress(text);
  assert.ok(address, text);
  return address;
};

/** Some clusters with different names, on a few networks. */
const anyClusters = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/),
    network: fc.constantFrom("a", "b", "c"),
    families: fc.shuffledSubarray(["IPv4" as const, "IPv6" as const], { minLength: 1 }),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: maximumClusters },
);

describe("lab plan", () => {
  it("gives each cluster its addresses by its place among the names", () => {
    const plan = planLab(clusters("west", "east"));
    assert.deepEqual(
      plan.clusters.map(({ name }) => name),
      ["east", "west"],
    );
    const { index, namespace, context, apiServer, podRange, serviceRange, dnsService, loadBalancers } = byName(
      plan,
      "west",
    );
    assert.deepEqual(
      { index, namespace, context, apiServer, podRange, serviceRange, dnsService, loadBalancers },
      {
        index: 1,
        namespace: "isthmus-west",
        context: "lab-west",
        apiServer: "https://172.18.0.11:6443",
        podRange: "10.101.0.0/16",
        serviceRange: "10.201.0.0/16",
        dnsService: "10.201.0.10",
        loadBalancers: "172.18.12.0-172.18.12.255",
      },
    );
  });

  it("gives a cluster of IPv6 addresses of that family alone, in brackets before a port", () => {
    const plan = planLab(clusters("west", "east").map((cluster) => ({ ...cluster, families: ["IPv6" as const] })));
    const { apiServer, podRange, serviceRange, dnsService, loadBalancers, families } = byName(plan, "west");
    assert.deepEqual(
      { apiServer, podRange, serviceRange, dnsService, loadBalancers, nodes: families.map(({ node }) => node) },
      {
        apiServer: "https://[fd49:7374:686d::11]:6443",
        podRange: "fd49:7374:686d:101::/64",
        serviceRange: "fd49:7374:686d:201::/112",
        dnsService: "fd49:7374:686d:201::10",
        loadBalancers: "fd49:7374:686d::12:0-fd49:7374:686d::12:ff",
        nodes: ["fd49:7374:686d::11"],
      },
    );
  });

  it("routes between clusters on one network and nowhere else, without source NAT", () => {
    const plan = planLab([...clusters("east", "west"), { name: "edge", network: "west" }]);
    const [east] = byName(plan, "east").families;
    const [west] = byName(plan, "west").families;
    assert.deepEqual(east?.routes, []);
    assert.deepEqual(east.withoutNat, ["10.100.0.0/16"]);
    assert.deepEqual(west?.routes, [
      { range: "10.101.0.0/16", via: "172.18.0.11" },
      { range: "10.201.0.0/16", via: "172.18.0.11" },
    ]);
    assert.deepEqual(west.withoutNat, ["10.102.0.0/16", "10.101.0.0/16", "10.201.0.0/16"]);
  });

  it("leaves a standing cluster its addresses when others come and go", () => {
    const before = planLab(clusters("east", "west"));
    const indices = Object.fromEntries(before.clusters.map(({ name, index }) => [name, index]));
    const after = planLab(clusters("central", "north", "west"), indices);
    assert.deepEqual(
      after.clusters.map(({ name, index }) => [name, index]),
      [
        ["central", 0],
        ["north", 2],
        ["west", 1],
      ],
    );
  });

  it("takes a cluster that gets other nodes or families for a new one", () => {
    const standing = [
      { name: "control", network: "control", index: 0 },
      { name: "east", network: "east", index: 1 },
      { name: "hub", network: "hub", nodes: "none" as const, index: 2 },
      { name: "west", network: "west", nodes: "one" as const, families: ["IPv4" as const], index: 3 },
    ];
    const wanted: LabCluster[] = [
      { name: "east", network: "east", families: ["IPv4", "IPv6"] },
      { name: "hub", network: "hub" },
      { name: "west", network: "other" },
    ];
    assert.deepEqual(stayingClusters(standing, wanted), standing.slice(3));
  });

  it("keeps all addresses and names apart, in their ranges, for any clusters", () => {
    fc.assert(
      fc.property(anyClusters, (wanted) => {
        const plan = planLab(wanted);
        for (const key of [
          "index",
          "namespace",
          "port",
          "nodeAddress",
          "podRange",
          "serviceRange",
          "loadBalancers",
        ] as const) {
          assert.equal(new Set(plan.clusters.map((cluster) => cluster[key])).size, wanted.length, key);
        }
        for (const { port } of plan.clusters)
          assert.ok(port.length <= 15, "the kernel's limit for an interface's name");
        const families = plan.clusters.flatMap((cluster) => cluster.families);
        for (const one of families) {
          const subnet = rangeOf(labSubnets[one.family]);
          for (const address of [one.node, ...one.loadBalancers.split("-")]) {
            assert.ok(contains(subnet, addressOf(address)), `${address} in the lab's subnet`);
          }
          for (const address of [one.kubernetesService, one.dnsService]) {
            assert.ok(contains(rangeOf(one.services), addressOf(address)), `${address} of a Service`);
          }
          assert.equal(addressOf(one.kubernetesService).value, rangeOf(one.services).first + 1n);
          assert.ok(one.pods.endsWith(`/${one.podBits}`), "the node has the whole range");
        }
        const ranges = families.flatMap(({ pods, services, loadBalancers }) => {
          const [first = "", last = ""] = loadBalancers.split("-");
          const { family, value } = addressOf(first);
          return [rangeOf(pods), rangeOf(services), { family, first: value, last: addressOf(last).value }];
        });
        assert.deepEqual(
          ranges.filter((range, index) => ranges.slice(0, index).some((other) => overlap(range, other))),
          [],
        );
      }),
    );
  });

  it("routes both ways or not at all", () => {
    fc.assert(
      fc.property(anyClusters, (wanted) => {
        const plan = planLab(wanted);
        for (const one of plan.clusters) {
          for (const other of plan.clusters.filter(({ name }) => name !== one.name)) {
            for (const { family, routes, withoutNat } of one.families) {
              const there = other.families.find((candidate) => candidate.family === family);
              const expected = one.network === other.network && there !== undefined;
              assert.equal(
                routes.some(({ range, via }) => range === there?.pods && via === there.node),
                expected,
              );
              assert.equal(there !== undefined && withoutNat.includes(there.pods), expected);
            }
          }
        }
      }),
    );
  });

  it("keeps indices apart whatever clusters were there before", () => {
    fc.assert(
      fc.property(anyClusters, anyClusters, (first, second) => {
        const indices = Object.fromEntries(planLab(first).clusters.map(({ name, index }) => [name, index]));
        const plan = planLab(second, indices);
        assert.equal(new Set(plan.clusters.map(({ index }) => index)).size, second.length);
        for (const { name, index } of plan.clusters) assert.equal(index, indices[name] ?? index);
      }),
    );
  });

  it("names every problem of the clusters at once", () => {
    assert.throws(
      () => planLab(clusters("East", "west", "west")),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["clusters.East", "clusters.west"],
        );
        return true;
      },
    );
  });

  for (const count of [0, maximumClusters + 1]) {
    it(`refuses ${String(count)} clusters`, () => {
      const names = Array.from({ length: count }, (_, index) => `c${String(index)}`);
      assert.throws(() => planLab(clusters(...names)), ConfigurationError);
    });
  }
});

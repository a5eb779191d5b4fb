import assert from "node:assert/strict";
import fc from "fast-check";
import { formatProblem, parseMesh, planMesh } from "../../../topology";
import { validConfig } from "./arbitraries";
import { mesh } from "./meshes";
import { onlyProblem, problemsOf } from "./problems";

/** A configuration in which anything may stand anywhere. */
interface Loose {
  [key: string]: unknown;
  istio: Record<string, unknown>;
  clusters: { [name: string]: unknown; east: { [key: string]: unknown; access: Record<string, unknown> } };
}

/** A small configuration that is right, of which each test changes one thing. */
function valid(): Loose {
  return {
    id: "mesh1",
    istio: { version: "1.31.1" },
    clusters: {
      east: { network: "east", access: { context: "lab-east" } },
      west: { network: "west", access: { context: "lab-west" } },
    },
  };
}

function withMesh(change: (mesh: Loose) => void): unknown {
  const mesh = valid();
  change(mesh);
  return mesh;
}

/** A cluster whose context is another's too, so that its name is spoken of. */
function served(controlPlane: string): Loose["clusters"]["east"] {
  return { network: "a", access: { context: "lab-east" }, controlPlane };
}

/** Puts a value where its type would not let it. */
function put(target: object, key: string, value: unknown): void {
  Reflect.set(target, key, value);
}

const dnsLabel =
  "a DNS label (lower-case letters, digits and '-', beginning and ending with a letter or digit, at most 63 characters)";

describe("parseMesh", () => {
  it("fills in every default", () => {
    const { clusters, ...rest } = valid();
    const cluster = {
      eastWestGateway: { type: "LoadBalancer", port: 15443, annotations: {}, timeoutSeconds: 300 },
      exposedIstiod: { annotations: {}, timeoutSeconds: 300 },
      values: {},
      readerTokens: { tokens: ["first"], used: "first" },
      ifUnreachable: "fail",
    };
    assert.deepEqual(parseMesh(valid()), {
      ...rest,
      clusters: Object.fromEntries(
        Object.entries(clusters).map(([name, own]) => [name, { ...cluster, ...(own as object) }]),
      ),
      istio: {
        version: "1.31.1",
        hub: "docker.io/istio",
        imagePullSecrets: [],
        systemNamespace: { labels: {}, annotations: {} },
        values: {},
      },
      trust: {
        root: "generated",
        generated: { roots: ["first"], issuer: "first", issuers: {} },
        intermediateKeys: {},
        keyAlgorithm: "ecdsa-p256",
        rootLifetimeDays: 1825,
        intermediateLifetimeDays: 365,
        renewBeforeDays: 90,
      },
      sample: { clientImage: "docker.io/curlimages/curl:8.16.0", pullSecrets: "named" },
      externalControlPlanes: {},
      globalServices: { names: "{service}.{namespace}.mesh.internal", services: {} },
      readerTokens: {},
      sameness: { plainServices: "shared" },
      namespaces: {},
      machines: {},
      accepted: [],
      stacks: "one",
    });
  });

  for (const [what, config, problem] of [
    [
      "nothing at all",
      undefined,
      "isthmus:mesh: expected a mapping that describes the mesh, found nothing. Add it, for example `isthmus:mesh: { id: mesh1, istio: { version: 1.31.1 }, clusters: { … } }`.",
    ],
    [
      "a list",
      [1, 2],
      "isthmus:mesh: expected a mapping that describes the mesh, found a list of 2. Write a mapping instead of a list, for example `{ id: mesh1, istio: { version: 1.31.1 }, clusters: { … } }`.",
    ],
    [
      "a missing key",
      withMesh((mesh) => delete mesh.clusters.east["network"]),
      `isthmus:mesh.clusters.east.network: expected ${dnsLabel}, found nothing. Add it, for example \`network: network1\`.`,
    ],
    [
      "a misspelt key, once and not as missing too",
      withMesh((mesh) => put(mesh.clusters, "east", { netwrok: "east", access: { context: "lab-east" } })),
      "isthmus:mesh.clusters.east.netwrok: expected one of the keys network, controlPlane, access, apiServer, ranges, peers, eastWestGateway, exposedIstiod, readerTokens, imagePullSecrets, values, ifUnreachable and 1 more, found an unknown key. Did you mean `network`?",
    ],
    [
      "a pull secret with its namespace",
      withMesh((mesh) => put(mesh["istio"], "imagePullSecrets", ["platform/registry"])),
      'isthmus:mesh.istio.imagePullSecrets[0]: expected the name of a Secret, found "platform/registry". Take out the namespace: a pod pulls by Secrets of its own namespace.',
    ],
    [
      "an unknown key",
      withMesh((mesh) => (mesh["zebra"] = 1)),
      "isthmus:mesh.zebra: expected one of the keys id, trustDomain, replaces, kubeconfig, istio, trust, sample, clusters, externalControlPlanes, mtls, readerTokens, namespaces and 5 more, found an unknown key. Remove it.",
    ],
    [
      "a cluster's name that is no DNS label",
      withMesh((mesh) => put(mesh, "clusters", { East_1: mesh.clusters.east })),
      `isthmus:mesh.clusters.East_1: expected ${dnsLabel}, found "East_1". Take out \`E\`, \`_\`; \`east-1\` would do.`,
    ],
    [
      "a cluster's name that ends in a hyphen",
      withMesh((mesh) => put(mesh, "clusters", { "east-": mesh.clusters.east })),
      `isthmus:mesh.clusters.east-: expected ${dnsLabel}, found "east-". Let it begin and end with a letter or a digit; \`east\` would do.`,
    ],
    [
      "a cluster's name that is too long",
      withMesh((mesh) => put(mesh, "clusters", { ["east".repeat(16)]: mesh.clusters.east })),
      `isthmus:mesh.clusters.${"east".repeat(16)}: expected ${dnsLabel}, found "${"east".repeat(15)}…". Shorten it from 64 to at most 63 characters.`,
    ],
    [
      "a cluster without content",
      withMesh((mesh) => put(mesh.clusters, "east", null)),
      "isthmus:mesh.clusters.east: expected a mapping that describes a cluster, found an empty value. Write a mapping, for example `{ network: network1, access: { context: my-context } }`.",
    ],
    [
      "a key of a record that JavaScript would hide",
      withMesh((mesh) =>
        put(mesh, "clusters", JSON.parse('{"__proto__": {"network": "a", "access": {"context": "b"}}}')),
      ),
      `isthmus:mesh.clusters.__proto__: expected ${dnsLabel}, found "__proto__". Take out \`_\`; \`proto\` would do.`,
    ],
    [
      "a number where a name must be",
      withMesh((mesh) => (mesh.clusters.east["network"] = 1)),
      `isthmus:mesh.clusters.east.network: expected ${dnsLabel}, found the number 1. Put it in quotes: \`"1"\`.`,
    ],
    [
      "a version that YAML reads as a number",
      withMesh((mesh) => (mesh.istio["version"] = 1.31)),
      "isthmus:mesh.istio.version: expected a full version such as 1.31.1, found the number 1.31. Name the patch release too, such as 1.31.1.",
    ],
    [
      "a version with a v",
      withMesh((mesh) => (mesh.istio["version"] = "v1.31.1")),
      'isthmus:mesh.istio.version: expected a full version such as 1.31.1, found "v1.31.1". Take out the leading `v`.',
    ],
    [
      "days in quotes",
      withMesh((mesh) => (mesh["trust"] = { rootLifetimeDays: "900" })),
      'isthmus:mesh.trust.rootLifetimeDays: expected a whole number of days from 2 to 3650, found "900". Write it without quotes: `900`.',
    ],
    [
      "too many days",
      withMesh((mesh) => (mesh["trust"] = { rootLifetimeDays: 36500 })),
      "isthmus:mesh.trust.rootLifetimeDays: expected a whole number of days from 2 to 3650, found the number 36500. Write a value such as `1825`.",
    ],
    [
      "a wrong choice",
      withMesh((mesh) => (mesh["trust"] = { keyAlgorithm: "rsa4096" })),
      'isthmus:mesh.trust.keyAlgorithm: expected `ecdsa-p256` or `rsa-4096`, found "rsa4096". Did you mean `rsa-4096`?',
    ],
    [
      "both sources of charts",
      withMesh((mesh) => (mesh.istio["charts"] = { repository: "https://example.org", directory: "charts" })),
      "isthmus:mesh.istio.charts: expected one of `repository`, `oci`, `directory` and `archives`, found a mapping with the keys repository, directory. Keep one of `repository` and `directory`, and no more.",
    ],
    [
      "neither source of charts",
      withMesh((mesh) => (mesh.istio["charts"] = {})),
      "isthmus:mesh.istio.charts: expected one of `repository`, `oci`, `directory` and `archives`, found an empty mapping. Write `{ repository: https://blob.istio.io/istio-release/charts }`, or remove it to take the default.",
    ],
    [
      "an unknown source of charts",
      withMesh((mesh) => (mesh.istio["charts"] = { repo: "https://example.org" })),
      "isthmus:mesh.istio.charts.repo: expected one of the keys repository, oci, directory, archives, found an unknown key. Did you mean `repository`?",
    ],
    [
      "charts in an OCI registry",
      withMesh((mesh) => (mesh.istio["charts"] = { repository: "oci://ghcr.io/istio" })),
      'isthmus:mesh.istio.charts.repository: expected the https URL of a Helm chart repository, found "oci://ghcr.io/istio". For charts in an OCI registry write `oci` instead of `repository`.',
    ],
    [
      "charts by plain HTTP",
      withMesh((mesh) => (mesh.istio["charts"] = { repository: "http://charts.example.org/istio" })),
      'isthmus:mesh.istio.charts.repository: expected the https URL of a Helm chart repository, found "http://charts.example.org/istio". Write `https`: whoever is on the way could put into the charts what he likes, and they are installed with all rights. `http` is for this machine alone.',
    ],
    [
      "a hub with a scheme",
      withMesh((mesh) => (mesh.istio["hub"] = "https://registry.corp:5000/istio")),
      'isthmus:mesh.istio.hub: expected an image registry and path, found "https://registry.corp:5000/istio". Take out the scheme.',
    ],
    [
      "a hub that ends in a slash",
      withMesh((mesh) => (mesh.istio["hub"] = "docker.io/istio/")),
      'isthmus:mesh.istio.hub: expected an image registry and path, found "docker.io/istio/". Take out the slash at the end.',
    ],
    [
      "a hub with a tag",
      withMesh((mesh) => (mesh["sample"] = { hub: "docker.io/istio:1.31.1" })),
      'isthmus:mesh.sample.hub: expected an image registry and path, found "docker.io/istio:1.31.1". Take out what follows the path: the tag is written elsewhere.',
    ],
    [
      "a tag with its colon",
      withMesh((mesh) => (mesh.istio["tag"] = ":1.31.1")),
      'isthmus:mesh.istio.tag: expected an image tag, found ":1.31.1". Take out the leading colon.',
    ],
    [
      "an image that is none",
      withMesh((mesh) => (mesh["sample"] = { clientImage: "not an image!!" })),
      'isthmus:mesh.sample.clientImage: expected an image, found "not an image!!". Write a value such as `docker.io/curlimages/curl:8.16.0`.',
    ],
    [
      "an image in capitals",
      withMesh((mesh) => (mesh["sample"] = { clientImage: "registry.corp/Team/curl" })),
      'isthmus:mesh.sample.clientImage: expected an image, found "registry.corp/Team/curl". Write the path in lower-case letters.',
    ],
    [
      "a range that does not begin where it is written",
      withMesh((mesh) => (mesh.clusters.east["ranges"] = { pods: ["10.1.5.5/20"] })),
      'isthmus:mesh.clusters.east.ranges.pods[0]: expected an address range in CIDR notation, from its first address on, found "10.1.5.5/20". Write `10.1.0.0/20`, or the range that you mean: this address lies within it.',
    ],
    [
      "a range of IPv6 that does not begin where it is written",
      withMesh((mesh) => (mesh.clusters.east["ranges"] = { services: ["FD00:0:0:1::10/108"] })),
      'isthmus:mesh.clusters.east.ranges.services[0]: expected an address range in CIDR notation, from its first address on, found "FD00:0:0:1::10/108". Write `fd00:0:0:1::/108`, or the range that you mean: this address lies within it.',
    ],
    [
      "an IPv4 address that IPv6 writes",
      withMesh((mesh) => (mesh.clusters.east["exposedIstiod"] = { address: "::ffff:203.0.113.10" })),
      'isthmus:mesh.clusters.east.exposedIstiod.address: expected an IP address or a host name, found "::ffff:203.0.113.10". Write `203.0.113.10`, the IPv4 address that it is.',
    ],
    [
      "an IPv6 address as URLs have it",
      withMesh((mesh) => (mesh.clusters.east["eastWestGateway"] = { addresses: ["[2001:db8::1]:15443"] })),
      'isthmus:mesh.clusters.east.eastWestGateway.addresses[0]: expected an IP address or a host name, found "[2001:db8::1]:15443". Take out the brackets and the port.',
    ],
    [
      "an IPv6 address with a zone",
      withMesh((mesh) => (mesh.clusters.east["eastWestGateway"] = { addresses: ["fe80::1%eth0"] })),
      'isthmus:mesh.clusters.east.eastWestGateway.addresses[0]: expected an IP address or a host name, found "fe80::1%eth0". Take an address without a zone, which other machines do not know.',
    ],
    [
      "a URL that is none",
      withMesh((mesh) => (mesh.istio["charts"] = { repository: "https://[" })),
      'isthmus:mesh.istio.charts.repository: expected the https URL of a Helm chart repository, found "https://[". Write a value such as `https://blob.istio.io/istio-release/charts`.',
    ],
    [
      "an encrypted value",
      withMesh((mesh) => (mesh.clusters.east.access["context"] = { secure: "v1:abc" })),
      "isthmus:mesh.clusters.east.access.context: expected the name of a kubeconfig context, found an encrypted value. Write it in plain text: it is no secret, and Isthmus must know it before anything is decrypted.",
    ],
    [
      "a trust domain that is an identity",
      withMesh((mesh) => (mesh["trustDomain"] = "spiffe://mesh1")),
      'isthmus:mesh.trustDomain: expected a SPIFFE trust domain (DNS labels joined by dots, at most 253 characters), found "spiffe://mesh1". Take out `spiffe://`.',
    ],
  ] as const) {
    it(`says what to do about ${what}`, () => {
      assert.equal(onlyProblem(config), problem);
    });
  }

  it("takes every reference of an image that Kubernetes takes", () => {
    const digest = `@sha256:${"0".repeat(64)}`;
    for (const hub of ["docker.io/istio", "registry.corp:5000/a/b__c", "localhost:5000", "[2001:db8::1]:5000/istio"]) {
      for (const clientImage of ["curl", "curlimages/curl:8.16.0", `${hub}/curl:8${digest}`, `${hub}/curl${digest}`]) {
        const istio = { version: "1.31.1", hub, tag: `1.31.1-distroless${digest}` };
        assert.deepEqual(problemsOf(mesh({ istio, sample: { hub, clientImage } })), []);
      }
    }
  });

  it("takes charts by plain HTTP from this machine", () => {
    for (const host of ["localhost:8879", "127.0.0.1", "[::1]:8879"]) {
      assert.deepEqual(
        problemsOf(mesh({ istio: { version: "1.31.1", charts: { repository: `http://${host}` } } })),
        [],
      );
    }
  });

  it("reports every problem at once, below wrong names too, and rules that the rest breaks", () => {
    const paths = problemsOf({
      istio: { version: "1.20.0", charts: 3 },
      trust: { rootLifetimeDays: 10, keyAlgorithm: "dsa" },
      clusters: {
        A: { network: 1, access: {} },
        b: { network: "n", access: { context: "same" } },
        c: { network: "n", access: { context: "same" } },
      },
    }).map(({ path }) => path);
    assert.deepEqual(paths, [
      "isthmus:mesh.id",
      "isthmus:mesh.istio.charts",
      "isthmus:mesh.trust.keyAlgorithm",
      "isthmus:mesh.clusters.A",
      "isthmus:mesh.clusters.A.network",
      "isthmus:mesh.clusters.A.access",
      "isthmus:mesh.clusters.c.access.context",
      "isthmus:mesh.istio.version",
    ]);
  });

  it("accepts and plans every right configuration", () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        planMesh(parseMesh(config));
      }),
      { numRuns: 500 },
    );
  });

  it("shows no credential that was written in the wrong place", () => {
    const secrets = [
      "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIK\n-----END EC PRIVATE KEY-----",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6Ik1aIn0.eyJpc3MiOiJrdWJlIn0.c2lnbmF0dXJl",
      "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
      "0123456789abcdef0123456789abcdef",
    ];
    const places: ((mesh: Loose, secret: string) => void)[] = [
      (mesh, secret) => (mesh["id"] = secret),
      (mesh, secret) => (mesh.clusters.east["network"] = secret),
      (mesh, secret) => (mesh.clusters.east["token"] = secret),
      (mesh, secret) => (mesh.clusters.east.access = { [secret]: secret }),
      (mesh, secret) => (mesh.clusters[secret] = secret),
      (mesh, secret) => (mesh.istio["version"] = secret),
      (mesh, secret) => (mesh.istio["charts"] = { repository: secret }),
      (mesh, secret) => (mesh.istio["values"] = { istiod: { global: { meshID: secret }, [`a.${secret}`]: 1 } }),
      (mesh, secret) => (mesh.clusters.east["controlPlane"] = secret),
      (mesh, secret) => (mesh.clusters.east["peers"] = secret),
      (mesh, secret) => (mesh.clusters.east["peers"] = ["west", secret, secret]),
      (mesh, secret) => (mesh.clusters.east["ranges"] = { pods: [secret] }),
      (mesh, secret) => (mesh.clusters.east["apiServer"] = { url: secret, certificateAuthority: secret }),
      (mesh, secret) => (mesh.clusters.east["eastWestGateway"] = { addresses: [secret], loadBalancerClass: secret }),
      (mesh, secret) => (mesh.clusters.east["exposedIstiod"] = { address: secret, annotations: { [secret]: 1 } }),
      (mesh, secret) => (mesh.clusters.east["replaces"] = secret),
      (mesh, secret) => (mesh.clusters = { east: served(secret), [secret]: served("west") }),
      (mesh, secret) => (mesh.clusters = { east: served("east"), [secret]: { ...served("east"), peers: [] } }),
      (mesh, secret) =>
        (mesh["externalControlPlanes"] = { [secret]: { access: { context: "lab-east" }, peers: [secret] } }),
      (mesh, secret) => (mesh["namespaces"] = { [secret]: { labels: { [secret]: secret }, clusters: [secret] } }),
      (mesh, secret) => (mesh["namespaces"] = { shop: { injection: "disabled", revision: secret } }),
      (mesh, secret) => (mesh["trust"] = { root: secret, keyAlgorithm: { [secret]: 1 } }),
    ];
    for (const secret of secrets) {
      for (const place of places) {
        const problems = problemsOf(withMesh((mesh) => place(mesh, secret)));
        // Hex is a DNS label like any other: as an id it is accepted, and nothing is shown.
        if (!/^[0-9a-f]+$/.test(secret)) assert.ok(problems.length > 0, place.toString());
        for (const problem of problems) {
          const shown = formatProblem(problem).toLowerCase();
          for (let start = 0; start + 12 <= secret.length; start++) {
            assert.ok(!shown.includes(secret.slice(start, start + 12).toLowerCase()), `${shown} (${place.toString()})`);
          }
        }
      }
    }
  });

  it("shows a repository's URL without the password in it", () => {
    const problem = onlyProblem(withMesh((mesh) => (mesh.istio["charts"] = { repository: "ftp://me:hunter2@charts" })));
    assert.match(problem, /found "ftp:\/\/…@charts"/);
  });
});

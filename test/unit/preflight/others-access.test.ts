import assert from "node:assert/strict";
import type { ApiServer, ClusterAccess } from "../../../access";
import { checkOthersAccess } from "../../../preflight/checks/others-access";
import { formatProblem, type MeshConfig } from "../../../topology";
import { planOf } from "../../support/plans";
import { TestAuthority, type Identity } from "../access/certificates";
import { accessTo, fakeApiServer, type Listening } from "../access/fake-api-server";
import { fakeProxy } from "../access/fake-proxies";
import { PrecheckBench, token as benchToken } from "./precheck-support";

const token = "s3cr3t-reader-t0ken";
const tokenPath = "/api/v1/namespaces/istio-system/secrets/istio-reader-service-account-isthmus";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

interface Case {
  /** What stands at the URL for others: with a certificate of this authority for these names. Default: the cluster's own. */
  readonly signedBy?: TestAuthority;
  readonly names?: readonly string[];
  /** Whose certificate authority the kubeconfig names. Default: none. */
  readonly kubeconfigHas?: TestAuthority;
  /** The URL that our own connection goes to. Default: that for others. */
  readonly ownServer?: string;
  readonly apiServer?: NonNullable<MeshConfig["clusters"][string]["apiServer"]>;
  /** The token that the URL for others accepts. */
  readonly accepts?: string;
  /** Whether the authority of the cluster may be read. Default: it may. */
  readonly isAuthorityHidden?: boolean;
  readonly isUnreachable?: boolean;
}

describe("what other clusters will read a cluster by", () => {
  let own: TestAuthority;
  let company: TestAuthority;
  const open: Listening[] = [];

  before(async () => {
    own = await TestAuthority.create("own");
    company = await TestAuthority.create("company");
  });
  afterEach(() => Promise.all(open.splice(0).map(({ close }) => close())));

  async function opened(listening: Promise<Listening>): Promise<Listening> {
    open.push(await listening);
    return listening;
  }

  /** What is said of east, which west reads at https://api.inside. */
  async function said(one: Case, names = ["east", "west"]): Promise<{ problems: string[]; warnings: string[] }> {
    const { signedBy = own, kubeconfigHas, ownServer = "https://api.inside", apiServer, accepts = token } = one;
    const identity: Identity = await signedBy.issue(one.names ?? ["api.inside"]);
    const target = await opened(fakeApiServer(identity, { token: accepts }));
    const proxy = await opened(fakeProxy(target));
    if (one.isUnreachable === true) await proxy.close();
    const mesh = planOf({
      id: "mesh1",
      istio: { version: "1.31.1" },
      clusters: Object.fromEntries(
        names.map((name) => [
          name,
          { network: "a", access: { context: name }, ...(apiServer && name === "east" ? { apiServer } : {}) },
        ]),
      ),
    });
    const cluster = mesh.clusters.find(({ name }) => name === "east");
    assert.ok(cluster !== undefined);
    const { certificateAuthorityData, ...plain } = accessTo("east", ownServer, kubeconfigHas?.certificate ?? "", {});
    const given = kubeconfigHas === undefined ? {} : { certificateAuthorityData };
    const named =
      apiServer?.certificateAuthority === undefined ? given : { certificateAuthorityData: base64(company.certificate) };
    const access = {
      ...plain,
      ...given,
      forOthers: { server: apiServer?.url ?? ownServer, ...named },
    } as ClusterAccess;
    const answers: Record<string, unknown> = {
      ...(one.isAuthorityHidden === true
        ? {}
        : { "/api/v1/namespaces/kube-system/configmaps/kube-root-ca.crt": { data: { "ca.crt": own.certificate } } }),
      [tokenPath]: { data: { token: base64(token) } },
    };
    const server = {
      ask: (path: string) =>
        Promise.resolve(
          answers[path] === undefined
            ? { status: 403, body: "{}" }
            : { status: 200, body: JSON.stringify(answers[path]) },
        ),
    } as unknown as ApiServer;
    const environment = { HTTPS_PROXY: proxy.url };
    const found = await checkOthersAccess({ mesh, cluster, access, environment, timeoutMs: 5000 }, server);
    const shown = { problems: found.problems.map(formatProblem), warnings: found.warnings.map(formatProblem) };
    assert.ok(!JSON.stringify(shown).includes(token), "a finding shows the token");
    return shown;
  }

  const nothing = { problems: [], warnings: [] };
  const settings = "isthmus:mesh.clusters.east.apiServer";

  it("is well where the authority that they are given signed, and the token is accepted", async () => {
    assert.deepEqual(await said({}), nothing);
    assert.deepEqual(await said({ kubeconfigHas: own }), nothing);
    assert.deepEqual(await said({ signedBy: company, apiServer: { certificateAuthority: "company.pem" } }), nothing);
  });

  it("is not well where only this machine trusts who signed: the cluster's own authority did not", async () => {
    assert.deepEqual(await said({ signedBy: company }), {
      problems: [
        `${settings}.certificateAuthority: expected the authority that signed the certificate of api.inside, by which other clusters read east, found the cluster's own, which is given where the kubeconfig names none. Name its PEM file: that this machine trusts it, a public or a company's one, tells the istiods of other clusters nothing. (Of a public certificate it is the file of its root.) Or give as ${settings}.url an address of the API server itself, past what stands before it.`,
      ],
      warnings: [],
    });
  });

  it("is not well by the wrong file", async () => {
    const { problems } = await said({ apiServer: { certificateAuthority: "company.pem" } });
    assert.equal(problems.length, 1);
    assert.match(
      problems.join(),
      /certificateAuthority: .* found another in company\.pem\. Name the file of that authority, or give/,
    );
  });

  it("is only seen from here at another address than ours", async () => {
    const elsewhere = { ownServer: "https://127.0.0.1:6443", apiServer: { url: "https://api.inside" } };
    const { problems, warnings } = await said({ ...elsewhere, kubeconfigHas: own, signedBy: company });
    assert.deepEqual(problems, []);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings.join(),
      /certificateAuthority: .* found another in the kubeconfig, for the kubeconfig's URL\. .* So it is seen from here; where api\.inside leads elsewhere in the clusters, pass over this\.$/,
    );
    assert.deepEqual(await said({ ...elsewhere, kubeconfigHas: own }), nothing);
  });

  it("is not well under a name that the certificate does not have", async () => {
    const { problems } = await said({ names: ["api.outside"] });
    assert.deepEqual(problems, [
      `${settings}.url: expected a name that the certificate of api.inside has, by which other clusters read east, found api.inside, which is none. Give as ${settings}.url an address that the certificate names, or as ${settings}.tlsServerName one of its names.`,
    ]);
  });

  it("is warned of where the token is not accepted, as access proxies do", async () => {
    const { problems, warnings } = await said({ accepts: "a user's own" });
    assert.deepEqual(problems, []);
    assert.deepEqual(warnings, [
      `${settings}.url: expected an API server at api.inside that accepts the token of its account for readers, by which other clusters read east, found one that does not (401 Unauthorized). Give an address of the API server itself: an access proxy, such as Rancher's and Teleport's, accepts the tokens of its own users alone.`,
    ]);
  });

  it("is not known, and nothing is said, where it is not reached from here, or the authority may not be read", async () => {
    assert.deepEqual(await said({ signedBy: company, isUnreachable: true }), nothing);
    assert.deepEqual(await said({ signedBy: company, isAuthorityHidden: true }), nothing);
  });

  it("is of no matter in a cluster that nobody reads", async () => {
    assert.deepEqual(await said({ signedBy: company }, ["east"]), nothing);
  });
});

describe("precheck of what other clusters will read a cluster by", () => {
  const bench = new PrecheckBench();

  it("is a part of the check of each cluster that another reads", async () => {
    const other = await TestAuthority.create("other");
    const reached = async (name: string): Promise<ClusterAccess> => {
      const identity = await bench.authority.issue([`${name}.inside`]);
      const server = await bench.opened(fakeApiServer(identity, { token: benchToken, uid: `uid-of-${name}` }));
      const proxy = await bench.opened(fakeProxy(server));
      return bench.access(name, `https://${name}.inside`, { token: benchToken }, { "proxy-url": proxy.url });
    };
    const [east, west] = [await reached("east"), await reached("west")];
    assert.deepEqual((await bench.check([east, west])).problems, []);
    const forOthers = { ...west.forOthers, certificateAuthorityData: base64(other.certificate) };
    const { problems } = await bench.check([east, { ...west, forOthers }]);
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["isthmus:mesh.clusters.west.apiServer.certificateAuthority"],
    );
  });
});

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchRoot } from "../../../../operations/authority/fetched-root";
import { pemOf } from "../../../../trust";
import { makeCa, privateKeyPem, type TestCa } from "../../../support/authorities";
import { TestAuthority } from "../../access/certificates";
import { fakeApiServer, type Listening } from "../../access/fake-api-server";

const secretPath = (name: string): string => `/api/v1/namespaces/istio-system/secrets/${name}`;

describe("a root that is fetched from a cluster", () => {
  let directory: string, root: TestCa, intermediate: TestCa;
  let server: Listening | undefined;

  before(async () => {
    root = await makeCa();
    intermediate = await makeCa({ subject: "CN=Intermediate", issuer: root });
  });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "isthmus-fetched-"));
  });

  afterEach(async () => {
    await server?.close();
    server = undefined;
    rmSync(directory, { recursive: true });
  });

  const serve = async (secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<string> => {
    const authority = await TestAuthority.create("cluster");
    const objects = Object.entries(secrets).map(([name, data]) => [
      secretPath(name),
      {
        data: Object.fromEntries(
          Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
        ),
      },
    ]);
    server = await fakeApiServer(await authority.issue(["127.0.0.1"]), {
      token: "let-me-in",
      objects: Object.fromEntries(objects) as Record<string, unknown>,
    });
    const ca = Buffer.from(authority.certificate).toString("base64");
    const kubeconfig = join(directory, "kubeconfig");
    const clusters = [{ name: "c", cluster: { server: server.url, "certificate-authority-data": ca } }];
    const users = [{ name: "u", user: { token: "let-me-in" } }];
    const contexts = [{ name: "east", context: { cluster: "c", user: "u" } }];
    writeFileSync(kubeconfig, JSON.stringify({ clusters, users, contexts, "current-context": "east" }));
    return kubeconfig;
  };
  const read = (file: string): string => readFileSync(join(directory, "root", file), "utf8");
  const fetch = (kubeconfig: string, more: object = {}): ReturnType<typeof fetchRoot> =>
    fetchRoot({ kubeconfig, directory: join(directory, "root"), ...more });

  it("comes with its key where istiod made it itself", async () => {
    const kubeconfig = await serve({
      "istio-ca-secret": { "ca-cert.pem": pemOf(root.certificate), "ca-key.pem": privateKeyPem(root, "older") },
    });
    const files = await fetch(kubeconfig, { context: "east" });
    assert.deepEqual(
      files.map(({ path, isSecret }) => [path, isSecret]),
      [
        [join(directory, "root", "root-key.pem"), true],
        [join(directory, "root", "root-cert.pem"), false],
      ],
    );
    assert.equal(read("root-cert.pem"), pemOf(root.certificate));
    assert.equal(read("root-key.pem"), privateKeyPem(root, "older"));
    await assert.rejects(fetch(kubeconfig), /expected no such file yet/);
  });

  it("comes alone where istiod was given an intermediate: the key of that one stays where it is", async () => {
    const kubeconfig = await serve({
      cacerts: {
        "ca-cert.pem": pemOf(intermediate.certificate),
        "ca-key.pem": privateKeyPem(intermediate),
        "root-cert.pem": pemOf(root.certificate),
      },
    });
    await fetch(kubeconfig);
    assert.equal(read("root-cert.pem"), pemOf(root.certificate));
    assert.equal(existsSync(join(directory, "root", "root-key.pem")), false);
  });

  it("is told of where there is none, or no such context", async () => {
    const kubeconfig = await serve({});
    await assert.rejects(
      fetch(kubeconfig),
      /^ConfigurationError: --context: .*cacerts or istio-ca-secret, found neither/,
    );
    await assert.rejects(fetch(kubeconfig, { context: "west" }), /^ConfigurationError: --context: .*west/);
    await assert.rejects(fetch(join(directory, "none")), /^ConfigurationError: --kubeconfig: /);
  });
});

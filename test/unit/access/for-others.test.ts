import assert from "node:assert/strict";
import type { ApiServerAccess } from "../../../access";
import type { MeshConfig } from "../../../topology";
import { selfSignedCertificatePem } from "../../support/certificates";
import { kubeconfig, meshOf, ResolveBench } from "./resolve-support";

type ApiServer = NonNullable<MeshConfig["clusters"][string]["apiServer"]>;

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("An API server as the other clusters reach it", () => {
  const bench = new ResolveBench();

  /** The mesh of one cluster, whose API server the others reach as given. */
  function reachedBy(apiServer?: ApiServer): MeshConfig {
    return {
      ...meshOf({}, "config"),
      clusters: {
        east: { network: "a", access: { context: "k" }, ...(apiServer === undefined ? {} : { apiServer }) },
      },
    };
  }

  async function forOthers(apiServer?: ApiServer, cluster?: unknown): Promise<ApiServerAccess | undefined> {
    await bench.write("config", kubeconfig("k", cluster));
    const { clusters, problems } = await bench.resolve(reachedBy(apiServer));
    assert.deepEqual(problems, []);
    return clusters.get("east")?.forOthers;
  }

  const own = {
    server: "https://127.0.0.1:6443",
    "certificate-authority-data": base64("own authority"),
    "tls-server-name": "kubernetes",
  };

  it("is the kubeconfig's where nothing else is said", async () => {
    assert.deepEqual(await forOthers(undefined, own), {
      server: "https://127.0.0.1:6443",
      tlsServerName: "kubernetes",
      certificateAuthorityData: base64("own authority"),
    });
    assert.deepEqual(await forOthers(), { server: "https://k:6443" });
  });

  it("is what the configuration says, and the kubeconfig's server name is for the kubeconfig's URL alone", async () => {
    assert.deepEqual(await forOthers({ url: "https://east.example.org" }, own), {
      server: "https://east.example.org",
      certificateAuthorityData: base64("own authority"),
    });
    assert.deepEqual(await forOthers({ url: "https://east.example.org", tlsServerName: "inside" }, own), {
      server: "https://east.example.org",
      tlsServerName: "inside",
      certificateAuthorityData: base64("own authority"),
    });
    assert.deepEqual(await forOthers({ tlsServerName: "inside" }, { server: "https://k" }), {
      server: "https://k",
      tlsServerName: "inside",
    });
  });

  it("is verified by the authority in the file that the configuration names, relative to the project", async () => {
    await bench.write("pki/proxy.pem", selfSignedCertificatePem);
    assert.deepEqual(await forOthers({ certificateAuthority: "pki/proxy.pem" }, own), {
      server: "https://127.0.0.1:6443",
      tlsServerName: "kubernetes",
      certificateAuthorityData: base64(selfSignedCertificatePem),
    });
  });

  it("is a problem where that file is missing, or holds no certificate", async () => {
    const path = "isthmus:mesh.clusters.east.apiServer.certificateAuthority";
    await bench.write("config", kubeconfig("k"));
    await bench.write("key.pem", "-----BEGIN PRIVATE KEY-----");
    assert.deepEqual(await bench.problemsOf(reachedBy({ certificateAuthority: "none.pem" })), [
      `${path}: expected a PEM file with a certificate, found no such file at none.pem. Create the file, or name another.`,
    ]);
    assert.deepEqual(await bench.problemsOf(reachedBy({ certificateAuthority: "key.pem" })), [
      `${path}: expected a PEM file with a certificate, found a file without a certificate at key.pem. Create the file, or name another.`,
    ]);
  });
});

import "reflect-metadata";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { writeWhole } from "./process";
import type { ClusterPlan } from "./plan";

/** Elliptic keys: made in a millisecond, where RSA takes half a second of a core. */
const keyAlgorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A lab may stand for long, but nobody relies on it for ten years. */
const lifetimeDays = 3650;

/** A key and its certificate, as PEM. */
export interface Credentials {
  readonly key: string;
  readonly certificate: string;
}

/** What each component identifies itself with; the names and groups are Kubernetes' own (RBAC's bootstrap policy). */
export interface ClusterCertificates {
  readonly authority: string;
  readonly admin: Credentials;
  readonly controllerManager: Credentials;
  readonly scheduler: Credentials;
  readonly kubelet: Credentials;
  readonly kubeProxy: Credentials;
}

/** File names below the cluster's certificate directory that components read by themselves. */
export const certificateFiles = {
  authority: "ca.crt",
  authorityKey: "ca.key",
  /** Of everything that serves on the node's address. */
  server: "server.crt",
  serverKey: "server.key",
  kubeletClient: "kubelet-client.crt",
  kubeletClientKey: "kubelet-client.key",
  serviceAccount: "service-account.pub",
  serviceAccountKey: "service-account.key",
} as const;

const identities = {
  admin: { file: "admin", name: "isthmus-lab-admin", group: "system:masters" },
  controllerManager: { file: "controller-manager", name: "system:kube-controller-manager", group: undefined },
  scheduler: { file: "scheduler", name: "system:kube-scheduler", group: undefined },
  kubelet: { file: "kubelet", name: "system:node:", group: "system:nodes" },
  kubeProxy: { file: "kube-proxy", name: "system:kube-proxy", group: undefined },
} as const;

/** The last file to be written: when it is there, all are. */
const completeMark = "complete";

/** Reads a cluster's certificates, and makes them the first time. */
export async function ensureCertificates(cluster: ClusterPlan, directory: string): Promise<ClusterCertificates> {
  if (!existsSync(join(directory, completeMark))) await makeCertificates(cluster, directory);
  const read = (file: string) => readFile(join(directory, file), "utf8");
  const credentials = async (file: string) => ({
    key: await read(`${file}.key`),
    certificate: await read(`${file}.crt`),
  });
  return {
    authority: await read(certificateFiles.authority),
    admin: await credentials(identities.admin.file),
    controllerManager: await credentials(identities.controllerManager.file),
    scheduler: await credentials(identities.scheduler.file),
    kubelet: await credentials(identities.kubelet.file),
    kubeProxy: await credentials(identities.kubeProxy.file),
  };
}

async function makeCertificates(cluster: ClusterPlan, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const write = (file: string, content: string) => writeWhole(join(directory, file), content);
  const authority = await makeAuthority(cluster.name);
  await write(certificateFiles.authority, authority.certificate.toString("pem"));
  await write(certificateFiles.authorityKey, await privatePem(authority.keys));

  const serviceAccountKeys = await generateKeys();
  await write(certificateFiles.serviceAccountKey, await privatePem(serviceAccountKeys));
  await write(certificateFiles.serviceAccount, await publicPem(serviceAccountKeys));

  const writeCredentials = async (file: string, request: Request) => {
    const { key, certificate } = await sign(request, authority);
    await write(`${file}.key`, key);
    await write(`${file}.crt`, certificate);
  };
  await writeCredentials("server", {
    name: "kube-apiserver",
    dnsNames: [
      "kubernetes",
      "kubernetes.default",
      "kubernetes.default.svc",
      "kubernetes.default.svc.cluster.local",
      "localhost",
    ],
    addresses: [...cluster.families.flatMap(({ node, kubernetesService }) => [node, kubernetesService]), "127.0.0.1"],
  });
  await writeCredentials("kubelet-client", { name: "kube-apiserver-kubelet-client", group: "system:masters" });
  for (const [component, { file, name, group }] of Object.entries(identities)) {
    const fullName = component === "kubelet" ? `${name}${cluster.nodeName}` : name;
    await writeCredentials(file, { name: fullName, ...(group === undefined ? {} : { group }) });
  }
  await write(completeMark, "");
}

interface Request {
  readonly name: string;
  readonly group?: string;
  /** Names and addresses make it a server's certificate, their absence a client's. */
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

const generateKeys = (): Promise<CryptoKeyPair> => webcrypto.subtle.generateKey(keyAlgorithm, true, ["sign", "verify"]);

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  // An hour's room for a clock that is set back after a reboot.
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + lifetimeDays * 86_400_000) };
}

async function makeAuthority(cluster: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`lab ${cluster}`.slice(0, 64)] }],
    ...validity(),
    keys,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

async function sign(request: Request, authority: Authority): Promise<Credentials> {
  const keys = await generateKeys();
  const { dnsNames = [], addresses = [] } = request;
  const isServer = dnsNames.length > 0 || addresses.length > 0;
  const names = [
    ...dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...addresses.map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [request.name] }, ...(request.group === undefined ? [] : [{ O: [request.group] }])],
    issuer: authority.certificate.subjectName,
    ...validity(),
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        isServer ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
      ...(isServer ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return { key: await privatePem(keys), certificate: certificate.toString("pem") };
}

async function privatePem({ privateKey }: CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
}

async function publicPem({ publicKey }: CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("spki", publicKey), "PUBLIC KEY");
}

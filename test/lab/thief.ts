import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import { pemOf } from "../../trust";
import { issueWorkload } from "../../trust/authority";
import { kubectl } from "./lab-stack";

/** An intermediate CA as a thief has it. */
export interface StolenCa {
  readonly certificate: X509Certificate;
  readonly privateKeyPem: string;
}

/** An answer, or a refusal, that has not come by then will not. */
const answerWithinMs = 5_000;

/** Takes the intermediate CA of a cluster out of its Secret. */
export async function steal(cluster: string): Promise<StolenCa> {
  const secret = ["--namespace", "istio-system", "get", "secret", "cacerts", "--output", "json"];
  const { data } = JSON.parse(await kubectl(cluster, ...secret)) as { readonly data: Readonly<Record<string, string>> };
  const text = (name: string): string => Buffer.from(data[name] ?? "", "base64").toString();
  return { certificate: new X509Certificate(text("ca-cert.pem")), privateKeyPem: text("ca-key.pem") };
}

/**
 * Calls a server of {@link Calls} as a workload of the mesh would, through the east-west gateway of its cluster, with a
 * certificate that the thief signs.
 * @returns What came of it: `answered`, or why not.
 */
export async function callAsThief(stolen: StolenCa, to: string, trustDomain: string): Promise<string> {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const leaf = issueWorkload(
    { trustDomain, namespace: "calls", serviceAccount: "default" },
    keys.publicKey,
    { certificate: stolen.certificate, key: createPrivateKey(stolen.privateKeyPem) },
    { now: new Date(), days: 1 },
  );
  const service = ["--namespace", "istio-system", "get", "service", "istio-eastwestgateway"];
  const address = await kubectl(to, ...service, "--output", "jsonpath={.status.loadBalancer.ingress[0].ip}");
  const host = `helloworld-${to}.calls.svc.cluster.local`;
  const keyPem = keys.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  return new Promise((fulfil) => {
    const socket = connect({
      host: address,
      port: 15443,
      servername: `outbound_.5000_._.${host}`,
      ALPNProtocols: ["istio"],
      // The thief does not care who answers.
      rejectUnauthorized: false,
      cert: pemOf(leaf, stolen.certificate),
      key: keyPem,
    });
    let answer = "";
    const end = (words: string): void => {
      socket.destroy();
      fulfil(answer.startsWith("HTTP/1.1 200 ") && answer.includes(`Hello version: ${to},`) ? "answered" : words);
    };
    socket.setTimeout(answerWithinMs, () => end("no answer"));
    socket.once("secureConnect", () => {
      socket.write(`GET /hello HTTP/1.1\r\nHost: ${host}:5000\r\nConnection: close\r\n\r\n`);
    });
    socket.on("data", (data: Buffer) => (answer += data.toString()));
    socket.once("error", (error: Error) => end(error.message));
    socket.once("close", () => end("closed"));
  });
}

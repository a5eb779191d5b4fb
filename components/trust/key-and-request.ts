import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { firstIntermediateKey, intermediateChildName } from "../../topology";
import { intermediateDnsName, intermediateSubject } from "../../trust";
import { privateKeyArgs, type KeyAlgorithm } from "../internal/key-algorithm";

/** What the key of an intermediate CA and its request are made from. */
export interface IntermediateRequestArgs {
  /** The mesh's id: it stands in the subject. */
  readonly meshId: string;
  /** The cluster whose istiod signs with this CA: the subject's locality. */
  readonly cluster: string;
  readonly keyAlgorithm: KeyAlgorithm;
}

/**
 * Makes a key of an intermediate CA and the request by which a root signs it, whether that is here or elsewhere.
 * @param called Name of the key. Default: the one that nobody names.
 */
export function intermediateKeyAndRequest(
  name: string,
  args: IntermediateRequestArgs,
  parent: pulumi.Resource,
  called: string = firstIntermediateKey,
): { readonly key: tls.PrivateKey; readonly request: tls.CertRequest } {
  const key = new tls.PrivateKey(intermediateChildName(name, "key", called), privateKeyArgs(args.keyAlgorithm), {
    parent,
  });
  const request = new tls.CertRequest(
    intermediateChildName(name, "request", called),
    {
      privateKeyPem: key.privateKeyPem,
      subject: intermediateSubject(args.meshId, args.cluster),
      dnsNames: [intermediateDnsName],
    },
    { parent },
  );
  return { key, request };
}

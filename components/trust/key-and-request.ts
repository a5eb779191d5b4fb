import type * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { childName } from "../../topology";
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

/** Makes the key of an intermediate CA and the request by which a root signs it, whether that is here or elsewhere. */
export function intermediateKeyAndRequest(
  name: string,
  args: IntermediateRequestArgs,
  parent: pulumi.Resource,
): { readonly key: tls.PrivateKey; readonly request: tls.CertRequest } {
  const key = new tls.PrivateKey(childName(name, "IntermediateCa", "key"), privateKeyArgs(args.keyAlgorithm), {
    parent,
  });
  const request = new tls.CertRequest(
    childName(name, "IntermediateCa", "request"),
    {
      privateKeyPem: key.privateKeyPem,
      subject: intermediateSubject(args.meshId, args.cluster),
      dnsNames: [intermediateDnsName],
    },
    { parent },
  );
  return { key, request };
}

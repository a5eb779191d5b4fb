import * as pulumi from "@pulumi/pulumi";
import { intermediateKeyAndRequest } from "./key-and-request";
import type { KeyAlgorithm } from "../internal/key-algorithm";

/** What a {@link RequestedIntermediate} is made from. */
export interface RequestedIntermediateArgs {
  /** The mesh's id: it stands in the subject. */
  readonly meshId: string;
  /** The cluster whose istiod signs with this CA: the subject's locality. */
  readonly cluster: string;
  readonly keyAlgorithm: KeyAlgorithm;
}

/**
 * The key of an intermediate certificate authority, and the request to sign it, for a root whose key is elsewhere. To the
 * engine it is an {@link IntermediateCa} without its certificate, so that the key stays when a mesh goes from one to the
 * other.
 */
export class RequestedIntermediate extends pulumi.ComponentResource {
  /** The signing request, PEM (PKCS#10). Public. */
  readonly requestPem: pulumi.Output<string>;
  /** The private key, PEM. Secret. */
  readonly privateKeyPem: pulumi.Output<string>;

  constructor(name: string, args: RequestedIntermediateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:IntermediateCa", name, {}, opts);
    const { key, request } = intermediateKeyAndRequest(name, args, this);
    this.requestPem = request.certRequestPem;
    this.privateKeyPem = key.privateKeyPem;
    this.registerOutputs({});
  }
}

import * as pulumi from "@pulumi/pulumi";
import { intermediateKeyAndRequest, type IntermediateRequestArgs } from "./key-and-request";

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

  constructor(name: string, args: IntermediateRequestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("isthmus:index:IntermediateCa", name, {}, opts);
    const { key, request } = intermediateKeyAndRequest(name, args, this);
    this.requestPem = request.certRequestPem;
    this.privateKeyPem = key.privateKeyPem;
    this.registerOutputs({});
  }
}

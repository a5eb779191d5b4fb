import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  childName,
  issuedIntermediateName,
  ownedLabels,
  trustedRootsSecret,
  type IssuerRef,
  type MeshPlan,
} from "../topology";
import { certificateSpec } from "./internal/issued-certificate";
import { issuerRoot } from "./internal/roots";

/** What cert-manager issued. */
export interface IssuedCertificate {
  /** The intermediate's certificate, and after it those between it and the root, PEM. */
  readonly chainPem: string;
  /** End of its validity, RFC 3339. */
  readonly notAfter?: string;
}

/** What is asked of an {@link IssuedReader}. */
export interface IssuedQuestion {
  /** Roots that workloads trust, PEM: one that leads to none of them is as good as none. */
  readonly rootsPem: string;
  /** How long it may take. */
  readonly timeoutSeconds: number;
}

/**
 * Waits until cert-manager has issued an intermediate CA of one cluster. Undefined, or an unknown Output, where it is not
 * known yet, which only a preview may answer. It is given from outside, as {@link AddressReader} is.
 * @throws Error named `NotIssuedError` when there is none in time: its message is shown as it is.
 */
export type IssuedReader = (
  question: IssuedQuestion,
) => Promise<IssuedCertificate | undefined> | pulumi.Output<IssuedCertificate | undefined>;

/** What an {@link IssuedIntermediate} is made from. */
export interface IssuedIntermediateArgs {
  readonly mesh: Pick<MeshPlan, "id" | "trust">;
  /** The cluster whose istiod signs with it: the subject's locality. */
  readonly cluster: string;
  readonly issuerRef: IssuerRef;
  /** The namespace that istiod lives in. */
  readonly namespace: pulumi.Input<string>;
  /** Certificates of the roots that workloads trust, PEM. */
  readonly rootCertificatesPem: pulumi.Input<string>;
  readonly issued: IssuedReader;
  /** What installs cert-manager, where the mesh does: the Certificate is made after it, and goes before. */
  readonly installation?: pulumi.Resource;
}

/**
 * How long an issuer may take. One of a cloud or of a vault answers within seconds; cert-manager itself asks again after a
 * failure, at first within a minute (cert-manager, certificaterequests controllers).
 */
const issuedWithinSeconds = 300;

/**
 * The intermediate CA with which one cluster's istiod signs its workloads, issued and renewed by cert-manager: its key is
 * made in the cluster and stays there. The roots stand in a Secret of their own, for what an issuer says of its roots
 * changes when it does, and nobody would have been told before.
 */
export class IssuedIntermediate extends pulumi.ComponentResource {
  /** Resolves, in an update, once the intermediate is there: an istiod must not start before. */
  readonly ready: pulumi.Output<"ready">;
  /** End of its validity, RFC 3339, as it was when the program ran; undefined where it is not known. */
  readonly notAfter: pulumi.Output<string | undefined>;
  /** SHA-256 fingerprint of the root that it leads to; undefined where it is not known. */
  readonly root: pulumi.Output<string | undefined>;

  constructor(name: string, args: IssuedIntermediateArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:IssuedIntermediate", name, {}, opts);

    const { cluster, installation, issued, issuerRef, mesh, namespace, rootCertificatesPem } = args;
    const roots = new kubernetes.core.v1.Secret(
      childName(name, "IssuedIntermediate", "roots"),
      {
        metadata: { name: trustedRootsSecret.name, namespace, labels: ownedLabels },
        data: {
          [trustedRootsSecret.key]: pulumi
            .output(rootCertificatesPem)
            .apply((pem) => Buffer.from(pem).toString("base64")),
        },
      },
      { parent: this },
    );
    const certificate = new kubernetes.apiextensions.CustomResource(
      childName(name, "IssuedIntermediate", "certificate"),
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: issuedIntermediateName, namespace, labels: ownedLabels },
        spec: certificateSpec({ mesh, cluster, issuerRef }),
      },
      { parent: this, dependsOn: installation ?? [] },
    );

    const found = pulumi
      .all([certificate.metadata, rootCertificatesPem])
      .apply(([, rootsPem]) => pulumi.output(explained(issued({ rootsPem, timeoutSeconds: issuedWithinSeconds }))));
    this.notAfter = found.apply((one) => one?.notAfter);
    this.root = pulumi
      .all([found, rootCertificatesPem])
      .apply(([one, rootsPem]) => one && issuerRoot(one.chainPem, rootsPem));
    // In a preview nothing is waited for, and what follows is not to be unknown for it.
    this.ready = pulumi.runtime.isDryRun()
      ? pulumi.output("ready" as const)
      : pulumi.all([roots.id, certificate.id, found]).apply(() => "ready" as const);
    this.registerOutputs({});
  }
}

/** An issuer that does not issue is no mistake of ours: the reason is shown without a stack trace. */
function explained(issued: ReturnType<IssuedReader>): ReturnType<IssuedReader> {
  if (pulumi.Output.isInstance(issued)) return issued;
  return issued.catch((error: unknown) => {
    throw error instanceof Error && error.name === "NotIssuedError" ? new pulumi.RunError(error.message) : error;
  });
}

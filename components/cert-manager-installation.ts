import { createRequire } from "node:module";
import * as kubernetes from "@pulumi/kubernetes";
import type * as certManager from "@pulumi/kubernetes-cert-manager";
import * as pulumi from "@pulumi/pulumi";
import { certManagerNamespace, childName, ownedLabels } from "../topology";

/** What a {@link CertManagerInstallation} is made from. */
export interface CertManagerInstallationArgs {
  /** Version of its chart. */
  readonly version: string;
}

const packageName = "@pulumi/kubernetes-cert-manager";

/** The package is loaded where it is needed: its plugin is a download of its own, which no other mesh wants. */
const load = createRequire(__filename);

/**
 * cert-manager in one cluster, with its kinds, in a namespace of its own, by Pulumi's component for it. It goes with the
 * mesh, and its kinds with it, and so does what others had issued by it.
 */
export class CertManagerInstallation extends pulumi.ComponentResource {
  constructor(name: string, args: CertManagerInstallationArgs, opts: pulumi.ComponentResourceOptions) {
    super("isthmus:index:CertManagerInstallation", name, {}, opts);
    const namespace = new kubernetes.core.v1.Namespace(
      childName(name, "CertManagerInstallation", "namespace"),
      { metadata: { name: certManagerNamespace, labels: ownedLabels } },
      { parent: this },
    );
    const { CertManager } = loaded();
    new CertManager(
      childName(name, "CertManagerInstallation", "release"),
      {
        installCRDs: true,
        helmOptions: { name: "cert-manager", namespace: namespace.metadata.name, version: args.version },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

function loaded(): typeof certManager {
  try {
    return load(packageName) as typeof certManager;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new pulumi.RunError(
      `isthmus:mesh.trust.certManager.install: expected the package ${packageName}, found none. Install it (\`npm install ${packageName}\`), or install cert-manager yourself and take this out.`,
    );
  }
}

import * as k8s from "@pulumi/kubernetes";
import { secret, type CustomResourceOptions } from "@pulumi/pulumi";

/** One object and the access to the cluster that it is for. */
export interface ObjectInput {
  /** Contents; secret in the program. */
  readonly kubeconfig: string;
  readonly context: string;
  readonly object: "none" | "namespace" | "secret" | "custom" | "job" | "patch" | "release";
  readonly name: string;
  /** The release's chart and the image that it runs; it goes into the namespace `default`. */
  readonly chart: string;
  readonly image: string;
}

/** The object; every one fails in a way of its own when the cluster does not want it. */
export default function object(input: ObjectInput): void {
  const { context, name } = input;
  const provider = new k8s.Provider("cluster", { kubeconfig: secret(input.kubeconfig), context });
  const options: CustomResourceOptions = { provider };
  const metadata = { name };
  const container = { name: "c", image: "lab.local/pause:lab" };
  const pod = { restartPolicy: "Never", containers: [container] };
  const make: Record<ObjectInput["object"], () => void> = {
    none: () => undefined,
    namespace: () => new k8s.core.v1.Namespace("object", { metadata }, options),
    secret: () => new k8s.core.v1.Secret("object", { metadata, stringData: { password: "open-sesame" } }, options),
    custom: () =>
      new k8s.apiextensions.CustomResource(
        "object",
        { apiVersion: "nowhere.isthmus.test/v1", kind: "Nothing", metadata },
        options,
      ),
    job: () => new k8s.batch.v1.Job("object", { metadata, spec: { template: { spec: pod } } }, options),
    patch: () =>
      new k8s.core.v1.NamespacePatch(
        "object",
        { metadata: { name, labels: { "isthmus.test/patched": "yes" } } },
        options,
      ),
    release: () => {
      const values = { image: input.image };
      return new k8s.helm.v3.Release("object", { chart: input.chart, name, timeout: 20, values }, options);
    },
  };
  make[input.object]();
}

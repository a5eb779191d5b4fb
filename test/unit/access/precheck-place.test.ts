import assert from "node:assert/strict";
import { systemNamespace } from "../../../topology";
import { only, PrecheckBench } from "./precheck-support";

describe("precheck of what is in a cluster already", () => {
  const bench = new PrecheckBench();

  const namespace = `/api/v1/namespaces/${systemNamespace}`;
  const ours = { labels: { "app.kubernetes.io/managed-by": "isthmus" } };
  const webhook = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector";

  it("refuses a namespace that is not ours, and says the ways out", async () => {
    assert.match(
      only(
        (await bench.checkEast({ objects: { [namespace]: { metadata: { labels: { team: "platform" } } } } })).problems,
      ),
      /^isthmus:mesh\.clusters\.east: expected no namespace istio-system, or ours, found one that Isthmus did not create\. Remove it .*, choose another cluster, or hand it over/,
    );
  });

  it("refuses a namespace that is being deleted, though it was ours", async () => {
    const metadata = { ...ours, deletionTimestamp: "2026-11-21T00:00:00Z" };
    assert.match(
      only((await bench.checkEast({ objects: { [namespace]: { metadata } } })).problems),
      /found one that is being deleted/,
    );
  });

  it("refuses another Istio", async () => {
    const metadata = { annotations: { "meta.helm.sh/release-namespace": "mesh-system" } };
    assert.match(
      only((await bench.checkEast({ objects: { [webhook]: { metadata } } })).problems),
      /expected no other Istio in the cluster, found a webhook istio-sidecar-injector of the namespace mesh-system/,
    );
  });

  it("accepts what is ours already", async () => {
    const { problems } = await bench.checkEast({
      objects: { [namespace]: { metadata: ours }, [webhook]: { metadata: {} } },
    });
    assert.deepEqual(problems, []);
  });
});

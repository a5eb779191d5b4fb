import assert from "node:assert/strict";
import { gather, type ClusterReader } from "../../../diagnosis";

/** A pod whose container has crashed, and what the kubelet says of its logs. */
function reading(previous: string | undefined, present: string | undefined): ClusterReader {
  const status = { name: "discovery", ready: false, restartCount: 4, lastState: { terminated: { exitCode: 255 } } };
  const pod = { metadata: { name: "istiod-1" }, status: { containerStatuses: [status] } };
  return {
    json: (path) => Promise.resolve({ items: path.endsWith("/pods") ? [pod] : [] }),
    text: (path) => Promise.resolve(path.includes("previous=true") ? previous : present),
  };
}

const lost = "unable to retrieve container logs for containerd://0123";

describe("the last lines of a container that crashes", () => {
  const lines = async (previous: string | undefined, present?: string): Promise<unknown> =>
    (await gather(reading(previous, present), "east", "istio-system")).lastLines;

  it("are those of the one that ended before", async () => {
    assert.deepEqual(await lines("error: no CA\n", "starts"), { "istiod-1/discovery": "error: no CA\n" });
  });

  it("are those of the present one where the former is gone, whatever status the kubelet says that with", async () => {
    for (const gone of [undefined, "", lost]) {
      assert.deepEqual(await lines(gone, "error: no CA\n"), { "istiod-1/discovery": "error: no CA\n" });
    }
  });

  it("are none where both are gone", async () => {
    assert.deepEqual(await lines(lost, lost), {});
  });
});

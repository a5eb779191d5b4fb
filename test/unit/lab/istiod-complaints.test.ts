import assert from "node:assert/strict";
import { complaintsIn } from "../../lab/istiod-complaints";

describe("complaints of an istiod", () => {
  const line = (level: string, words: string): string => `2026-12-01T04:24:57.946992Z\t${level}\tcontrollers\t${words}`;

  it("are the errors of its log, and not what else has the word in it", () => {
    const refused = line("error", "failed to sync remote cluster west");
    assert.deepEqual(complaintsIn([line("info", "no error"), refused, line("warn", "slow"), "error"].join("\n")), [
      refused,
    ]);
  });

  it("leave out what each of them logs while it starts, and what it says when another wrote before it", () => {
    const starting = line(
      "error",
      "error handling istio-validator-istio-system, retrying: webhook is not ready, retry",
    );
    const second = line(
      "error",
      "error handling istiod-default-validator, retrying (retry count: 1): fail to update webhook: Operation cannot be fulfilled on validatingwebhookconfigurations.admissionregistration.k8s.io: the object has been modified; please apply your changes to the latest version and try again",
    );
    assert.deepEqual(complaintsIn([starting, second].join("\n")), []);
  });
});

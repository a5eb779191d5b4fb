import assert from "node:assert/strict";
import { withoutTemplates } from "../../../lab/tools/cert-manager-chart";

describe("the kinds of cert-manager's chart", () => {
  it("lose the labels that only Helm could fill in, and nothing else", () => {
    const kind = (labels: string): string =>
      `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: issuers.cert-manager.io\n${labels}spec:\n  group: cert-manager.io\n  labels:\n    kept: "yes"\n`;
    const labels = `  labels:\n    app: '{{ template "cert-manager.name" . }}'\n    # Generated labels {{- include "labels" . | nindent 4 }}\n`;
    assert.equal(withoutTemplates(kind(labels)), kind(""));
  });
});

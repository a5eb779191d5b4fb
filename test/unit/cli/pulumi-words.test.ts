import assert from "node:assert/strict";
import { PulumiWords } from "../../../cli/pulumi-words";

/** As the CLI writes without a terminal, cut into pieces anywhere. */
const output = `Updating (dev):
    pulumi:pulumi:Stack isthmus-dev  warning: using pulumi-resource-tls from $PATH at /lab/bin/pulumi-resource-tls

@ updating.....
 +  pulumi:pulumi:Stack isthmus-dev creating (0s)
 +  pulumi:providers:kubernetes east creating (0s)
 +  kubernetes:core/v1:Namespace mesh-east-namespace creating (0s)
@ updating....
 +  kubernetes:core/v1:Namespace mesh-east-namespace created (0.51s) Waiting for something
 -  kubernetes:core/v1:Secret old deleting (0s) Waiting for old to be deleted
 -  kubernetes:core/v1:Secret old deleted (0.03s) warning: ${"long ".repeat(100)}
 +  kubernetes:helm.sh/v3:Release mesh-east-istiod creating (10s) waiting
    pulumi:pulumi:Stack isthmus-dev running read kubernetes:core/v1:Service gateway-service
 +  kubernetes:core/v1:Secret mesh-west-cacerts creating (0s) error: already exists
 +  kubernetes:core/v1:Secret mesh-west-cacerts **creating failed** error: already exists
Diagnostics:
  pulumi:pulumi:Stack (isthmus-dev):
    warning: using pulumi-resource-tls from $PATH at /lab/bin/pulumi-resource-tls
    warning: using pulumi-resource-tls from $PATH at /lab/bin/pulumi-resource-tls
  pulumi:providers:kubernetes (east):
    warning: using pulumi-resource-tls from $PATH at /lab/bin/pulumi-resource-tls
  kubernetes:core/v1:Secret (mesh-west-cacerts):
    error: already exists
    warning: ${"x".repeat(400)}

Outputs:
    mesh: {
        id: "mesh1"
    }

Resources:
    + 2 created

Duration: 4s
`;

const expected = `Updating (dev):
 +  kubernetes:core/v1:Namespace mesh-east-namespace created (0.51s)
 -  kubernetes:core/v1:Secret old deleted (0.03s)
 +  kubernetes:helm.sh/v3:Release mesh-east-istiod creating (10s) waiting
 +  kubernetes:core/v1:Secret mesh-west-cacerts creating (0s) error: already exists
 +  kubernetes:core/v1:Secret mesh-west-cacerts **creating failed** error: already exists
Diagnostics:
  pulumi:pulumi:Stack (isthmus-dev):
    warning: using pulumi-resource-tls from $PATH at /lab/bin/pulumi-resource-tls
  kubernetes:core/v1:Secret (mesh-west-cacerts):
    error: already exists
    warning: ${"x".repeat(287)}…
Resources:
    + 2 created
Duration: 4s
`;

describe("Pulumi's words", () => {
  for (const size of [1, 7, 100_000]) {
    it(`say everything once, in pieces of ${size}`, () => {
      let written = "";
      const words = new PulumiWords((text) => {
        written += text;
      });
      for (let at = 0; at < output.length; at += size) words.add(output.slice(at, at + size));
      assert.equal(written, expected);
    });
  }
});

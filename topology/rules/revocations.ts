import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { entriesOf, trustSourceOf } from "./draft";
import type { MeshDraft } from "./rule";
import { calledAll } from "./words";

const path = configurationPath("trust", "revocations");

/** istiod reads lists beside a CA in Istio's own form alone, and a Secret of others is not written. */
export function revocationsReachIstiods(mesh: MeshDraft): readonly Problem[] {
  if (mesh.trust?.revocations === undefined) return [];
  const expected =
    "nothing, because lists reach proxies by the Secret `cacerts`, in Istio's form, that the stack writes";
  if (trustSourceOf(mesh) === "cert-manager") {
    return [
      {
        path,
        expected,
        found: "a file, with trust.root cert-manager, whose Secrets are kubernetes.io/tls",
        fix: "Remove it: revoke by a change of the root (docs/trust.md), or set isthmus:mesh.trust.root to given or generated.",
      },
    ];
  }
  const existing = entriesOf(mesh.trust.intermediates).filter(([, entry]) => "existingSecret" in entry);
  if (existing.length === 0) return [];
  return [
    {
      path,
      expected,
      found: `a file, and the Secret of ${calledAll(existing.map(([name]) => name))} is somebody else's`,
      fix: "Remove it, and let whoever keeps those Secrets put the lists into all of them as `ca-crl.pem`; or give the intermediates by another way.",
    },
  ];
}

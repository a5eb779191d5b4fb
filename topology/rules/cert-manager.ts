import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { certManagerGroup } from "../schema/cert-manager";
import { entriesOf, trustSourceOf } from "./draft";
import { withoutIstiod } from "./istiods";
import type { MeshDraft } from "./rule";
import { called } from "./words";

const pathOf = (...keys: readonly string[]): string => configurationPath("trust", "certManager", ...keys);

/** Kinds of issuers that cert-manager itself has. */
const ownKinds: readonly string[] = ["ClusterIssuer", "Issuer"];

export function issuerNamed(mesh: MeshDraft): readonly Problem[] {
  if (trustSourceOf(mesh) !== "cert-manager" || mesh.trust?.certManager !== undefined) return [];
  return [
    {
      path: pathOf(),
      expected: "the issuer that signs the intermediates, since trust.root is cert-manager",
      found: "nothing",
      fix: "Name it, for example `certManager: { issuerRef: { name: mesh-ca } }`.",
    },
  ];
}

export function certManagerOfSource(mesh: MeshDraft): readonly Problem[] {
  const source = trustSourceOf(mesh);
  if (source === "cert-manager" || mesh.trust?.certManager === undefined) return [];
  return [
    {
      path: pathOf(),
      expected: `nothing, because trust.root is ${source} and cert-manager issues nothing`,
      found: "a mapping",
      fix: "Remove it, or set isthmus:mesh.trust.root to cert-manager.",
    },
  ];
}

/** What an issuer writes beside a certificate is not taken for a root: with its next certificate it may write another one. */
export function rootsOfCertManager(mesh: MeshDraft): readonly Problem[] {
  if (trustSourceOf(mesh) !== "cert-manager" || mesh.trust?.roots !== undefined) return [];
  return [
    {
      path: configurationPath("trust", "roots"),
      expected: "the path of a PEM file with the root's certificate, since trust.root is cert-manager",
      found: "nothing",
      fix: "Name it, for example `roots: ./trust/root-cert.pem`: the certificate of the root that the issuer leads to.",
    },
  ];
}

export function issuersOfKnownKind(mesh: MeshDraft): readonly Problem[] {
  const { issuerRef, issuerRefs } = mesh.trust?.certManager ?? {};
  const refs = [
    ...(issuerRef === undefined ? [] : [[["issuerRef"], issuerRef] as const]),
    ...entriesOf(issuerRefs).map(([site, ref]) => [["issuerRefs", site], ref] as const),
  ];
  return refs.flatMap(([keys, { group = certManagerGroup, kind = "ClusterIssuer" }]): Problem[] => {
    if (group !== certManagerGroup || ownKinds.includes(kind)) return [];
    return [
      {
        path: pathOf(...keys, "kind"),
        expected: `\`ClusterIssuer\` or \`Issuer\`, the kinds of the group ${certManagerGroup}`,
        found: called(kind),
        fix: "Take one of these, or name the group of an external issuer as `group`.",
      },
    ];
  });
}

export function issuerRefsNameIstiods(mesh: MeshDraft): readonly Problem[] {
  return withoutIstiod(
    mesh,
    mesh.trust?.certManager?.issuerRefs,
    (name) => pathOf("issuerRefs", name),
    "Remove it: only an istiod has an intermediate CA.",
  );
}

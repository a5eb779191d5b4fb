import { configurationPath } from "../path";
import type { Problem } from "../problem";
import { entriesOf, istiodsOf, trustSourceOf } from "./draft";
import { withoutIstiod } from "./istiods";
import type { MeshDraft } from "./rule";
import { called, calledAll } from "./words";

/** An istiod without an intermediate CA makes a root of its own. */
export function intermediatesGiven(mesh: MeshDraft): readonly Problem[] {
  if (trustSourceOf(mesh) !== "given") return [];
  const given = mesh.trust?.intermediates ?? {};
  return istiodsOf(mesh)
    .filter((name) => !Object.hasOwn(given, name))
    .map((name) => ({
      path: configurationPath("trust", "intermediates", name),
      expected: `where the intermediate CA of ${called(name)}'s istiod is, since trust.root is given`,
      found: "nothing",
      fix: `Name it, for example \`${called(name)}: { directory: ./trust/${called(name)} }\`; \`isthmus trust\` makes one.`,
    }));
}

export function knownIntermediates(mesh: MeshDraft): readonly Problem[] {
  return withoutIstiod(
    mesh,
    mesh.trust?.intermediates,
    (name) => configurationPath("trust", "intermediates", name),
    "Remove it: only an istiod needs an intermediate CA.",
  );
}

/** Each source has its own ways to say where an intermediate is. */
export function intermediatesOfSource(mesh: MeshDraft): readonly Problem[] {
  const source = trustSourceOf(mesh);
  const pathOf = (...keys: readonly string[]): string => configurationPath("trust", "intermediates", ...keys);
  const entries = entriesOf(mesh.trust?.intermediates);
  if (source === "generated" && mesh.trust?.intermediates !== undefined) {
    return [
      {
        path: pathOf(),
        expected: "nothing, because trust.root is generated and the stack signs every intermediate itself",
        found: "a mapping",
        fix: "Remove it, or set isthmus:mesh.trust.root to given.",
      },
    ];
  }
  if (source === "cert-manager" && mesh.trust?.intermediates !== undefined) {
    return [
      {
        path: pathOf(),
        expected: "nothing, because trust.root is cert-manager, which issues every intermediate in its cluster",
        found: "a mapping",
        fix: "Remove it, or set isthmus:mesh.trust.root to given.",
      },
    ];
  }
  return entries.flatMap(([name, entry]): Problem[] => {
    const hasKey = "key" in entry && entry.key !== undefined;
    const isCertificate = "certificate" in entry && entry.certificate !== undefined;
    const isDirectory = "directory" in entry && entry.directory !== undefined;
    if (source === "offline" && ((!isCertificate && !isDirectory) || hasKey)) {
      return [
        {
          path: hasKey ? pathOf(name, "key") : pathOf(name),
          expected: "only `directory` or `certificate`, because trust.root is offline and the stack has the key",
          found: hasKey ? "a key" : "another source",
          fix: hasKey
            ? "Remove it: what was signed is for the key that the stack made."
            : "Write `{ directory: <path> }` with what was signed, or set isthmus:mesh.trust.root to given.",
        },
      ];
    }
    if (source === "given" && isCertificate && !hasKey) {
      return [
        {
          path: pathOf(name, "key"),
          expected: "the path of a PEM file with the private key",
          found: "nothing",
          fix: "Name it; where the stack is to make the key, set isthmus:mesh.trust.root to offline.",
        },
      ];
    }
    return [];
  });
}

/** What was signed elsewhere says not which of the certificates above it is to be trusted. */
export function rootsOfOffline(mesh: MeshDraft): readonly Problem[] {
  if (trustSourceOf(mesh) !== "offline" || mesh.trust?.roots !== undefined) return [];
  return [
    {
      path: configurationPath("trust", "roots"),
      expected: "the path of a PEM file with the root's certificate, since trust.root is offline",
      found: "nothing",
      fix: "Name it, for example `roots: ./trust/root-cert.pem`; `isthmus trust root` makes one.",
    },
  ];
}

/** What somebody else keeps in a cluster is read only when that cluster is asked, and may be renewed at any time. */
export function rootsOfExisting(mesh: MeshDraft): readonly Problem[] {
  if (trustSourceOf(mesh) !== "given" || mesh.trust?.roots !== undefined) return [];
  const existing = entriesOf(mesh.trust?.intermediates).filter(([, entry]) => "existingSecret" in entry);
  if (existing.length === 0) return [];
  return [
    {
      path: configurationPath("trust", "roots"),
      expected: `the path of a PEM file with the roots, since the intermediate of ${calledAll(existing.map(([name]) => name))} is in its cluster`,
      found: "nothing",
      fix: "Name it: what other clusters trust is to be known before that one is asked.",
    },
  ];
}

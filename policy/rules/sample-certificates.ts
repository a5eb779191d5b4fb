import { certificatesIn } from "../certificates";
import { resourceRule } from "../rule";
import { hasMakefileSubject, sampleOf } from "../sample-authorities";

/** Everybody has the keys of Istio's samples: whoever trusts them trusts everybody. */
export const sampleCertificates = resourceRule<object>({
  name: "no-sample-certificates",
  description: "No certificate authority of Istio's samples is trusted or signed with: their keys are public.",
  level: "mandatory",
  settings: {},
  check: (resource) =>
    certificatesIn(resource).flatMap(({ path, certificate }) => {
      const sample = sampleOf(certificate);
      if (sample === undefined) return [];
      return [`${path}: expected a CA of the company's own, found Istio's ${sample}, whose key is public. Replace it.`];
    }),
});

/** The makefiles make keys of their own, so that only the name is a sample's: it tells no mesh from another. */
export const makefileCertificates = resourceRule<object>({
  name: "no-makefile-subjects",
  description: "Certificate authorities have names of their own, not those of Istio's makefiles.",
  level: "advisory",
  settings: {},
  check: (resource) =>
    certificatesIn(resource).flatMap(({ path, certificate }) => {
      if (!certificate.ca || !hasMakefileSubject(certificate) || sampleOf(certificate) !== undefined) return [];
      return [
        `${path}: expected a CA with a name of its own, found ${certificate.subject.replaceAll("\n", ", ")}, which Istio's ` +
          "makefiles give every CA. Look whether its key was made for trying, and where that was kept.",
      ];
    }),
});

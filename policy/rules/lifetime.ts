import { askedAuthority, authoritiesIn, isRoot } from "../certificates";
import { at, text } from "../properties";
import { count, type Resource, resourceRule } from "../rule";

interface Lifetimes {
  readonly rootDays: number;
  readonly intermediateDays: number;
}

const dayMs = 24 * 60 * 60 * 1000;

interface Certificate {
  readonly kind: "root" | "intermediate";
  readonly days: number;
  readonly where: string;
}

/** What is made, by what it is asked for; what is given, by its dates. */
export const lifetime = resourceRule<Lifetimes>({
  name: "certificate-lifetime",
  description: "Certificates of root and intermediate CAs have a maximum lifetime.",
  level: "mandatory",
  settings: {
    rootDays: count("Longest lifetime of a root, in days: ten years, as Istio's makefiles make them.", 3650),
    intermediateDays: count(
      "Longest lifetime of an intermediate, in days: two years, so that renewing is practised.",
      730,
    ),
  },
  check: (resource, { rootDays, intermediateDays }) =>
    certificatesOf(resource).flatMap(({ kind, days, where }) => {
      const most = kind === "root" ? rootDays : intermediateDays;
      if (days <= most) return [];
      const article = kind === "root" ? "a root" : "an intermediate";
      return [
        `${where}: expected ${article} that is valid for at most ${most} days, found ${days}. Let it be renewed more often.`,
      ];
    }),
});

function certificatesOf(resource: Resource): Certificate[] {
  const given = authoritiesIn(resource).map(({ path, certificate }): Certificate => {
    const ms = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
    return { kind: isRoot(certificate) ? "root" : "intermediate", days: Math.ceil(ms / dayMs), where: path };
  });
  return [...madeBy(resource), ...askedBy(resource), ...given];
}

/** How long cert-manager has a certificate live where nothing is said, in hours (cert-manager.io, CertificateSpec). */
const certManagersOwnHours = 2160;

/** Of cert-manager a lifetime is asked as Kubernetes writes it: `8760h0m0s`. */
function askedBy(resource: Resource): Certificate[] {
  const spec = askedAuthority(resource);
  if (spec === undefined) return [];
  const [, hours = certManagersOwnHours] = /^(\d+)h/.exec(text(at(spec, "duration")) ?? "") ?? [];
  return [{ kind: "intermediate", days: Math.ceil(Number(hours) / 24), where: "spec.duration" }];
}

function madeBy({ type, properties }: Resource): Certificate[] {
  const { isCaCertificate, validityPeriodHours } = properties;
  if (isCaCertificate !== true || typeof validityPeriodHours !== "number") return [];
  const days = Math.ceil(validityPeriodHours / 24);
  switch (type) {
    case "tls:index/selfSignedCert:SelfSignedCert":
      return [{ kind: "root", days, where: "validityPeriodHours" }];
    case "tls:index/locallySignedCert:LocallySignedCert":
      return [{ kind: "intermediate", days, where: "validityPeriodHours" }];
    default:
      return [];
  }
}

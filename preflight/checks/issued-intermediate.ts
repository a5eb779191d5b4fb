import {
  certificateNameAnnotation,
  certificatePath,
  certManagerApi,
  certManagerObject,
  conditionOf,
  issuedSecretPath,
  issuerWords,
  type CertManagerObject,
} from "../../access/cert-manager";
import type { ApiServer } from "../../access/connection/api-server";
import { intermediateInSecret } from "../../access/trust/intermediate-files";
import {
  certManagerGroup,
  certManagerNamespace,
  configurationPath,
  intermediateOrigin,
  isOwned,
  issuedIntermediateName,
  issuerRefOf,
  systemNamespace,
  type IssuerRef,
  type MeshPlan,
  type Problem,
  type SitePlan,
} from "../../topology";
import { certificatesIn, judgeIntermediate } from "../../trust";
import { answered, type KubernetesObject } from "./object";
import { issuerLocation } from "./issuer-location";
import { kubectl, helm } from "./standing/kubectl";
import type { ExistingIntermediateFindings } from "./existing-intermediate";

/** What is asked of a cluster in which cert-manager issues the intermediate CA of an istiod. */
export interface IssuedIntermediateCheck {
  readonly mesh: MeshPlan;
  readonly site: SitePlan;
  /** Roots that workloads are to trust, PEM; undefined where they could not be read. */
  readonly rootsPem?: string;
}

/** What was found. */
export interface IssuedIntermediateFindings extends ExistingIntermediateFindings {
  /** What does not keep the update from beginning. Default: nothing. */
  readonly warnings?: readonly Problem[];
}

/** Where the configuration names the issuer of a cluster. */
export function issuerPath({ trust }: Pick<MeshPlan, "trust">, site: string): string {
  const isOwn = Object.hasOwn(trust.certManager?.issuerRefs ?? {}, site);
  return configurationPath("trust", "certManager", ...(isOwn ? ["issuerRefs", site] : ["issuerRef"]));
}

/**
 * Looks, before anything is changed, whether cert-manager can issue the intermediate CA of an istiod: its kinds and the
 * issuer are there, and nobody else has what the mesh makes or cert-manager writes. One that is issued is judged.
 */
export async function checkIssuedIntermediate(
  check: IssuedIntermediateCheck,
  server: ApiServer,
): Promise<IssuedIntermediateFindings> {
  const { mesh, site } = check;
  const issuer = issuerRefOf(mesh, site.name);
  const runsIstiod = mesh.controlPlanes.some(({ name }) => name === site.name);
  if (intermediateOrigin(mesh, site.name) !== "issued" || issuer === undefined || !runsIstiod) return { problems: [] };
  const [served, namespace] = await Promise.all([
    server.ask(certManagerApi),
    answered(server, `/api/v1/namespaces/${certManagerNamespace}`),
  ]);
  if (mesh.trust.certManager?.install !== undefined) {
    const isOurs = typeof namespace === "object" && isOwned(namespace.metadata.labels);
    if (!isOurs && (namespace !== "absent" || served.status !== 404)) return { problems: [installedAlready(check)] };
    if (served.status === 404) return { problems: [], warnings: [issuerToCome(check, issuer)] };
  }
  if (served.status !== 200) return { problems: [notInstalled(check, served.status)] };
  const [issuerProblems, standing] = await Promise.all([
    issuerTroubles(check, issuer, server),
    checkStanding(check, issuer, server),
  ]);
  return { ...standing, problems: [...issuerProblems, ...standing.problems] };
}

/** A cluster has one cert-manager: its kinds are for all. */
function installedAlready({ site }: IssuedIntermediateCheck): Problem {
  return {
    path: configurationPath("trust", "certManager", "install"),
    expected: `no cert-manager in ${site.name}, and no namespace ${certManagerNamespace}, where the stack is to install it`,
    found: "what somebody else has installed there",
    fix: "Take `install` out: what is there is used.",
  };
}

/** Nobody can make an issuer before its kind is there, and none is needed before the Certificate is. */
function issuerToCome({ mesh, site }: IssuedIntermediateCheck, issuer: IssuerRef): Problem {
  return {
    path: issuerPath(mesh, site.name),
    expected: `the issuer ${issuerWords(issuer)} in ${site.name}`,
    found: "none, since cert-manager is installed by this update",
    fix: "Make it once cert-manager runs: the update waits five minutes for it, and goes on when it is run again.",
  };
}

function notInstalled({ mesh, site }: IssuedIntermediateCheck, status: number): Problem {
  const path = issuerPath(mesh, site.name);
  const expected = `cert-manager in ${site.name}, since trust.root is cert-manager`;
  if (status !== 404) {
    return { path, expected, found: `an answer ${status} to whether it is there`, fix: "Let the user ask for it." };
  }
  const chart = "oci://quay.io/jetstack/charts/cert-manager";
  const settings = ["--namespace", "cert-manager", "--create-namespace", "--set", "crds.enabled=true", "--wait"];
  return {
    path,
    expected,
    found: `a cluster that knows no kinds of ${certManagerGroup}/v1`,
    fix: `Install it, for example ${helm(site, "install", "cert-manager", chart, ...settings)}, make the issuer, and run again.`,
  };
}

/** What keeps the issuer from signing. One of another group is asked the same, where its cluster serves it. */
async function issuerTroubles(
  { mesh, site }: IssuedIntermediateCheck,
  issuer: IssuerRef,
  server: ApiServer,
): Promise<Problem[]> {
  const path = issuerPath(mesh, site.name);
  const words = issuerWords(issuer);
  const expected = `an issuer that is ready in ${site.name}: ${words}`;
  const location = await issuerLocation(issuer, server);
  if (location === undefined) {
    return [
      {
        path,
        expected,
        found: `a cluster that knows no kind ${issuer.kind} of ${issuer.group}`,
        fix: "Install what serves it, or name another issuer.",
      },
    ];
  }
  const { body, status } = await server.ask(location.path);
  const namespace = location.isNamespaced ? ["--namespace", systemNamespace] : [];
  const get = kubectl(site, ...namespace, "describe", words.replace("/", " ").split(" ")[0] ?? "", issuer.name);
  if (status === 404) {
    const where = location.isNamespaced ? ` in ${systemNamespace}` : "";
    return [
      {
        path,
        expected,
        found: "none",
        fix: `Make it${where} (${kubectl(site, ...namespace, "apply", "-f", "issuer.yaml")}), or name another one.`,
      },
    ];
  }
  const found = status === 200 ? certManagerObject(body) : undefined;
  if (found === undefined) {
    return [{ path, expected, found: "one that this user may not read", fix: `Let the user \`get\` ${words}.` }];
  }
  const ready = conditionOf(found, "Ready");
  // An external issuer need not say it.
  if (ready?.status === "True" || (ready === undefined && issuer.group !== certManagerGroup)) return [];
  const said =
    ready === undefined
      ? "one that cert-manager has not looked at"
      : `one that is not: ${ready.message ?? ready.reason ?? ready.status}`;
  return [{ path, expected, found: said, fix: `Mend it: ${get} says more.` }];
}

/** What is there already of what is to be made. */
async function checkStanding(
  check: IssuedIntermediateCheck,
  issuer: IssuerRef,
  server: ApiServer,
): Promise<ExistingIntermediateFindings> {
  const { mesh, site } = check;
  const path = issuerPath(mesh, site.name);
  const [{ body, status }, secret] = await Promise.all([
    server.ask(certificatePath),
    answered(server, issuedSecretPath),
  ]);
  const certificate = status === 200 ? certManagerObject(body) : undefined;
  const shown = (kind: string): string => `${kind} ${issuedIntermediateName} in ${systemNamespace} of ${site.name}`;
  const remove = (kind: string): string =>
    kubectl(site, "--namespace", systemNamespace, "delete", kind, issuedIntermediateName);
  const problems: Problem[] = [];
  if (certificate !== undefined && !isOwned(certificate.metadata.labels)) {
    problems.push({
      path,
      expected: `no ${shown("Certificate")}, which the mesh makes`,
      found: "one that is somebody else's",
      fix: `Remove it if nothing needs it: ${remove("certificate")}.`,
    });
  }
  if (secret === "unread") {
    problems.push({
      path,
      expected: `a user who may read ${shown("Secret")}`,
      found: "one who may not",
      fix: `Let the user \`get\` Secrets in ${systemNamespace}.`,
    });
  }
  if (typeof secret === "object" && !isOfCertificate(secret)) {
    problems.push({
      path,
      expected: `no ${shown("Secret")} but that of the mesh's Certificate: cert-manager writes it`,
      found: "one that is somebody else's",
      fix: `Remove it if nothing needs it: ${remove("secret")}.`,
    });
  }
  if (problems.length > 0 || typeof secret !== "object" || certificate === undefined) return { problems };
  // What another issuer is to sign anew is judged once it has.
  return isByIssuer(certificate, issuer) ? judged(check, secret) : { problems };
}

function isOfCertificate({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.[certificateNameAnnotation] === issuedIntermediateName;
}

/** Whether a Certificate asks an issuer. Names that are left out mean cert-manager's own. */
function isByIssuer(certificate: CertManagerObject, { group, kind, name }: IssuerRef): boolean {
  const asked = certificate.spec?.issuerRef;
  return asked?.name === name && (asked.kind ?? "Issuer") === kind && (asked.group ?? certManagerGroup) === group;
}

function judged(check: IssuedIntermediateCheck, { data }: KubernetesObject): ExistingIntermediateFindings {
  const files = intermediateInSecret(data, "leave");
  if ("found" in files) return { problems: [] };
  const [first] = certificatesIn(files.chainPem);
  return {
    problems: check.rootsPem === undefined ? [] : judgeIssued({ ...check, rootsPem: check.rootsPem }, files.chainPem),
    ...(first === undefined ? {} : { notAfter: first.validToDate.toISOString() }),
  };
}

/** All that is wrong with what cert-manager issued, the key aside, which nobody looks at. Pure. */
export function judgeIssued(
  {
    mesh,
    rootsPem,
    site,
  }: { readonly mesh: MeshPlan; readonly site: { readonly name: string }; readonly rootsPem: string },
  chainPem: string,
): readonly Problem[] {
  const path = issuerPath(mesh, site.name);
  return judgeIntermediate(
    { chainPem, rootsPem },
    {
      now: new Date(),
      site: site.name,
      sites: mesh.controlPlanes.map(({ name }) => name),
      paths: { chain: path, privateKey: path, roots: configurationPath("trust", "roots") },
    },
  );
}

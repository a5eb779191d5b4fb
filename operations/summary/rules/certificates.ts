import { issuingRootOf, listed } from "../../../topology";
import type { ClusterRule, ClusterView, Comparison, Finding } from "../comparison";
import { textAt } from "../properties";
import type { Step } from "../read-preview";
import {
  intermediateChanged,
  intermediateFinding,
  intermediateLost,
  issuerChanges,
  madeParts,
  noStep,
  untilFollowed,
} from "./intermediate-finding";
import { notUnderstood } from "./not-understood";
import { isRootReplaced, rootsAreOthers } from "./roots";
import { because } from "./verb";

/** The intermediate CA of an istiod, from its key to the Secret that istiod takes it from. */
export const intermediate: ClusterRule = (view) => {
  const part = (name: string): Step | undefined => view.step("intermediate CA", name);
  const [key, request, certificate, secret] = madeParts.map(part);
  const explains = [key, request, certificate, secret].filter(
    (step): step is Step => step !== undefined && step.op !== "same",
  );
  if (explains.length === 0) return [];
  const found = (words: string, risk?: Finding["risk"]): Finding[] => [intermediateFinding(words, explains, risk)];
  const gone = explains.filter(({ op }) => op === "delete");
  if (gone.length > 0) return [removed(view, gone, explains)];
  if (key?.op === "create" || secret?.op === "create") {
    const words = "gets an intermediate CA of its own";
    const isExpected = view.told.has("control-plane") || view.told.has("joins");
    return found(words, isExpected ? undefined : notUnderstood(words, key ?? explains[0] ?? noStep));
  }
  if (secret?.op === "update" && explains.length === 1 && isTrustFromElsewhere(view.mesh)) return handedOver(explains);
  if (secret?.op === "replace" && key?.op !== "replace") return [secretReplaced(secret, explains)];
  if (key?.op === "replace") {
    const words = `its intermediate CA is replaced, key and all${because(key)}`;
    return found(
      words,
      intermediateChanged(
        `${words}: istiod takes the new one by itself, and certificates of both chain to the same root.`,
        "Run `isthmus verify` after the update; workloads have certificates of the new one within 24 hours.",
      ),
    );
  }
  const unknown = explains.find(({ op }) => op === "create");
  if (certificate === undefined && unknown === undefined && secret?.op === "update" && rootsAreOthers(view.mesh)) {
    return found("its workloads are told the roots that they trust");
  }
  if (certificate === undefined || unknown !== undefined) {
    const words = "the Secret of its intermediate CA changes";
    return found(words, notUnderstood(words, unknown ?? explains[0] ?? noStep));
  }
  if (certificate.op === "update") return found("its intermediate CA is kept; when it is renewed changes");
  const reasons = certificate.replacePaths;
  if (isRootReplaced(view.mesh)) return found("its intermediate CA is signed by the new root");
  if (reasons.length > 0 && reasons.every((path) => path === "caCertPem" || path === "caPrivateKeyPem")) {
    const root = issuingRootOf(view.mesh.plan, view.name);
    const words = `its intermediate CA is issued by the root ${root}, with the same key`;
    return found(words, issuerChanges(words, "that root yet"));
  }
  if (request?.op === "replace")
    return found("its intermediate CA is issued anew, with the same key: its subject changes");
  if (
    reasons.length === 0 ||
    reasons.some((path) => /^(readyForRenewal|validity(Start|End)Time|earlyRenewalHours)$/.test(path))
  ) {
    return found("its intermediate CA is renewed, with the same key");
  }
  const words = `its intermediate CA is issued anew, with the same key${because(certificate)}`;
  return found(words, notUnderstood(words, noStep));
};

/** Whether roots or intermediates come from beside the stack, which the preview's own judge has looked at. */
function isTrustFromElsewhere({ plan: { trust } }: Comparison): boolean {
  return trust.root !== "generated" || trust.roots !== undefined;
}

/** What changes in the Secret is secret; that no certificate in use is refused was judged before the preview. */
function handedOver(explains: readonly Step[]): Finding[] {
  const words = "its intermediate CA or the roots that its workloads trust change";
  const risk = intermediateChanged(
    `${words}: istiod takes them by itself, and what workloads present until then is trusted on.`,
    untilFollowed,
  );
  return [intermediateFinding(words, explains, risk)];
}

/** What an istiod signs with goes: with the istiod, or from one that stays. */
function removed({ controlPlane, told }: ClusterView, gone: readonly Step[], explains: readonly Step[]): Finding {
  const isWhole = gone.length === explains.length;
  if (isWhole && controlPlane === undefined && told.has("control-plane")) {
    return intermediateFinding("its intermediate CA is removed", explains);
  }
  const parts = listed(gone.map(({ subject }) => subject.part ?? subject.component));
  const words = `its intermediate CA loses its ${parts}`;
  const lost = `${words}: an istiod that starts without it makes a root of its own, which no other cluster trusts.`;
  return intermediateFinding(words, explains, intermediateLost(lost, "interrupted"));
}

function secretReplaced(secret: Step, explains: readonly Step[]): Finding {
  const words = `the Secret of its intermediate CA is deleted and made anew${because(secret)}`;
  const lost = `${words}: an istiod that starts meanwhile makes a root of its own, which no other cluster trusts.`;
  return intermediateFinding(words, explains, intermediateLost(lost, "not-known"));
}

/** The trust domain and the id of the mesh. */
export function identityChanges({ last, plan, preview }: Comparison): Finding[] {
  const findings: Finding[] = [];
  const namespace = preview.steps.find(
    ({ op, subject }) => op === "update" && subject.component === "system namespace",
  );
  const former = (annotation: string): string | undefined =>
    textAt(namespace?.before, "metadata", "annotations", annotation);
  const id = last.mesh.id ?? former("isthmus.dev/mesh");
  const trustDomain = last.mesh.trustDomain ?? former("isthmus.dev/trust-domain");
  if (trustDomain !== undefined && trustDomain !== plan.trustDomain) {
    findings.push({
      change: {
        id: "trust-domain",
        words: `the trust domain changes from ${trustDomain} to ${plan.trustDomain}: every identity is issued anew`,
      },
      risk: {
        id: "trust-domain-changes",
        severity: "high",
        traffic: "interrupted",
        words: `The trust domain changes from ${trustDomain} to ${plan.trustDomain}: every workload has another identity once it is restarted, which policies and those that still have the former one do not accept.`,
        advice:
          "Add the former one to meshConfig.trustDomainAliases first, and restart all workloads after the update.",
      },
      explains: [],
    });
  }
  if (id !== undefined && id !== plan.id) {
    findings.push({
      change: { id: "mesh-id", words: `the mesh's id changes from ${id} to ${plan.id}` },
      risk: {
        id: "mesh-id-changes",
        severity: "medium",
        traffic: "not-interrupted",
        words: `The mesh's id changes from ${id} to ${plan.id}: proxies tell the former one until they are restarted, and intermediates are issued under the new one.`,
        advice: "Restart all workloads after the update.",
      },
      explains: [],
    });
  }
  return findings;
}

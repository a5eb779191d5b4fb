import { intermediateOrigin } from "../../../topology";
import type { ClusterRule, ClusterView, Finding } from "../comparison";
import { differing } from "../differing";
import type { Step } from "../read-preview";
import {
  changingPart,
  intermediateChanged,
  intermediateFinding,
  intermediateLost,
  issuerChanges,
  madeParts,
  noStep,
  untilFollowed,
} from "./intermediate-finding";
import { notUnderstood } from "./not-understood";
import { because } from "./verb";

/** The intermediate CA of an istiod that cert-manager issues: what it is asked for, and the roots beside. */
export const issuedIntermediate: ClusterRule = (view) => {
  const [certificate, roots] = [changingPart(view, "Certificate"), changingPart(view, "Secret with the roots")];
  const explains = [certificate, roots].filter((step) => step !== undefined);
  if (explains.length === 0) return [];
  const made = madeParts.map((part) => changingPart(view, part)).filter((step) => step !== undefined);
  if (certificate?.op === "create") return [begun(view, certificate, [...explains, ...made], made)];
  if (explains.some(({ op }) => op === "delete")) return [ended(view, explains, made)];
  if (explains.some(({ op }) => op === "replace")) return [replaced(explains)];
  if (explains.some(({ op }) => op !== "update")) {
    const words = "what its intermediate CA is issued by changes";
    return [intermediateFinding(words, explains, notUnderstood(words, certificate ?? explains[0] ?? noStep))];
  }
  return certificate === undefined ? [rootsChange(explains)] : [askedAnew(certificate, explains)];
};

function begun(view: ClusterView, step: Step, explains: readonly Step[], made: readonly Step[]): Finding {
  const words = "its intermediate CA is issued by cert-manager";
  if (made.some(({ op }) => op === "delete"))
    return intermediateFinding(words, explains, another(`${words} from now on`));
  const isExpected = view.told.has("control-plane") || view.told.has("joins");
  return intermediateFinding(words, explains, isExpected ? undefined : notUnderstood(words, step));
}

function ended(view: ClusterView, explains: readonly Step[], made: readonly Step[]): Finding {
  const { controlPlane, mesh, name, told } = view;
  if (controlPlane === undefined && told.has("control-plane"))
    return intermediateFinding("cert-manager issues no intermediate CA for it any more", explains);
  if (controlPlane !== undefined && intermediateOrigin(mesh.plan, name) !== "issued") {
    const words = "its intermediate CA is no longer issued by cert-manager";
    return intermediateFinding(words, [...explains, ...made], another(words));
  }
  const words = "its intermediate CA loses what it is issued and renewed by";
  const lost = `${words}: it is good until its end and renewed no more, and without its roots no istiod starts.`;
  return intermediateFinding(words, explains, intermediateLost(lost, "not-known"));
}

function another(words: string): NonNullable<Finding["risk"]> {
  return intermediateChanged(
    `${words}: istiod is restarted with the new one, key and all, and what workloads present until then is trusted on.`,
    "Run `isthmus trust status` after the update, and drop no root before every workload has followed.",
  );
}

function replaced(explains: readonly Step[]): Finding {
  const reason = explains.map((step) => because(step)).find((words) => words !== "") ?? "";
  const words = `what its intermediate CA is issued by is deleted and made anew${reason}`;
  const lost = `${words}: an istiod that starts meanwhile waits for it.`;
  return intermediateFinding(words, explains, intermediateLost(lost, "not-known"));
}

function rootsChange(explains: readonly Step[]): Finding {
  const words = "the roots that its workloads trust change";
  const taken = `${words}: istiod takes them by itself, and tells its proxies.`;
  return intermediateFinding(words, explains, intermediateChanged(taken, untilFollowed));
}

function askedAnew(certificate: Step, explains: readonly Step[]): Finding {
  if (differing(certificate).some(({ path }) => path.includes("issuerRef"))) {
    const words = "its intermediate CA is issued by another issuer of cert-manager";
    return intermediateFinding(words, explains, issuerChanges(words, "the root yet that it leads to"));
  }
  const words = "its intermediate CA is issued anew, since cert-manager is asked for another";
  const taken = `${words}: istiod takes it by itself, and what workloads present until then is trusted on.`;
  return intermediateFinding(words, explains, intermediateChanged(taken, "Run `isthmus verify` after the update."));
}

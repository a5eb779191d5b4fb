import type { X509Certificate } from "node:crypto";
import type { Problem } from "../../topology";
import { certificateName, factsOf, type CertificateFacts } from "../certificate";

/** A certificate where it stands in a chain, as rules look at it. */
export interface Link {
  readonly certificate: X509Certificate;
  readonly facts: CertificateFacts;
  /** Where it stands in the user's configuration. */
  readonly path: string;
  /** How it is called in a problem: `certificate 2 of the chain, "O=Istio, CN=…"`. */
  readonly name: string;
  /** Whether istiod signs with its key, or it stands above. */
  readonly place: "istiod" | "above";
  /** How many CAs follow it on the way to a workload. */
  readonly casBelow: number;
}

/** What a rule must know beside the certificates. */
export interface RuleContext {
  readonly now: Date;
  /** Trust domain of the mesh's identities; nothing where it is not known. */
  readonly trustDomain?: string;
}

/** Judges one certificate of a chain. */
export type LinkRule = (link: Link, context: RuleContext) => readonly Problem[];

/** The links of a chain, the intermediate first, without its root. */
export function chainLinks(chain: readonly X509Certificate[], path: string): Link[] {
  return chain.map((certificate, index) => ({
    certificate,
    facts: factsOf(certificate),
    path,
    name: `certificate ${index + 1} of the chain, ${certificateName(certificate)}`,
    place: index === 0 ? "istiod" : "above",
    casBelow: index,
  }));
}

/** A root as the last link. @param casBelow How many certificates of the chain it stands above. */
export function rootLink(root: X509Certificate, path: string, casBelow: number): Link {
  return {
    certificate: root,
    facts: factsOf(root),
    path,
    name: `the root ${certificateName(root)}`,
    place: "above",
    casBelow,
  };
}

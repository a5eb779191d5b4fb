import { digestOf, rootsOffer, usesOf } from "../../stacks";
import {
  childName,
  generatedRootsOf,
  intermediateChildName,
  intermediateKeysOf,
  meshName,
  partStack,
  rootName,
  signingRootsOf,
  siteChildEnding,
  siteChildName,
  siteComponentName,
  trustPart,
  type MeshPlan,
} from "../../topology";
import { clustersIn } from "../stack/cluster-state";
import { ownName } from "../../engine/stack-reference";
import { asSecret, nameOf, revealed, stackType, type StateResource } from "../../engine/state";
import { partsOfResources, rootOfResource } from "./part-of-resource";
import { inStack, type State } from "./state-in-stack";

/** Which state is cut, and where it belongs. */
export interface StateOrigin {
  readonly plan: MeshPlan;
  readonly project: string;
  /** The stack that the whole mesh is in. */
  readonly stack: string;
}

/**
 * Cuts the state of a mesh in one stack into those of its parts' stacks. Every resource goes into one of them; each stack
 * gets the outputs that its own program would give, so that no part misses what another has. They say not that the parts
 * are what they are to be: the next update looks. Pure.
 */
export function splitState<T extends State>(state: T, origin: StateOrigin): ReadonlyMap<string, T> {
  const { resources = [] } = state;
  const sites = clustersIn(state);
  const partOf = partsOfResources(resources, sites);
  const outputs = outputsOf(resources, sites, origin);
  const signing = signingRootsOf(origin.plan);
  const isOfSigningRoot = (resource: StateResource): boolean => signing.has(rootOfResource(resource, resources) ?? "");
  return new Map(
    [trustPart, ...sites].map((part) => {
      const own = resources.filter(({ urn }) => partOf.get(urn) === part || partOf.get(urn) === "every");
      const urns = new Set(own.map(({ urn }) => urn));
      const to = partStack(origin.stack, part);
      const moved = own.map((resource): StateResource => ({
        ...inStack(resource, origin.project, origin.stack, to, (urn) => urns.has(urn)),
        ...(resource.type === stackType ? { outputs: outputs.get(part) ?? {} } : {}),
        ...(part === trustPart && isOfSigningRoot(resource) ? { protect: true } : {}),
      }));
      return [part, { ...state, resources: moved }];
    }),
  );
}

/** Outputs of all parts' stacks, from what the whole mesh's state holds. */
function outputsOf(
  resources: readonly StateResource[],
  sites: readonly string[],
  { plan, stack }: StateOrigin,
): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  const whole = (resources.find(({ type }) => type === stackType)?.outputs ?? {}) as WholeOutputs;
  const facts = new Facts(resources);
  const { rootFingerprint, roots = rootFingerprint === undefined ? [] : [{ fingerprint: rootFingerprint }] } =
    whole.mesh ?? {};
  const intermediates = Object.fromEntries(
    sites.flatMap((site) => {
      const intermediate = facts.intermediateOf(site, intermediateKeysOf(plan, site).used);
      return intermediate === undefined ? [] : [[site, intermediate]];
    }),
  );
  const offers = new Map<string, Record<string, string>>([
    [
      trustPart,
      {
        ...(roots.length === 0 ? {} : { root: rootsOffer(roots) }),
        ...Object.fromEntries(
          Object.entries(intermediates).map(([site, { certificatePem }]) => [
            `intermediate.${site}`,
            digestOf(certificatePem),
          ]),
        ),
      },
    ],
    ...sites.map((site) => [site, facts.offersOf(site, whole.controlPlanes?.[site]?.address)] as const),
  ]);
  const partOutput = (part: string): object => ({
    mesh: plan.id,
    environment: ownName(stack),
    name: part,
    offers: offers.get(part) ?? {},
    uses: usesOf({ plan, part, offers }),
  });
  return new Map<string, Readonly<Record<string, unknown>>>([
    [
      trustPart,
      {
        mesh: whole.mesh,
        part: partOutput(trustPart),
        rootCertificatePem: facts.rootCertificatesPem(generatedRootsOf(plan)),
        intermediates: asSecret(intermediates),
      },
    ],
    ...sites.map((site): [string, Readonly<Record<string, unknown>>] => [
      site,
      {
        mesh: whole.mesh,
        clusters: pick(whole.clusters, site),
        controlPlanes: pick(whole.controlPlanes, site),
        part: partOutput(site),
        kubeconfigs: asSecret(facts.kubeconfigsOf(site)),
      },
    ]),
  ]);
}

interface WholeOutputs {
  readonly mesh?: {
    readonly rootFingerprint?: string;
    readonly roots?: readonly { readonly fingerprint: string }[];
  };
  readonly clusters?: Readonly<Record<string, unknown>>;
  readonly controlPlanes?: Readonly<Record<string, { readonly address?: string }>>;
}

function pick<T>(record: Readonly<Record<string, T>> = {}, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name === key));
}

/** What a state says that the parts' outputs are made of. Holds secrets. */
class Facts {
  private readonly resources: readonly StateResource[];
  private readonly byName: ReadonlyMap<string, StateResource>;

  constructor(resources: readonly StateResource[]) {
    // One that only waits for its deletion says nothing any more.
    this.resources = resources.filter((resource) => resource.delete !== true);
    // What a root is made of may be called as what a cluster named `root` is.
    const ofSites = this.resources.filter((resource) => rootOfResource(resource, resources) === undefined);
    this.byName = new Map(ofSites.map((resource) => [nameOf(resource.urn), resource]));
  }

  /** Certificates of the roots that are there, in the order of their names. */
  rootCertificatesPem(roots: readonly string[]): string | undefined {
    const found = roots.flatMap((root) => {
      const certificate = this.resources.find(
        ({ urn, parent = "" }) =>
          nameOf(urn) === childName(rootName(meshName, root), "RootCa", "certificate") &&
          nameOf(parent) === rootName(meshName, root),
      );
      const pem = revealed(certificate?.outputs?.["certPem"]);
      return isText(pem) ? [pem] : [];
    });
    return found.length === 0 ? undefined : found.join("");
  }

  intermediateOf(
    site: string,
    key: string,
  ): { readonly certificatePem: string; readonly privateKeyPem: string; readonly notAfter: string } | undefined {
    const component = siteComponentName(meshName, site, "intermediate");
    const certificate = intermediateChildName(component, "certificate", key);
    const certificatePem = this.output(certificate, "certPem");
    const notAfter = this.output(certificate, "validityEndTime");
    const privateKeyPem = this.output(intermediateChildName(component, "key", key), "privateKeyPem");
    if (certificatePem === undefined || notAfter === undefined || privateKeyPem === undefined) return undefined;
    return { certificatePem, privateKeyPem, notAfter };
  }

  /** The kubeconfigs that others were given for a cluster. */
  kubeconfigsOf(site: string): { readonly reader?: string; readonly istiodAccount?: string } {
    const isForReader = ({ urn }: StateResource): boolean =>
      nameOf(urn).endsWith(siteChildEnding("remote-clusters", "secret"));
    const reader = this.resources
      .filter(isForReader)
      .map((secret) => dataOf(secret)[site])
      .find(isText);
    const istiodAccount = this.resources
      .filter(({ urn }) => nameOf(urn).endsWith(siteChildEnding("config-kubeconfig", "secret")))
      .map((secret) => decoded(dataOf(secret)["config"]))
      .find((text) => text !== undefined && contextOf(text) === site);
    return {
      ...(reader === undefined ? {} : { reader: decoded(reader) ?? "" }),
      ...(istiodAccount === undefined ? {} : { istiodAccount }),
    };
  }

  offersOf(site: string, address: string | undefined): Record<string, string> {
    const { reader, istiodAccount } = this.kubeconfigsOf(site);
    const hasIstiod =
      this.byName.has(siteComponentName(meshName, site, "intermediate")) &&
      this.byName.has(siteComponentName(meshName, site, "control-plane"));
    const reads = Object.keys(dataOf(this.byName.get(siteChildName(meshName, site, "remote-clusters", "secret"))));
    return {
      ...(hasIstiod ? { istiod: "serves" } : {}),
      ...(address === undefined ? {} : { address }),
      ...(reader === undefined ? {} : { reader: digestOf(reader) }),
      ...(istiodAccount === undefined ? {} : { "istiod-account": digestOf(istiodAccount) }),
      ...Object.fromEntries(reads.map((read) => [`reads.${read}`, "yes"])),
    };
  }

  private output(name: string, property: string): string | undefined {
    const value = revealed(this.byName.get(name)?.outputs?.[property]);
    return isText(value) ? value : undefined;
  }
}

function dataOf(secret: StateResource | undefined): Readonly<Record<string, unknown>> {
  return (revealed(secret?.inputs?.["data"]) ?? {}) as Readonly<Record<string, unknown>>;
}

function decoded(base64: unknown): string | undefined {
  return isText(base64) ? Buffer.from(base64, "base64").toString() : undefined;
}

/** Undefined where it is none of ours, which are JSON: what the parser says of another would quote it. */
function contextOf(kubeconfig: string): unknown {
  try {
    return (JSON.parse(kubeconfig) as { readonly "current-context"?: string } | null)?.["current-context"];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

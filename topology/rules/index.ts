import type { Keys } from "../inspect";
import type { Problem } from "../problem";
import type { Mesh } from "../schema";
import { knownAcceptedClusters, knownFindings } from "./accepted";
import { addressesReachOthers, apiServersReachable, oneAddressOneThing, oneApiServerACluster } from "./addresses";
import {
  certManagerOfSource,
  issuerNamed,
  issuerRefsNameIstiods,
  issuersOfKnownKind,
  rootsOfCertManager,
} from "./cert-manager";
import { atLeastOneCluster, oneContextACluster, size } from "./clusters";
import { oneClusterDomain } from "./cluster-domains";
import {
  configClusterNamed,
  configClusterServed,
  controlPlaneOfItsOwn,
  externalNameOfItsOwn,
  externalServes,
  knownControlPlane,
} from "./control-planes";
import { namespacesDiscovered } from "./discovery";
import { gatewaysListen } from "./families";
import {
  exposedIstiodInUse,
  gatewaysInUse,
  noClassForNodePort,
  nodePortAddresses,
  nodePortRange,
  statusPortKept,
} from "./gateways";
import {
  generatedRootsNamed,
  generatedRootsOfSource,
  generatedRootsOnce,
  issuersNameIstiods,
  issuersNameRoots,
} from "./generated-roots";
import {
  intermediateKeysNameIstiods,
  intermediateKeysOfSource,
  intermediateKeysOnce,
  usedIntermediateKeyNamed,
} from "./intermediate-keys";
import { replacesFormerIdentity, replacesFormerName, replacesOnce } from "./identity";
import {
  intermediatesGiven,
  intermediatesOfSource,
  knownIntermediates,
  rootsOfExisting,
  rootsOfOffline,
} from "./intermediates";
import {
  globalAccountsNamed,
  globalMappingsFilled,
  globalNamespacesListed,
  globalPodsAlike,
  globalPodsFound,
} from "./global-homes";
import {
  globalClustersHost,
  globalNamesFree,
  globalNamesMade,
  globalNamesOnce,
  globalPortsOnce,
  globalTriesRepeated,
  globalRegionsOrdered,
  knownGlobalClusters,
} from "./global-services";
import { globalWeightsAlone, globalWeightsNamed, globalWeightsWhole } from "./global-weights";
import { hostsThatStay, knownIstio, publishedCharts, publishedImages, supportedIstio } from "./istio";
import {
  knownMachineClusters,
  machineAddressesOnce,
  machineLabelsFree,
  machineNamespacesMade,
  machinesJoinIstiods,
  machinesReachable,
} from "./machines";
import {
  knownNamespaceClusters,
  namespaceAnnotationsFree,
  namespaceClustersOnce,
  namespaceLabelsFree,
  namespacesOfWorkloads,
  policiesConfigured,
  revisionInstalled,
  settingsInjected,
} from "./namespaces";
import { knownPeers, peersAreOthers, peersAtControlPlanes, peersOnce } from "./peers";
import { pullSecretsKnown, pullSecretsOnce } from "./pull-secrets";
import { rangesApart } from "./ranges";
import { readerTokensInUse, readerTokensOnce, usedReaderTokenNamed } from "./reader-tokens";
import { remoteValuesRead } from "./remote-values";
import { revocationsReachIstiods } from "./revocations";
import { Doubts, type Caution, type MeshDraft, type Rule } from "./rule";
import { samenessExcepted, samenessOnce } from "./sameness";
import { calledNamespacesSpelt, calledServicesExported, knownCalledServices } from "./sidecar-scopes";
import { siteNamesBesideTrust } from "./stacks";
import { renewalEnds, renewalInTime, rootOutlivesIntermediates, trustDomainOfItsOwn } from "./trust";
import { mappingsStayMappings, ownedValuesUntouched, valuesNested } from "./values";
import { callsGoBothWays, gatewaysKnowTheirNetwork } from "./views";

export type { Caution, MeshDraft, Rule } from "./rule";

/** What says where global services run. */
const globalHomes = [["globalServices"], ["namespaces"]];

/** And what says which istiod knows of them, by which way. */
const globalJoining = [...globalHomes, ["clusters"], ["externalControlPlanes"], ["machines"]];

/** Rules whose breach stops everything. */
export const rules: readonly Rule[] = [
  { id: "at-least-one-cluster", about: [["clusters"]], check: atLeastOneCluster },
  { id: "one-context-a-cluster", check: oneContextACluster },
  { id: "known-control-plane", names: ["clusters", "externalControlPlanes"], check: knownControlPlane },
  { id: "control-plane-of-its-own", check: controlPlaneOfItsOwn },
  { id: "external-name-of-its-own", check: externalNameOfItsOwn },
  { id: "external-serves", about: [["clusters", "*", "controlPlane"]], check: externalServes },
  { id: "config-cluster-served", check: configClusterServed },
  { id: "peers-at-control-planes", check: peersAtControlPlanes },
  { id: "known-peers", names: ["clusters"], check: knownPeers },
  { id: "peers-once", check: peersOnce },
  { id: "peers-are-others", check: peersAreOthers },
  { id: "node-port-addresses", check: nodePortAddresses },
  { id: "node-port-range", check: nodePortRange },
  { id: "no-class-for-node-port", check: noClassForNodePort },
  { id: "status-port-kept", check: statusPortKept },
  { id: "addresses-reach-others", check: addressesReachOthers },
  { id: "one-address-one-thing", check: oneAddressOneThing },
  {
    id: "api-servers-reachable",
    about: [
      ["clusters", "*", "controlPlane"],
      ["clusters", "*", "peers"],
      ["externalControlPlanes", "*", "peers"],
    ],
    check: apiServersReachable,
  },
  { id: "one-api-server-a-cluster", check: oneApiServerACluster },
  { id: "ranges-apart", check: rangesApart },
  { id: "known-findings", check: knownFindings },
  { id: "known-accepted-clusters", names: ["clusters", "externalControlPlanes"], check: knownAcceptedClusters },
  { id: "known-machine-clusters", names: ["clusters"], check: knownMachineClusters },
  { id: "machines-join-istiods", names: ["clusters", "externalControlPlanes"], check: machinesJoinIstiods },
  { id: "machine-namespaces-made", names: ["namespaces"], check: machineNamespacesMade },
  { id: "machines-reachable", check: machinesReachable },
  { id: "machine-addresses-once", check: machineAddressesOnce },
  { id: "machine-labels-free", check: machineLabelsFree },
  { id: "namespaces-of-workloads", check: namespacesOfWorkloads },
  { id: "known-namespace-clusters", names: ["clusters"], check: knownNamespaceClusters },
  { id: "namespace-clusters-once", check: namespaceClustersOnce },
  {
    id: "policies-configured",
    about: [["clusters"], ["externalControlPlanes"]],
    check: policiesConfigured,
  },
  { id: "settings-injected", check: settingsInjected },
  { id: "namespace-labels-free", check: namespaceLabelsFree },
  { id: "namespace-annotations-free", check: namespaceAnnotationsFree },
  { id: "replaces-former-identity", about: [["id"], ["trustDomain"]], check: replacesFormerIdentity },
  { id: "replaces-former-name", check: replacesFormerName },
  { id: "replaces-once", check: replacesOnce },
  { id: "root-outlives-intermediates", about: [["trust"]], check: rootOutlivesIntermediates },
  { id: "renewal-ends", about: [["trust"]], check: renewalEnds },
  {
    id: "intermediates-given",
    about: [["trust"], ["clusters", "*", "controlPlane"]],
    names: ["clusters", "externalControlPlanes"],
    check: intermediatesGiven,
  },
  {
    id: "known-intermediates",
    about: [["clusters", "*", "controlPlane"]],
    names: ["clusters", "externalControlPlanes"],
    check: knownIntermediates,
  },
  { id: "intermediates-of-source", about: [["trust", "root"]], check: intermediatesOfSource },
  { id: "roots-of-offline", about: [["trust"]], check: rootsOfOffline },
  { id: "roots-of-existing", about: [["trust"]], check: rootsOfExisting },
  { id: "issuer-named", about: [["trust"]], check: issuerNamed },
  { id: "cert-manager-of-source", about: [["trust", "root"]], check: certManagerOfSource },
  { id: "roots-of-cert-manager", about: [["trust"]], check: rootsOfCertManager },
  { id: "issuers-of-known-kind", about: [["trust", "certManager"]], check: issuersOfKnownKind },
  {
    id: "issuer-refs-name-istiods",
    about: [["clusters", "*", "controlPlane"]],
    names: ["clusters", "externalControlPlanes"],
    check: issuerRefsNameIstiods,
  },
  { id: "generated-roots-of-source", about: [["trust", "root"]], check: generatedRootsOfSource },
  { id: "generated-roots-named", about: [["trust"]], check: generatedRootsNamed },
  { id: "generated-roots-once", check: generatedRootsOnce },
  { id: "issuers-name-roots", about: [["trust"]], check: issuersNameRoots },
  {
    id: "issuers-name-istiods",
    about: [["clusters", "*", "controlPlane"]],
    names: ["clusters", "externalControlPlanes"],
    check: issuersNameIstiods,
  },
  { id: "sameness-once", about: [["sameness"]], check: samenessOnce },
  { id: "sameness-excepted", about: [["sameness"]], check: samenessExcepted },
  { id: "known-global-clusters", about: [["globalServices"]], names: ["clusters"], check: knownGlobalClusters },
  { id: "global-clusters-host", about: globalHomes, names: ["clusters"], check: globalClustersHost },
  { id: "global-names-once", about: [["globalServices"]], check: globalNamesOnce },
  { id: "global-names-free", about: [["globalServices"]], check: globalNamesFree },
  { id: "global-names-made", about: [["globalServices"]], check: globalNamesMade },
  { id: "global-ports-once", about: [["globalServices"]], check: globalPortsOnce },
  { id: "global-tries-repeated", about: [["globalServices"]], check: globalTriesRepeated },
  { id: "global-regions-ordered", about: [["globalServices"]], check: globalRegionsOrdered },
  { id: "global-weights-whole", about: [["globalServices"]], check: globalWeightsWhole },
  { id: "global-weights-named", about: [["globalServices"]], check: globalWeightsNamed },
  { id: "global-weights-alone", about: [["globalServices"]], check: globalWeightsAlone },
  { id: "global-mappings-filled", about: [["globalServices"]], check: globalMappingsFilled },
  { id: "global-pods-found", about: [["globalServices"]], check: globalPodsFound },
  { id: "global-namespaces-listed", about: globalHomes, names: ["clusters"], check: globalNamespacesListed },
  { id: "global-pods-alike", about: globalJoining, check: globalPodsAlike },
  { id: "global-accounts-named", about: globalJoining, check: globalAccountsNamed },
  { id: "known-called-services", about: [["globalServices"]], check: knownCalledServices },
  { id: "called-services-exported", about: globalHomes, check: calledServicesExported },
  { id: "intermediate-keys-of-source", about: [["trust", "root"]], check: intermediateKeysOfSource },
  { id: "intermediate-keys-once", check: intermediateKeysOnce },
  { id: "used-intermediate-key-named", about: [["trust", "intermediateKeys"]], check: usedIntermediateKeyNamed },
  {
    id: "intermediate-keys-name-istiods",
    about: [["clusters", "*", "controlPlane"]],
    names: ["clusters", "externalControlPlanes"],
    check: intermediateKeysNameIstiods,
  },
  { id: "revocations-reach-istiods", about: [["trust"]], check: revocationsReachIstiods },
  { id: "reader-tokens-once", check: readerTokensOnce },
  { id: "used-reader-token-named", about: [["clusters", "*", "readerTokens"]], check: usedReaderTokenNamed },
  { id: "supported-istio", check: supportedIstio },
  { id: "published-images", check: publishedImages },
  { id: "published-charts", check: publishedCharts },
  { id: "owned-values", check: ownedValuesUntouched },
  { id: "mappings-stay-mappings", check: mappingsStayMappings },
  { id: "nested-values", check: valuesNested },
  { id: "pull-secrets-once", check: pullSecretsOnce },
  { id: "site-names-beside-trust", check: siteNamesBesideTrust },
];

/** Rules whose breach works, but probably not as the user wants. */
export const cautions: readonly Caution[] = [
  { id: "calls-go-both-ways", check: callsGoBothWays },
  { id: "gateways-know-their-network", check: gatewaysKnowTheirNetwork },
  { id: "config-cluster-named", check: configClusterNamed },
  { id: "remote-values-read", check: remoteValuesRead },
  { id: "one-cluster-domain", check: oneClusterDomain },
  { id: "gateways-in-use", check: gatewaysInUse },
  { id: "exposed-istiod-in-use", check: exposedIstiodInUse },
  { id: "reader-tokens-in-use", check: readerTokensInUse },
  { id: "gateways-listen", check: gatewaysListen },
  { id: "revision-installed", check: revisionInstalled },
  { id: "namespaces-discovered", check: namespacesDiscovered },
  { id: "called-namespaces-spelt", check: calledNamespacesSpelt },
  { id: "renewal-in-time", check: renewalInTime },
  { id: "trust-domain-of-its-own", check: trustDomainOfItsOwn },
  { id: "hosts-that-stay", check: hostsThatStay },
  { id: "pull-secrets-known", check: pullSecretsKnown },
  { id: "known-istio", check: knownIstio },
  { id: "size", check: size },
];

/**
 * The problems of every rule that the sound part of a configuration breaks.
 * @param doubts Places of which it is not known what the user meant.
 */
export function brokenRules(mesh: MeshDraft, doubts: readonly Keys[]): readonly Problem[] {
  const known = new Doubts(doubts);
  return rules
    .filter(({ about = [], names = [] }) => {
      return !about.some((keys) => known.about(...keys)) && !names.some((place) => known.aboutNamesIn(place));
    })
    .flatMap(({ check }) => check(mesh, known));
}

/** What the user should know about a valid mesh before it is built, in the same four parts as a problem. */
export function meshWarnings(mesh: Mesh): readonly Problem[] {
  return cautions.flatMap(({ check }) => check(mesh));
}

import assert from "node:assert/strict";
import { subjectOf, subjectWords, type Subject } from "../../../operations/events";

const urn = (types: string, name: string): string => `urn:pulumi:dev::isthmus::${types}::${name}`;
const within = (component: string, type: string, name: string): string =>
  urn(`isthmus:index:Mesh$isthmus:index:${component}$${type}`, name);

describe("what a resource is called", () => {
  const rows: readonly (readonly [string, Subject, string])[] = [
    [
      within("MutualTls", "kubernetes:security.istio.io/v1:PeerAuthentication", "mesh-east-mutual-tls-policy"),
      { cluster: "east", component: "mutual TLS" },
      "mutual TLS",
    ],
    [
      within("MutualTls", "kubernetes:security.istio.io/v1:PeerAuthentication", "mesh-east-mutual-tls.shop-policy"),
      { cluster: "east", component: "mutual TLS", part: "in shop" },
      "mutual TLS in shop",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:MutualTls", "mesh-east-mutual-tls.shop"),
      { cluster: "east", component: "mutual TLS", part: "in shop" },
      "mutual TLS in shop",
    ],
    [
      within("SidecarScope", "kubernetes:networking.istio.io/v1:Sidecar", "mesh-east-sidecar-scope.web-sidecar"),
      { cluster: "east", component: "sidecar scope", part: "of web" },
      "sidecar scope of web",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:SidecarScope", "mesh-east-sidecar-scope.web"),
      { cluster: "east", component: "sidecar scope", part: "of web" },
      "sidecar scope of web",
    ],
    [
      within(
        "DnsCapture",
        "kubernetes:networking.istio.io/v1beta1:ProxyConfig",
        "mesh-east-dns-capture.web-proxy-config",
      ),
      { cluster: "east", component: "DNS capture", part: "of web" },
      "DNS capture of web",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:DnsCapture", "mesh-east-dns-capture.web"),
      { cluster: "east", component: "DNS capture", part: "of web" },
      "DNS capture of web",
    ],
    [
      within(
        "GlobalService",
        "kubernetes:networking.istio.io/v1:DestinationRule",
        "mesh-east-global-service.shop-rule.shop.shop.mesh.internal",
      ),
      { cluster: "east", component: "global service", part: "shop.shop.mesh.internal rule" },
      "global service shop.shop.mesh.internal rule",
    ],
    [
      within(
        "GlobalService",
        "kubernetes:networking.istio.io/v1:ServiceEntry",
        "mesh-east-1-global-service.shop-entry-entry_west-2.shop-rule.global",
      ),
      { cluster: "east-1", component: "global service", part: "shop-rule.global entry in west-2" },
      "global service shop-rule.global entry in west-2",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:GlobalService", "mesh-east-global-service.shop-rule"),
      { cluster: "east", component: "global service", part: "shop-rule" },
      "global service shop-rule",
    ],
    [
      within("CrossNetworkGateway", "kubernetes:networking.istio.io/v1:Gateway", "mesh-east-cross-network-global"),
      { cluster: "east", component: "cross-network gateway", part: "for global services" },
      "cross-network gateway for global services",
    ],
    [
      within("RootCa", "tls:index/privateKey:PrivateKey", "mesh-root-key"),
      { component: "root CA", part: "key" },
      "root CA key",
    ],
    [
      within("RootCa", "tls:index/selfSignedCert:SelfSignedCert", "mesh-root-2031-certificate"),
      { component: "root CA", root: "2031", part: "certificate" },
      "root CA 2031 certificate",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:RootCa", "mesh-root-intermediate"),
      { component: "root CA", root: "intermediate" },
      "root CA intermediate",
    ],
    [
      within("IntermediateCa", "tls:index/privateKey:PrivateKey", "mesh-root-intermediate-key"),
      { cluster: "root", component: "intermediate CA", part: "key" },
      "intermediate CA key",
    ],
    [
      within("IntermediateCa", "tls:index/locallySignedCert:LocallySignedCert", "mesh-east-intermediate-certificate"),
      { cluster: "east", component: "intermediate CA", part: "certificate" },
      "intermediate CA certificate",
    ],
    [
      within("SystemNamespace", "kubernetes:core/v1:Secret", "mesh-east-system-system-cacerts"),
      { cluster: "east-system", component: "intermediate CA", part: "Secret cacerts" },
      "intermediate CA Secret cacerts",
    ],
    [
      within("ControlPlane", "kubernetes:helm.sh/v3:Release", "mesh-west-control-plane-istiod"),
      { cluster: "west", component: "istiod" },
      "istiod",
    ],
    [
      within("EastWestGateway", "kubernetes:helm.sh/v3:Release", "mesh-west-gateway-release"),
      { cluster: "west", component: "east-west gateway" },
      "east-west gateway",
    ],
    [
      within("ReaderAccount", "kubernetes:core/v1:Secret", "mesh-east-istiod-account-token"),
      { cluster: "east", component: "istiod account", part: "token" },
      "istiod account token",
    ],
    [
      within("ReaderAccount", "kubernetes:core/v1:Secret", "mesh-east-reader-token.from-2026-11-29"),
      { cluster: "east", component: "reader account", part: "token from-2026-11-29" },
      "reader account token from-2026-11-29",
    ],
    [
      within("IntermediateCa", "tls:index/privateKey:PrivateKey", "mesh-east-intermediate-key.from-2026-11-30"),
      { cluster: "east", component: "intermediate CA", part: "key from-2026-11-30" },
      "intermediate CA key from-2026-11-30",
    ],
    [
      within(
        "IntermediateCa",
        "tls:index/locallySignedCert:LocallySignedCert",
        "mesh-east-intermediate-certificate.new",
      ),
      { cluster: "east", component: "intermediate CA", part: "certificate of key new" },
      "intermediate CA certificate of key new",
    ],
    [
      within("MeshNamespace", "kubernetes:core/v1:Namespace", "mesh-east-namespace.shop-namespace-namespace"),
      { cluster: "east", component: "namespace", part: "shop-namespace" },
      "namespace shop-namespace",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:MeshNamespace", "mesh-east-namespace.a-patch"),
      { cluster: "east", component: "namespace", part: "a-patch" },
      "namespace a-patch",
    ],
    [
      within("Machine", "kubernetes:networking.istio.io/v1:WorkloadEntry", "mesh-east-machine.an-entry-entry"),
      { cluster: "east", component: "machine", part: "an-entry" },
      "machine an-entry",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:Machine", "mesh-east-machine.billing-1"),
      { cluster: "east", component: "machine", part: "billing-1" },
      "machine billing-1",
    ],
    [
      urn("isthmus:index:Mesh$isthmus:index:RemoteSecret", "mesh-east-remote-clusters"),
      { cluster: "east", component: "remote secret" },
      "remote secret",
    ],
    [urn("pulumi:providers:kubernetes", "west"), { cluster: "west", component: "provider" }, "provider"],
    [
      urn("pulumi:providers:kubernetes", "default_4_32_0"),
      { component: "provider", part: "kubernetes" },
      "provider kubernetes",
    ],
    [urn("pulumi:pulumi:Stack", "isthmus-dev"), { component: "stack" }, "stack"],
    [
      urn("kubernetes:core/v1:ConfigMap", "somebody's::own"),
      { component: "ConfigMap", part: "somebody's::own" },
      "ConfigMap somebody's::own",
    ],
    ["no URN", { component: "", part: "no URN" }, " no URN"],
  ];
  for (const [of, subject, words] of rows) {
    it(`is ${words} for ${of.split("::").slice(3).join("::")}`, () => {
      assert.deepEqual(subjectOf(of), subject);
      assert.equal(subjectWords(subject), words);
    });
  }
});
